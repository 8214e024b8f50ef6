// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SANDBOX_EXAMINE_IPP_INCLUDED
#define CONSTAGE_SANDBOX_EXAMINE_IPP_INCLUDED

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <constage/engine/sandbox.hpp>
#include <constage/failure.hpp>
#include <constage/sandbox/connection.hpp>
#include <constage/sandbox/descriptor.hpp>
#include <constage/sandbox/examine.hpp>
#include <constage/sandbox/process.hpp>
#include <constage/sandbox/runtime.hpp>
#include <constage/sandbox/try_overlay.hpp>
#include <constage/sandbox/user_namespace.hpp>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace constage::sandbox {

namespace examine_detail {

using engine::finding;

/// First line that a program prints; empty if it cannot be started.
CONSTAGE_INLINE std::string first_line(std::vector<std::string> const& argv) {
    try {
        auto [out, out_end] = make_pipe();
        program p;
        p.argv = argv;
        p.out = p.err = out_end.get();
        auto const child = spawn(p);
        out_end.reset();
        std::string text;
        watch(child, out.get(), -1, {}, [&](int, std::string_view bytes) { text += bytes; });
        return text.substr(0, text.find('\n'));
    } catch (failure const&) { return ""; }
}

CONSTAGE_INLINE finding examine_runtime(std::string const& wanted) {
    try {
        runtime const found(wanted);
        return {"OCI runtime", true, found.path() + " (" + first_line({found.path(), "--version"}) + ")", ""};
    } catch (failure const& f) { return {"OCI runtime", false, f.what(), f.hint}; }
}

/// How RUN would get its privilege, in one to three findings.
CONSTAGE_INLINE void examine_privilege(std::vector<finding>& findings) {
    if (has_privilege()) {
        findings.push_back({"privilege", true, in_initial_user_namespace() ? "root" : "root of a user namespace", ""});
        return;
    }
    auto const obstacle = user_namespace_obstacle();
    findings.push_back({"user namespaces", !obstacle, obstacle ? obstacle->reason : "allowed", obstacle ? obstacle->fix : ""});
    auto const name = user_name();
    for (auto const* file : {"/etc/subuid", "/etc/subgid"}) {
        unsigned long count = 0;
        for (auto const& r : subordinate_ids(slurp(file), name, ::getuid())) count += r.count;
        // Debian's _apt, nobody and the like need 65534 of them.
        auto const fix = "sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 " + name;
        findings.push_back({file, count >= 65535, count == 0 ? name + " is not in it" : std::to_string(count) + " ids for " + name,
                            count >= 65535 ? "" : fix});
    }
    auto const newuidmap = find_program("newuidmap"), newgidmap = find_program("newgidmap");
    auto const both = !newuidmap.empty() && !newgidmap.empty();
    findings.push_back({"newuidmap, newgidmap", both, both ? newuidmap + ", " + newgidmap : "not installed",
                        both ? "" : "sudo apt-get install uidmap (elsewhere: shadow-utils)"});
}

/// The directory itself, or the one that it would be made in.
CONSTAGE_INLINE std::string existing_part(std::string path) {
    while (!path.empty() && ::access(path.c_str(), F_OK) != 0) path.resize(path.find_last_of('/') == path.npos ? 0 : path.rfind('/'));
    return path.empty() ? "/" : path;
}

CONSTAGE_INLINE finding examine_overlay(std::string const& store) {
    utsname kernel{};
    ::uname(&kernel);
    auto const release = std::string("Linux ") + kernel.release;
    int major = 0, minor = 0;
    std::sscanf(kernel.release, "%d.%d", &major, &minor);
    if (major < 5 || (major == 5 && minor < 11))
        return {"overlay", false, release + ": overlays with user.overlay.* attributes came with 5.11", "use a newer kernel"};
    if (!has_privilege() && user_namespace_obstacle()) return {"overlay", true, release + ", not tried without user namespaces", ""};
    auto const place = existing_part(store);
    try {
        auto const error = try_overlay(place);
        if (error == 0) return {"overlay", true, release + ", in " + place, ""};
        if (error == ENODEV) return {"overlay", false, release + ", the module is not loaded", "sudo modprobe overlay"};
        return {"overlay", false, "refused in " + place + ": " + std::strerror(error), "choose a store on a local disk: --store DIR"};
    } catch (failure const& f) { return {"overlay", false, f.what(), "choose a store that you may write: --store DIR"}; }
}

CONSTAGE_INLINE finding examine_network() {
    auto const pasta = find_program("pasta");
    auto const missing = pasta.empty() ? "no pasta" : !may_open_tun() ? "/dev/net/tun cannot be opened" : "";
    if (!*missing) return {"private network for RUN", true, pasta, ""};
    return {"private network for RUN", false, std::string(missing) + ": RUN uses the network of this machine and can reach its local ports",
            pasta.empty() ? "sudo apt-get install passt" : "sudo chmod 666 /dev/net/tun"};
}

CONSTAGE_INLINE finding examine_cgroups() {
    struct statfs st {};
    if (::statfs("/sys/fs/cgroup", &st) != 0) return {"cgroups", true, "none", ""};
    return {"cgroups", true,
            st.f_type == CGROUP2_SUPER_MAGIC                ? "v2"
            : ::access("/sys/fs/cgroup/unified", F_OK) == 0 ? "v1 and v2 mixed"
                                                            : "v1",
            ""};
}

}  // namespace examine_detail

CONSTAGE_INLINE std::vector<engine::finding> examine(std::string const& wanted, std::string const& store) {
    using namespace examine_detail;
    std::vector<finding> findings = {examine_runtime(wanted)};
    examine_privilege(findings);
    findings.push_back(examine_overlay(store));
    findings.push_back(examine_network());
    findings.push_back(examine_cgroups());
    return findings;
}

}  // namespace constage::sandbox

#endif
