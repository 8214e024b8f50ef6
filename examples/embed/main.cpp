// SPDX-License-Identifier: BSL-1.0
// Builds as a feature of another program: a plan from a Dockerfile, progress through an observer, errors as one exception type,
// cancelling through a stop token. constage does not exit, takes no signal and prints nothing.
#include <constage/dockerfile.hpp>
#include <constage/engine.hpp>
#include <constage/failure.hpp>

#include <cstdlib>
#include <future>
#include <iostream>

namespace engine = constage::engine;

int main(int argc, char** argv) {
    if (argc != 5) return std::cerr << "usage: embed DIRECTORY STORE OUT.tar SECONDS\n", 2;
    engine::on_finish progress([](engine::task_info const& task, engine::outcome, std::int64_t at) {
        std::cout << at / 1'000'000 << " ms  " << task.stage << ": " << task.text << '\n';
    });
    std::stop_source stop;
    engine::options how;
    how.context = argv[1];
    how.store = argv[2];
    how.outputs = {engine::parse_output(std::string("type=oci,dest=") + argv[3])};
    how.progress = &progress;
    how.stop = stop.get_token();
    try {
        auto const plan = constage::dockerfile::read_file(how.context + "/Dockerfile");
        auto building = std::async(std::launch::async, [&] { return engine::build(plan, how); });
        if (building.wait_for(std::chrono::seconds(std::atoi(argv[4]))) == std::future_status::timeout) stop.request_stop();
        std::cout << building.get().images.at(0).digest << '\n';
    } catch (constage::failure const& failure) {
        std::cerr << failure.where << ": " << failure.what() << '\n'
                  << failure.hint << '\n';
        return 1;
    }
}
