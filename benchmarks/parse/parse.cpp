// SPDX-License-Identifier: BSL-1.0
// parse DIRECTORY [ROUNDS]: how fast all Dockerfiles below DIRECTORY are read in one process, beside counting the lines of the same bytes.
// One thread, CPU time, the best of all rounds: what the machine can do, not how busy it is.
#include <constage/dockerfile.hpp>
#include <constage/dockerfile/meaning.hpp>
#include <constage/failure.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

using namespace constage;

namespace {

double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct pass {
    char const* name;
    std::function<std::size_t(std::string const&)> work;
    double best = 1e9;
    std::size_t found = 0;
};

std::size_t lines(std::string const& text) { return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')); }

std::size_t words(std::string const& text) {
    try {
        return dockerfile::parse(text).instructions.size();
    } catch (failure const&) { return 0; }
}

std::size_t instructions(std::string const& text) {
    try {
        auto const document = dockerfile::parse(text);
        dockerfile::check(document);
        return document.instructions.size();
    } catch (failure const&) { return 0; }
}

std::size_t steps(std::string const& text) {
    try {
        std::size_t count = 0;
        for (auto const& stage : dockerfile::read(text).stages) count += stage.steps.size() + 1;
        return count;
    } catch (failure const&) { return 0; }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) return std::puts("usage: parse DIRECTORY [ROUNDS]"), 2;
    std::vector<std::string> texts;
    std::size_t bytes = 0;
    for (auto const& entry : std::filesystem::recursive_directory_iterator(argv[1])) {
        if (!entry.is_regular_file()) continue;
        std::ifstream file(entry.path(), std::ios::binary);
        texts.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
        bytes += texts.back().size();
    }
    pass passes[] = {
        {"count lines (wc -l)", lines}, {"lines, words", words}, {"lines, words, instructions", instructions}, {"plan", steps}};
    for (int round = argc > 2 ? std::atoi(argv[2]) : 20; round > 0; --round)
        for (auto& one : passes) {
            auto const begin = cpu_seconds();
            one.found = 0;
            for (auto const& text : texts) one.found += one.work(text);
            one.best = std::min(one.best, cpu_seconds() - begin);
        }
    std::printf("%zu files, %zu bytes\n", texts.size(), bytes);
    for (auto const& one : passes)
        std::printf("%-28s %8.1f MB/s  %6.1f x the lines' time  (%zu)\n", one.name, static_cast<double>(bytes) / one.best / 1e6,
                    one.best / passes[0].best, one.found);
}
