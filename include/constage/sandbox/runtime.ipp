// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SANDBOX_RUNTIME_IPP_INCLUDED
#define CONSTAGE_SANDBOX_RUNTIME_IPP_INCLUDED

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <constage/failure.hpp>
#include <constage/sandbox/descriptor.hpp>
#include <constage/sandbox/process.hpp>
#include <constage/sandbox/runtime.hpp>
#include <constage/sandbox/sealed_copy.hpp>
#include <constage/sandbox/spec.hpp>
#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstdio>
#include <sstream>

namespace constage::sandbox {

namespace runtime_detail {

inline constexpr char const* cgroups = "/sys/fs/cgroup";

CONSTAGE_INLINE long file_system_of(char const* path) {
    struct statfs st {};
    return ::statfs(path, &st) == 0 ? static_cast<long>(st.f_type) : 0;
}

CONSTAGE_INLINE bool write_to(std::string const& path, std::string const& text) {
    descriptor const file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    return file && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

/// The directory of this process in the v1 hierarchy of devices; empty if there is none.
CONSTAGE_INLINE std::string devices_cgroup() {
    std::istringstream lines(slurp("/proc/thread-self/cgroup"));
    for (std::string line; std::getline(lines, line);)
        if (auto const at = line.find(":devices:"); at != std::string::npos) {
            auto path = std::string(cgroups) + "/devices" + line.substr(at + 9);
            while (path.ends_with('/')) path.pop_back();
            return ::access((path + "/devices.deny").c_str(), W_OK) == 0 ? path : "";
        }
    return "";
}

/// A group with rules as in config.json. It gets its name when it is ready, so that nobody starts in a half-made one.
CONSTAGE_INLINE bool make_devices_group(std::string const& group) {
    if (::access(group.c_str(), F_OK) == 0) return true;
    auto const making = group + "." + std::to_string(::gettid());
    if (::mkdir(making.c_str(), 0755) != 0 && errno != EEXIST) return false;
    bool good = write_to(making + "/devices.deny", "a");
    for (auto const* rule : {"c *:* m", "b *:* m", "c 1:3 rwm", "c 1:5 rwm", "c 1:7 rwm", "c 1:8 rwm", "c 1:9 rwm", "c 5:0 rwm",
                             "c 5:1 rwm", "c 5:2 rwm", "c 136:* rwm"})
        good = write_to(making + "/devices.allow", rule) && good;
    if (!good || ::rename(making.c_str(), group.c_str()) != 0) ::rmdir(making.c_str());
    return ::access(group.c_str(), F_OK) == 0;
}

/// One group for all containers, as all have the same rules: nothing piles up when builders are killed.
CONSTAGE_INLINE void limit_devices() {
    auto const parent = devices_cgroup();
    if (parent.empty()) return;
    auto const group = parent + "/constage.run";
    if (parent.ends_with("/constage.run") || !make_devices_group(group)) return;
    write_to(group + "/tasks", "0");  // this thread: what it starts is born there
}

}  // namespace runtime_detail

CONSTAGE_INLINE bool in_initial_user_namespace() {
    std::istringstream map(slurp("/proc/self/uid_map"));
    unsigned long long inside = 1, outside = 1, count = 0;
    map >> inside >> outside >> count;
    return inside == 0 && outside == 0 && count == 4294967295;
}

CONSTAGE_INLINE runtime::runtime(std::string const& wanted) {
    if (!wanted.empty())
        path_ = find_program(wanted);
    else
        for (auto const* name : {"crun", "runc"})
            if (path_.empty()) path_ = find_program(name);
    if (path_.empty())
        throw failure(wanted.empty() ? "RUN needs an OCI runtime, and neither crun nor runc is installed"
                                     : "cannot find the OCI runtime " + wanted)
            .with_hint("install crun (Debian, Ubuntu: apt-get install crun), or name another runtime with --oci-runtime");
    crun_ = path_.substr(path_.rfind('/') + 1).find("crun") != std::string::npos;
    cgroup2_ = runtime_detail::file_system_of(runtime_detail::cgroups) == CGROUP2_SUPER_MAGIC;
    may_manage_ = in_initial_user_namespace() && (!crun_ || cgroup2_) && ::access(runtime_detail::cgroups, W_OK) == 0;
}

CONSTAGE_INLINE void runtime::describe(spec_host& host, std::string const& id) const {
    host.crun = crun_;
    host.cgroup2 = cgroup2_;
    host.limit_devices = may_manage_;
    if (may_manage_) host.cgroup = "/constage/" + id;
}

CONSTAGE_INLINE void runtime::prepare_cgroup(bool insecure) const {
    if (!crun_ || cgroup2_) return;
    if (in_initial_user_namespace() && !insecure) runtime_detail::limit_devices();
    // crun refuses to start where v1 and v2 are mixed, even if it is told to leave cgroups alone.
    if (::access(runtime_detail::cgroups, F_OK) == 0 &&
        ::mount("none", runtime_detail::cgroups, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=755") != 0)
        throw cannot(std::string("mount a tmpfs at ") + runtime_detail::cgroups);
}

CONSTAGE_INLINE std::vector<std::string> runtime::command(std::string const& bundle, std::string const& id) const {
    // crun uses the format for what it prints into the container's stderr as well.
    std::vector<std::string> words = {path_,           "--root",       bundle + "/state",      "--log",
                                      bundle + "/log", "--log-format", crun_ ? "text" : "json"};
    if (crun_) words.push_back(may_manage_ ? "--cgroup-manager=cgroupfs" : "--cgroup-manager=disabled");
    words.insert(words.end(), {"run", "--bundle", bundle, id});
    return words;
}

CONSTAGE_INLINE int runtime::executable() const { return crun_ ? sealed_copy(path_) : -1; }

CONSTAGE_INLINE std::string runtime::complaint(std::string const& log) {
    std::istringstream lines(slurp(log));
    std::string message;
    for (std::string line; std::getline(lines, line);) {
        auto const entry = nlohmann::json::parse(line, nullptr, false);
        if (entry.is_object()) {
            if (entry.value("level", "") != "error") continue;
            line = entry.value("msg", "");
        }
        message += (message.empty() ? "" : "; ") + line;
    }
    return message;
}

CONSTAGE_INLINE int exit_code_of(std::string const& complaint) {
    auto const says = [&](char const* words) { return complaint.find(words) != std::string::npos; };
    if (says("executable file") && says("not found in $PATH")) return 127;
    if (!says("exec: ") && !says("exec the container process") && !says("executable")) return 0;
    if (says("o such file or directory")) return 127;
    return says("ermission denied") || says("xec format error") || says("peration not permitted") || says("s a directory") ? 126 : 0;
}

}  // namespace constage::sandbox

#endif
