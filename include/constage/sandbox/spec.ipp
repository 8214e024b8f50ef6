// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SANDBOX_SPEC_IPP_INCLUDED
#define CONSTAGE_SANDBOX_SPEC_IPP_INCLUDED

#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <constage/engine/sandbox.hpp>
#include <constage/failure.hpp>
#include <constage/files/digest.hpp>
#include <constage/sandbox/seccomp.hpp>
#include <constage/sandbox/spec.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace constage::sandbox {

namespace spec_detail {

using json = nlohmann::json;

/// By number, as in linux/capability.h.
inline constexpr char const* capabilities[] = {"CHOWN",
                                               "DAC_OVERRIDE",
                                               "DAC_READ_SEARCH",
                                               "FOWNER",
                                               "FSETID",
                                               "KILL",
                                               "SETGID",
                                               "SETUID",
                                               "SETPCAP",
                                               "LINUX_IMMUTABLE",
                                               "NET_BIND_SERVICE",
                                               "NET_BROADCAST",
                                               "NET_ADMIN",
                                               "NET_RAW",
                                               "IPC_LOCK",
                                               "IPC_OWNER",
                                               "SYS_MODULE",
                                               "SYS_RAWIO",
                                               "SYS_CHROOT",
                                               "SYS_PTRACE",
                                               "SYS_PACCT",
                                               "SYS_ADMIN",
                                               "SYS_BOOT",
                                               "SYS_NICE",
                                               "SYS_RESOURCE",
                                               "SYS_TIME",
                                               "SYS_TTY_CONFIG",
                                               "MKNOD",
                                               "LEASE",
                                               "AUDIT_WRITE",
                                               "AUDIT_CONTROL",
                                               "SETFCAP",
                                               "MAC_OVERRIDE",
                                               "MAC_ADMIN",
                                               "SYSLOG",
                                               "WAKE_ALARM",
                                               "BLOCK_SUSPEND",
                                               "AUDIT_READ",
                                               "PERFMON",
                                               "BPF",
                                               "CHECKPOINT_RESTORE"};

inline constexpr char const* masked[] = {
    "/proc/acpi",        "/proc/asound",      "/proc/kcore", "/proc/keys",    "/proc/latency_stats",          "/proc/timer_list",
    "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi",  "/sys/firmware", "/sys/devices/virtual/powercap"};
inline constexpr char const* read_only[] = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};

/// "nofile=1024:2048" or "nofile=1024"; -1 or "unlimited" is no limit.
CONSTAGE_INLINE json rlimit_of(std::string const& text) {
    auto const wrong = [&] {
        return failure("invalid ulimit \"" + text + "\"").with_hint("write name=soft or name=soft:hard, e.g. nofile=1024:2048").as_usage();
    };
    auto const equals = text.find('=');
    if (equals == std::string::npos) throw wrong();
    auto const number = [&](std::string const& digits) -> std::uint64_t {
        if (digits == "-1" || digits == "unlimited") return ~std::uint64_t{0};
        std::uint64_t value = 0;
        auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (error != std::errc{} || end != digits.data() + digits.size()) throw wrong();
        return value;
    };
    auto name = text.substr(0, equals);
    static constexpr std::string_view known[] = {"core",   "cpu",   "data", "fsize",  "locks",  "memlock",    "msgqueue", "nice",
                                                 "nofile", "nproc", "rss",  "rtprio", "rttime", "sigpending", "stack"};
    if (std::find(std::begin(known), std::end(known), name) == std::end(known)) throw wrong();
    for (auto& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    auto const values = text.substr(equals + 1);
    auto const colon = values.find(':');
    auto const soft = number(values.substr(0, colon)), hard = colon == std::string::npos ? soft : number(values.substr(colon + 1));
    if (soft > hard) throw wrong();
    return {{"type", "RLIMIT_" + name}, {"soft", soft}, {"hard", hard}};
}

CONSTAGE_INLINE json process_of(engine::sandbox_request const& what) {
    json process;
    process["terminal"] = what.terminal;
    if (winsize size{}; what.terminal && ::ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0)
        process["consoleSize"] = {{"height", size.ws_row}, {"width", size.ws_col}};
    process["user"] = {{"uid", what.user.ids.uid}, {"gid", what.user.ids.gid}, {"umask", 022}};
    if (!what.user.groups.empty()) process["user"]["additionalGids"] = what.user.groups;
    process["args"] = what.argv;
    auto env = what.env;
    if (std::none_of(env.begin(), env.end(), [](auto const& e) { return e.starts_with("HOME="); }))
        env.push_back("HOME=" + (what.user.home.empty() ? "/" : what.user.home));
    process["env"] = env;
    process["cwd"] = what.cwd;
    auto const names = capability_names(what.insecure ? ~0ull : sandbox_capabilities);
    for (auto const* set : {"bounding", "effective", "permitted"}) process["capabilities"][set] = names;
    for (auto const* set : {"inheritable", "ambient"}) process["capabilities"][set] = what.insecure ? names : std::vector<std::string>{};
    if (!what.ulimits.empty()) process["rlimits"] = json::array();
    for (auto const& u : what.ulimits) process["rlimits"].push_back(rlimit_of(u));
    process["noNewPrivileges"] = false;  // setuid programs work in RUN
    return process;
}

/// The devices that --security=insecure adds, as far as this machine has them.
CONSTAGE_INLINE json insecure_devices() {
    auto devices = json::array();
    std::vector<std::string> paths = {"/dev/kmsg", "/dev/cuse", "/dev/fuse", "/dev/kvm", "/dev/net/tun", "/dev/loop-control"};
    for (int i = 0; i != 8; ++i) paths.push_back("/dev/loop" + std::to_string(i));
    for (auto const& path : paths) {
        struct stat st {};
        if (::stat(path.c_str(), &st) != 0 || !(S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))) continue;
        devices.push_back({{"path", path},
                           {"type", S_ISCHR(st.st_mode) ? "c" : "b"},
                           {"major", major(st.st_rdev)},
                           {"minor", minor(st.st_rdev)},
                           {"fileMode", st.st_mode & 07777},
                           {"uid", 0},
                           {"gid", 0}});
    }
    return devices;
}

