// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_TESTS_CLI_CAPTURED_HPP
#define CONSTAGE_TESTS_CLI_CAPTURED_HPP

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <constage/cli/main.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

/// A directory that is the working directory while it lives.
struct workspace {
    std::filesystem::path before = std::filesystem::current_path(), path;
    workspace() {
        std::string name = (std::filesystem::temp_directory_path() / "constage-cli-XXXXXX").string();
        if (!::mkdtemp(name.data())) throw std::runtime_error("mkdtemp");
        path = name;
        std::filesystem::current_path(path);
    }
    ~workspace() {
        std::filesystem::current_path(before);
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    void write(std::string const& name, std::string const& text) const {
        std::filesystem::create_directories((path / name).parent_path());
        std::ofstream(path / name) << text;
    }
    std::string read(std::string const& name) const {
        std::ifstream in(path / name);
        return {std::istreambuf_iterator<char>(in), {}};
    }
};

struct outcome {
    int code = 0;
    std::string out, err;
};

/// One call of a program with its three streams in memory.
inline outcome call(std::vector<std::string> words, std::string const& input = "",
                    std::function<constage::plan::plan()> const& graph = {}) {
    words.insert(words.begin(), "constage");
    std::vector<char*> argv;
    for (auto& w : words) argv.push_back(w.data());
    argv.push_back(nullptr);
    int kept[3], fds[3];
    for (int i = 0; i != 3; ++i) {
        kept[i] = ::dup(i);
        fds[i] = ::memfd_create("stream", 0);
        if (i == 0 && ::write(fds[0], input.data(), input.size()) >= 0) ::lseek(fds[0], 0, SEEK_SET);
        ::dup2(fds[i], i);
    }
    auto const argc = static_cast<int>(words.size());
    outcome result;
    result.code = graph ? constage::cli::main(argc, argv.data(), graph) : constage::cli::main(argc, argv.data());
    for (int i = 0; i != 3; ++i) {
        ::dup2(kept[i], i);
        ::close(kept[i]);
        std::string text(static_cast<std::size_t>(::lseek(fds[i], 0, SEEK_END)), '\0');
        [[maybe_unused]] auto const n = ::pread(fds[i], text.data(), text.size(), 0);
        if (i == 1) result.out = text;
        if (i == 2) result.err = text;
        ::close(fds[i]);
    }
    return result;
}

#endif
