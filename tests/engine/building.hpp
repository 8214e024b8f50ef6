// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_TESTS_ENGINE_BUILDING_HPP_INCLUDED
#define CONSTAGE_TESTS_ENGINE_BUILDING_HPP_INCLUDED

#include <constage/dockerfile/read.hpp>
#include <constage/engine/build.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

/// What tests of whole builds need: directories that go away, a plan from a Dockerfile's text, a record of what a build said.
namespace fs = std::filesystem;

struct directory {
    fs::path path;
    directory() {
        std::string name = (fs::temp_directory_path() / "constage-test-XXXXXX").string();
        path = ::mkdtemp(name.data());
    }
    ~directory() { fs::remove_all(path); }
    void write(std::string const& name, std::string const& text) const {
        fs::create_directories((path / name).parent_path());
        std::ofstream(path / name) << text;
    }
    std::string read(std::string const& name) const {
        std::stringstream text;
        text << std::ifstream(path / name).rdbuf();
        return text.str();
    }
};

struct recorder : constage::engine::observer {
    std::vector<constage::engine::task_info> tasks;
    std::vector<std::string> cached, ran, why;
    std::string printed;
    void planned(std::vector<constage::engine::task_info> const& list) override { tasks = list; }
    void output(std::size_t, int, std::string_view bytes) override { printed += bytes; }
    void finished(std::size_t i, constage::engine::outcome o, std::int64_t, std::string const& reason) override {
        if (tasks[i].what != constage::engine::task_info::kind::step) return;
        (o == constage::engine::outcome::cached ? cached : ran).push_back(tasks[i].text);
        why.push_back(reason);
    }
};

inline constage::engine::options options_of(directory const& context, directory const& store, recorder* r = nullptr) {
    constage::engine::options o;
    o.context = context.path.string();
    o.store = (store.path / "store").string();
    o.progress = r;
    return o;
}

inline constage::plan::plan read(std::string const& dockerfile) { return constage::dockerfile::read(dockerfile, {}); }

#endif