/// Making device files is allowed (mknod works in RUN as in BuildKit); opening them is not but for the harmless ones.
CONSTAGE_INLINE json device_rules(bool insecure) {
    if (insecure) return json::array({{{"allow", true}, {"access", "rwm"}}});
    auto rules = json::array({{{"allow", false}, {"access", "rwm"}},
                              {{"allow", true}, {"type", "c"}, {"access", "m"}},
                              {{"allow", true}, {"type", "b"}, {"access", "m"}}});
    constexpr int open[][2] = {{1, 3}, {1, 5}, {1, 7}, {1, 8},
                               {1, 9}, {5, 0}, {5, 1}, {5, 2}};  // null zero full random urandom tty console ptmx
    for (auto const& [major, minor] : open)
        rules.push_back({{"allow", true}, {"type", "c"}, {"major", major}, {"minor", minor}, {"access", "rwm"}});
    rules.push_back({{"allow", true}, {"type", "c"}, {"major", 136}, {"access", "rwm"}});  // pts
    return rules;
}

CONSTAGE_INLINE json linux_of(engine::sandbox_request const& what, spec_host const& host) {
    json section;  // not `linux`: a macro of gnu++20
    for (auto const* type : {"pid", "ipc", "uts", "mount"}) section["namespaces"].push_back({{"type", type}});
    if (host.new_network) section["namespaces"].push_back({{"type", "network"}});
    if (host.cgroup2) section["namespaces"].push_back({{"type", "cgroup"}});
    if (host.limit_devices) section["resources"]["devices"] = device_rules(what.insecure);
    if (!host.cgroup.empty()) section["cgroupsPath"] = host.cgroup;
    if (what.insecure) {
        section["devices"] = insecure_devices();
        return section;
    }
    section["maskedPaths"] = masked;
    section["readonlyPaths"] = read_only;
    return section;
}

}  // namespace spec_detail

CONSTAGE_INLINE std::vector<std::string> capability_names(unsigned long long mask) {
    std::vector<std::string> names;
    for (unsigned i = 0; i != std::size(spec_detail::capabilities); ++i)
        if ((mask >> i & 1) != 0 && ::prctl(PR_CAPBSET_READ, i, 0, 0, 0) == 1)
            names.push_back(std::string("CAP_") + spec_detail::capabilities[i]);
    return names;
}

CONSTAGE_INLINE std::vector<spec_mount> standard_mounts(engine::sandbox_request const& what, spec_host const& host) {
    std::vector<std::string> const closed = {"nosuid", "noexec", "nodev"};
    auto const with = [](std::vector<std::string> options, std::initializer_list<std::string> more) {
        options.insert(options.end(), more);
        return options;
    };
    std::string const access = what.insecure ? "rw" : "ro";
    std::vector<spec_mount> mounts = {
        {"/proc", "proc", "proc", closed},
        {"/dev", "tmpfs", "tmpfs", {"nosuid", "strictatime", "mode=755", "size=65536k"}},
        {"/dev/pts", "devpts", "devpts", {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"}},
        {"/dev/shm", "tmpfs", what.shm_size == 64u << 20 ? "shm" : "tmpfs", {"nosuid", "size=" + std::to_string(what.shm_size)}},
        {"/dev/mqueue", "mqueue", "mqueue", closed},
    };
    if (what.shm_size == 64u << 20) mounts[3].options = with(mounts[3].options, {"noexec", "nodev", "mode=1777"});
    if (host.own_network)
        mounts.push_back({"/sys", "sysfs", "sysfs", with(closed, {access})});
    else
        mounts.push_back({"/sys", "bind", "/sys", with(closed, {"rbind", access})});
    if (host.cgroup2) mounts.push_back({"/sys/fs/cgroup", "cgroup", "cgroup", with(closed, {"relatime", access})});
    std::erase_if(mounts, [&](auto const& m) {
        return std::any_of(what.mounts.begin(), what.mounts.end(), [&](auto const& own) { return own.target == m.target; });
    });
    return mounts;
}

CONSTAGE_INLINE std::string spec_of(engine::sandbox_request const& what, spec_host const& host) {
    using spec_detail::json;
    json spec;
    spec["ociVersion"] = "1.0.2";
    spec["process"] = spec_detail::process_of(what);
    spec["root"] = {{"path", host.root}, {"readonly", false}};
    spec["hostname"] = what.hostname;
    auto mounts = standard_mounts(what, host);
    mounts.insert(mounts.end(), host.mounts.begin(), host.mounts.end());
    for (auto const& m : mounts)
        spec["mounts"].push_back({{"destination", m.target}, {"type", m.type}, {"source", m.source}, {"options", m.options}});
    spec["linux"] = spec_detail::linux_of(what, host);
    if (!what.insecure) {
        if (host.crun && !seccomp_program().empty())
            spec["annotations"]["run.oci.seccomp_bpf_data"] = files::base64(seccomp_program());
        else
            spec["linux"]["seccomp"] = json::parse(seccomp_profile());
    }
    return spec.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace constage::sandbox

#endif
