// SPDX-License-Identifier: BSL-1.0
// Builds as a feature of another program: a plan from a Dockerfile's text, progress through an observer, errors as one exception
// type, cancelling through a stop token. No exit, no signals, no output but this program's own.
//
//     ./embed DIRECTORY OUT.tar     builds DIRECTORY/Dockerfile into an OCI archive
#include <constage/dockerfile.hpp>
#include <constage/engine/build.hpp>
#include <constage/failure.hpp>

#include <fstream>
#include <iostream>
#include <iterator>
#include <stop_token>
#include <string>
#include <vector>

namespace engine = constage::engine;

class printer : public engine::observer {
    void planned(std::vector<engine::task_info> const& tasks) override { tasks_ = tasks; }
    void finished(std::size_t task, engine::outcome, std::int64_t at, std::string const&) override {
        std::cout << at / 1'000'000 << " ms  " << tasks_[task].stage << ": " << tasks_[task].text << '\n';
    }
    std::vector<engine::task_info> tasks_;
};

int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "usage: embed DIRECTORY OUT.tar\n";
        return 2;
    }
    std::string const directory = argv[1], path = directory + "/Dockerfile";
    std::ifstream file(path);
    std::string const text{std::istreambuf_iterator<char>(file), {}};

    printer progress;
    std::stop_source stop;  // stop.request_stop() from any thread cancels the build
    engine::options how;
    how.context = directory;
    how.dockerfile = path;
    how.outputs = {engine::parse_output(std::string("type=oci,dest=") + argv[2])};
    how.progress = &progress;
    how.stop = stop.get_token();
    try {
        auto const plan = constage::dockerfile::read(text, {path, {}});
        auto const report = engine::build(plan, how);
        std::cout << report.images.at(0).digest << '\n';
        return 0;
    } catch (constage::failure const& failure) {
        std::cerr << failure.where << ": " << failure.what() << '\n'
                  << failure.hint << '\n';
        return 1;
    }
}
