// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_SANDBOX_SECCOMP_IPP_INCLUDED
#define CONSTAGE_SANDBOX_SECCOMP_IPP_INCLUDED

#include <linux/filter.h>
#include <seccomp.h>
#include <sys/mman.h>

#include <constage/sandbox/descriptor.hpp>
#include <constage/sandbox/seccomp.hpp>
#include <constage/sandbox/seccomp_rules.hpp>
#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace constage::sandbox {

namespace seccomp_detail {

using json = nlohmann::json;

CONSTAGE_INLINE json condition_of(scmp_arg_cmp const& when) {
    auto const* const op = when.op == SCMP_CMP_LT ? "SCMP_CMP_LT" : when.op == SCMP_CMP_EQ ? "SCMP_CMP_EQ" : "SCMP_CMP_MASKED_EQ";
    json condition = {{"index", when.arg}, {"op", op}, {"value", when.datum_a}};
    if (when.op == SCMP_CMP_MASKED_EQ) condition["valueTwo"] = when.datum_b;  // argument & value == valueTwo
    return condition;
}

CONSTAGE_INLINE std::string make_profile() {
    json rules = json::array();
    for (auto const& r : seccomp_rules()) {
        json entry = {{"names", r.names}, {"action", r.errno_value ? "SCMP_ACT_ERRNO" : "SCMP_ACT_ALLOW"}};
        if (r.errno_value) entry["errnoRet"] = r.errno_value;
        if (r.conditional) entry["args"] = json::array({condition_of(r.when)});
        rules.push_back(std::move(entry));
    }
    json names = json::array();
    for (auto const& a : seccomp_architectures())
        if (!a.name.empty()) names.push_back(a.name);
    json const profile = {{"defaultAction", "SCMP_ACT_ERRNO"}, {"defaultErrnoRet", EPERM}, {"architectures", names}, {"syscalls", rules}};
    return profile.dump();
}

/// What no rule says: the program of one architecture answers so for another.
inline constexpr std::uint32_t another_architecture = SCMP_ACT_KILL;

using filter = std::vector<sock_filter>;

/// For one architecture alone: what libseccomp does grows with the square of the rules, and three together take 20 ms. As a tree: the
/// kernel runs it for every system call when it is loaded, and a list costs each container more than a millisecond there (libseccomp
/// before 2.5 makes a list). Empty: libseccomp does not make one.
CONSTAGE_INLINE filter filter_of(std::uint32_t architecture) {
    std::unique_ptr<void, decltype(&seccomp_release)> const made(seccomp_init(SCMP_ACT_ERRNO(EPERM)), seccomp_release);
    if (!made) return {};
    if (architecture != seccomp_arch_native() &&
        (seccomp_arch_remove(made.get(), SCMP_ARCH_NATIVE) != 0 || seccomp_arch_add(made.get(), architecture) != 0))
        return {};
    if (seccomp_attr_set(made.get(), SCMP_FLTATR_ACT_BADARCH, another_architecture) != 0) return {};
#if SCMP_VER_MAJOR > 2 || SCMP_VER_MINOR >= 5
    seccomp_attr_set(made.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
#endif
    for (auto const& r : seccomp_rules())
        for (auto const& name : r.names) {
            auto const number = seccomp_syscall_resolve_name(name.c_str());
            if (number == __NR_SCMP_ERROR) continue;
            auto const action = r.errno_value ? SCMP_ACT_ERRNO(r.errno_value) : SCMP_ACT_ALLOW;
            if (seccomp_rule_add_array(made.get(), action, number, r.conditional ? 1 : 0, &r.when) != 0) return {};
        }
    descriptor const file(::memfd_create("filter", MFD_CLOEXEC));
    if (!file || seccomp_export_bpf(made.get(), file.get()) != 0) return {};
    auto const bytes = slurp("/proc/self/fd/" + std::to_string(file.get()));
    filter steps(bytes.size() / sizeof(sock_filter));
    std::memcpy(steps.data(), bytes.data(), steps.size() * sizeof(sock_filter));
    return steps;
}

/// The program in memory that the kernel gives to seccomp(2), or none if libseccomp does not make one: those of the architectures, each
/// going on with the next where the system call is not of its architecture; the last kills.
CONSTAGE_INLINE std::string make_program() {
    auto const& all = seccomp_architectures();
    filter whole;
    for (auto a = all.rbegin(); a != all.rend(); ++a) {
        auto part = filter_of(a->number);
        if (part.empty()) return {};
        for (std::size_t at = 0; at != part.size() && !whole.empty(); ++at)
            if (part[at].code == (BPF_RET | BPF_K) && part[at].k == another_architecture)
                part[at] = BPF_STMT(BPF_JMP | BPF_JA, static_cast<std::uint32_t>(part.size() - at - 1));
        whole.insert(whole.begin(), part.begin(), part.end());
    }
    if (whole.size() > BPF_MAXINSNS) return {};
    return {reinterpret_cast<char const*>(whole.data()), whole.size() * sizeof(sock_filter)};
}

}  // namespace seccomp_detail

CONSTAGE_INLINE std::string const& seccomp_profile() {
    static std::string const profile = seccomp_detail::make_profile();
    return profile;
}

CONSTAGE_INLINE std::string const& seccomp_program() {
    static std::string const program = seccomp_detail::make_program();
    return program;
}

}  // namespace constage::sandbox

#endif
