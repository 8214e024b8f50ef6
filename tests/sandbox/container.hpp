// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_TESTS_SANDBOX_CONTAINER_HPP_INCLUDED
#define CONSTAGE_TESTS_SANDBOX_CONTAINER_HPP_INCLUDED

#include <constage/engine/sandbox.hpp>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>

namespace constage::testing {

namespace fs = std::filesystem;

/// Says why not, if containers cannot run here.
inline bool can_run() {
    if (!engine::has_privilege())
        std::cerr << "skipped: RUN needs root\n";
    else if (!fs::exists("/bin/busybox"))
        std::cerr << "skipped: needs /bin/busybox (static)\n";
    else
        return true;
    return false;
}

struct scratch_directory {
    fs::path path;
    explicit scratch_directory(fs::path const& parent = fs::temp_directory_path()) {
        std::string name = (parent / "constage-sandbox-XXXXXX").string();
        path = ::mkdtemp(name.data());
    }
    ~scratch_directory() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
    scratch_directory(scratch_directory const&) = delete;
    scratch_directory& operator=(scratch_directory const&) = delete;

    std::string make(std::string const& name) const {
        fs::create_directories(path / name);
        return path / name;
    }
    std::string write(std::string const& name, std::string const& text) const {
        fs::create_directories((path / name).parent_path());
        std::ofstream(path / name) << text;
        return path / name;
    }
};

inline std::string read(fs::path const& file) {
    std::stringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

/// A root file system of busybox and /etc/passwd, and one RUN in it.
struct container {
    scratch_directory directory;
    engine::sandbox_request request;
    engine::sandbox_host host;
    std::string out, err;

    explicit container(fs::path const& parent = fs::temp_directory_path()) : directory(parent) {
        auto const root = directory.make("root");
        for (auto const* name : {"root/bin", "root/etc", "root/tmp"}) directory.make(name);
        fs::copy_file("/bin/busybox", root + "/bin/busybox");
        for (auto const* applet : {"awk",      "cat", "chmod", "chown", "df",   "echo",  "env",   "false",   "grep", "hostname",
                                   "id",       "ip",  "kill",  "ln",    "ls",   "mkdir", "mknod", "mount",   "mv",   "pwd",
                                   "readlink", "rm",  "sh",    "sleep", "stat", "touch", "true",  "unshare", "wc"})
            fs::create_symlink("busybox", root + "/bin/" + applet);
        directory.write("root/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nweb:x:33:34::/var/www:/bin/sh\n");
        fs::permissions(root + "/tmp", fs::perms::all | fs::perms::sticky_bit);
        request.lower = {root};
        request.env = {"PATH=/bin"};
        request.network = "none";
    }

    std::string upper() const { return request.upper; }

    /// Runs with /bin/sh, in an upper directory of its own. Returns the exit code.
    int operator()(std::string const& script) { return run({"/bin/sh", "-c", script}).exit_code; }
    engine::sandbox_result run(std::vector<std::string> argv, std::stop_token stop = {}) {
        auto const number = std::to_string(count_++);
        request.upper = directory.make("upper" + number);
        request.work = directory.make("work" + number);
        request.argv = std::move(argv);
        out.clear();
        err.clear();
        if (!request.output) {
            request.output = [this](int fd, std::string_view bytes) { (fd == 1 ? out : err) += bytes; };
            auto const result = engine::run_in_sandbox(request, host, stop);
            request.output = nullptr;
            return result;
        }
        return engine::run_in_sandbox(request, host, stop);
    }

private:
    int count_ = 0;
};

}  // namespace constage::testing

#endif
