// SPDX-License-Identifier: BSL-1.0
#ifndef QUICKSTART_BUSYBOX_CONTEXT_HPP
#define QUICKSTART_BUSYBOX_CONTEXT_HPP

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

/// A temporary directory that holds bin/busybox of this machine, as a named context for a build.
class busybox_context {
public:
    busybox_context() {
        std::string name = (std::filesystem::temp_directory_path() / "quickstart-XXXXXX").string();
        if (!mkdtemp(name.data())) fail(name);
        directory_ = name;
        std::error_code error;
        std::filesystem::create_directory(directory_ / "bin", error);
        std::filesystem::copy_file("/bin/busybox", directory_ / "bin/busybox", error);
        if (error) fail("/bin/busybox (Debian: apt-get install busybox-static)");
        // COPY keeps times: the image must not depend on when this copy was made.
        auto const time = std::filesystem::last_write_time("/bin/busybox", error);
        if (!error) std::filesystem::last_write_time(directory_ / "bin/busybox", time, error);
        if (error) fail("/bin/busybox");
    }
    ~busybox_context() {
        std::error_code ignored;  // a leftover in /tmp is no reason to fail
        std::filesystem::remove_all(directory_, ignored);
    }
    busybox_context(busybox_context const&) = delete;
    busybox_context& operator=(busybox_context const&) = delete;

    /// argv with `--build-context busybox-static=DIR` at its end, if it is a build; ends with a null pointer as argv does.
    std::vector<char*> add_to(int argc, char** argv) {
        std::vector<char*> result(argv, argv + argc);
        if (argc == 1 || argv[1][0] == '-' || std::string(argv[1]) == "build") {
            option_ = "--build-context=busybox-static=" + directory_.string();
            result.insert(result.end(), option_.data());
        }
        result.push_back(nullptr);
        return result;
    }

private:
    [[noreturn]] static void fail(std::string const& what) {
        std::perror(what.c_str());
        std::exit(1);
    }
    std::filesystem::path directory_;
    std::string option_;
};

#endif
