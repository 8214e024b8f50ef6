// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DSL_CHECK_CONFIG_HPP_INCLUDED
#define CONSTAGE_DSL_CHECK_CONFIG_HPP_INCLUDED

#include <constage/dsl/check/variables.hpp>

namespace constage::error {
void name_is_empty();
void name_of_an_argument_must_be_letters_digits_and_underscores();
void port_must_be_a_number_from_1_to_65535();
void port_range_must_go_up();
void port_protocol_must_be_tcp_udp_or_sctp();
void port_must_not_name_an_address_or_a_host_port();
void signal_is_unknown();
void duration_must_be_a_number_with_a_unit();
void duration_must_be_0_or_at_least_1ms();
void command_is_empty();
void user_is_empty();
void shell_is_empty();
void number_must_not_be_negative();
void text_must_be_a_number();
void network_must_be_default_none_or_host();
void security_must_be_sandbox_or_insecure();
void sharing_must_be_shared_private_or_locked();
void checksum_must_be_algorithm_colon_digits();
}  // namespace constage::error

namespace constage::dsl::check {

/// Name of an ENV or LABEL.
constexpr void key(text_view t) {
    if (t.empty()) error::name_is_empty();
    variables(t);
}

/// Name of an ARG: never expanded.
constexpr void arg_name(text_view t) {
    if (t.empty()) error::name_is_empty();
    bool good = !t.empty() && !detail::is_digit(t[0]);
    for (char c : t) good = good && (detail::is_name_char(c) || c == '-' || c == '.');
    if (!good) error::name_of_an_argument_must_be_letters_digits_and_underscores();
}

constexpr unsigned port_number(text_view t) {
    auto const n = detail::all_digits(t) ? detail::number_of(t) : 0u;
    if (n < 1 || n > 65535) error::port_must_be_a_number_from_1_to_65535();
    return n;
}

/// port[-last][/protocol]
constexpr void port(text_view t) {
    if (is_open(t)) return variables(t);
    if (t.contains(':')) return error::port_must_not_name_an_address_or_a_host_port();
    if (auto const slash = t.find('/'); slash != detail::npos) {
        auto const protocol = t.part(slash + 1);
        if (!detail::same_but_case(protocol, "tcp") && !detail::same_but_case(protocol, "udp") && !detail::same_but_case(protocol, "sctp"))
            error::port_protocol_must_be_tcp_udp_or_sctp();
        t = t.part(0, slash);
    }
    if (auto const dash = t.find('-'); dash != detail::npos) {
        if (port_number(t.part(0, dash)) > port_number(t.part(dash + 1))) error::port_range_must_go_up();
    } else {
        port_number(t);
    }
}

inline constexpr text_view signals[] = {"ABRT", "ALRM", "BUS",  "CHLD", "CLD",  "CONT", "FPE",    "HUP",    "ILL",  "INT", "IO",   "IOT",
                                        "KILL", "PIPE", "POLL", "PROF", "PWR",  "QUIT", "SEGV",   "STKFLT", "STOP", "SYS", "TERM", "TRAP",
                                        "TSTP", "TTIN", "TTOU", "URG",  "USR1", "USR2", "VTALRM", "WINCH",  "XCPU", "XFSZ"};

constexpr void signal(text_view t) {
    if (is_open(t)) return variables(t);
    if (detail::all_digits(t)) {
        auto const n = detail::number_of(t);
        if (n < 1 || n > 64) error::signal_is_unknown();
        return;
    }
    if (t.size > 3 && detail::same_but_case(t.part(0, 3), "SIG")) t = t.part(3);
    for (auto const& s : signals)
        if (detail::same_but_case(t, s)) return;
    if (t.size >= 5 && detail::same_but_case(t.part(0, 3), "RTM")) return;  // RTMIN+1, RTMAX-3
    error::signal_is_unknown();
}

/// Nanoseconds of a unit of a Go duration that starts at `i`, and its length; 0: no unit.
struct unit {
    long long nanoseconds = 0;
    unsigned length = 0;
};
constexpr unit unit_at(text_view t, unsigned i) {
    auto const rest = t.part(i);
    if (rest.starts_with("ns")) return {1, 2};
    if (rest.starts_with("us")) return {1000, 2};
    if (rest.starts_with("ms")) return {1000000, 2};
    if (rest.starts_with("s")) return {1000000000, 1};
    if (rest.starts_with("m")) return {60000000000, 1};
    if (rest.starts_with("h")) return {3600000000000, 1};
    return {};
}

/// As Go writes durations: 1h30m, 1.5s, 500ms, 0.
constexpr void duration(text_view t) {
    if (t == "0") return;
    if (t.empty()) return error::duration_must_be_a_number_with_a_unit();
    long long total = 0;
    for (unsigned i = 0; i < t.size;) {
        long long whole = 0, scale = 1;
        unsigned digits = 0;
        bool fraction = false;
        for (; i < t.size && (detail::is_digit(t[i]) || (t[i] == '.' && !fraction)); ++i) {
            if (t[i] == '.') {
                fraction = true;
                continue;
            }
            ++digits;
            if (whole < 1000000 && scale < 1000000) {
                whole = whole * 10 + (t[i] - '0');
                if (fraction) scale *= 10;
            }
        }
        auto const u = unit_at(t, i);
        if (digits == 0 || u.length == 0) return error::duration_must_be_a_number_with_a_unit();
        total += whole * (u.nanoseconds / scale);
        i += u.length;
    }
    if (total != 0 && total < 1000000) error::duration_must_be_0_or_at_least_1ms();
}

constexpr void command(text_view t) {
    if (detail::span(t, " \t\n") == t.size) error::command_is_empty();
}

constexpr void user(text_view t) {
    if (t.empty()) error::user_is_empty();
    variables(t);
}

/// A number, with a unit or not.
constexpr void number(text_view t) {
    variables(t);
    if (t.empty() || (!is_open(t) && !detail::is_digit(t[0]))) error::text_must_be_a_number();
}

constexpr void network(text_view t) {
    if (t != "default" && t != "none" && t != "host") error::network_must_be_default_none_or_host();
}
constexpr void security(text_view t) {
    if (t != "sandbox" && t != "insecure") error::security_must_be_sandbox_or_insecure();
}
constexpr void sharing(text_view t) {
    if (is_open(t)) return variables(t);
    if (t != "shared" && t != "private" && t != "locked") error::sharing_must_be_shared_private_or_locked();
}
/// A digest (`sha256:…`) or a git commit.
constexpr void checksum(text_view t) {
    if (is_open(t)) return variables(t);
    auto const colon = t.find(':');
    auto const digits = colon == detail::npos ? t : t.part(colon + 1);
    bool good = !digits.empty() && colon != 0;
    for (char c : digits) good = good && (detail::is_digit(c) || (detail::lower(c) >= 'a' && detail::lower(c) <= 'f'));
    if (good && t.starts_with("sha256:")) good = digits.size == 64;
    if (!good) error::checksum_must_be_algorithm_colon_digits();
}

}  // namespace constage::dsl::check

#endif
