// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DSL_HEALTHCHECK_HPP_INCLUDED
#define CONSTAGE_DSL_HEALTHCHECK_HPP_INCLUDED

#include <constage/dsl/config.hpp>

namespace constage::dsl {
struct no_healthcheck {};
}  // namespace constage::dsl

namespace constage {

/// HEALTHCHECK's flags; not given: inherited or the runtime's default.
struct healthcheck_options {
    dsl::duration_text interval = {}, timeout = {}, start_period = {}, start_interval = {};
    dsl::number_text retries = {};
};

/// `healthcheck(none)` switches an inherited check off.
inline constexpr dsl::no_healthcheck none{};

constexpr auto healthcheck(dsl::no_healthcheck, dsl::where at = CONSTAGE_HERE) {
    return dsl::step_of(dsl::op::healthcheck, at, dsl::word("NONE", dsl::role::no_check));
}

}  // namespace constage

namespace constage::dsl {

template <unsigned N>
constexpr auto healthcheck_of(where at, exec_words<N> const& test, healthcheck_options const& o) {
    one<N + 5> r{};
    r.steps[0] = step(op::healthcheck, N + 5, at);
    r.words[0] = word(o.interval.text, role::interval);
    r.words[1] = word(o.timeout.text, role::timeout);
    r.words[2] = word(o.start_period.text, role::start_period);
    r.words[3] = word(o.start_interval.text, role::start_interval);
    r.words[4] = o.retries.as(role::retries);
    for (unsigned i = 0; i != N; ++i) r.words[5 + i] = test.words[i];
    return r;
}

}  // namespace constage::dsl

namespace constage {

/// `healthcheck("curl -f http://localhost/", {.interval = "30s", .retries = 3})`
constexpr auto healthcheck(dsl::command_text test, healthcheck_options o = {}, dsl::where at = CONSTAGE_HERE) {
    return dsl::healthcheck_of(at, dsl::exec_words<1>{{dsl::word(test.text, dsl::role::shell_text)}}, o);
}
template <unsigned N>
constexpr auto healthcheck(dsl::exec_words<N> test, healthcheck_options o = {}, dsl::where at = CONSTAGE_HERE) {
    return dsl::healthcheck_of(at, test, o);
}

}  // namespace constage

#endif
