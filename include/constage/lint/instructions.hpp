// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_LINT_INSTRUCTIONS_HPP_INCLUDED
#define CONSTAGE_LINT_INSTRUCTIONS_HPP_INCLUDED

#include <constage/policy/content.hpp>

/// BuildKit's build checks that can be decided while compiling, in the form of policies: `lint::json_args_recommended(app)`,
/// `require<app, lint::json_args_recommended>()`. What the words make impossible anyway has no rule here: StageNameCasing
/// and ReservedStageName (`stage<…>` refuses the name), DuplicateStageName (`graph(…)` does), ExposeInvalidFormat (a literal port is
/// checked), LegacyKeyValueFormat.
namespace constage::lint {

using detail::text_view;
using dsl::op;
using dsl::role;
using policy::for_each_step;
using policy::offence;
using policy::rule;

/// CMD and ENTRYPOINT in shell form do not pass signals on; fine if the stage, or one it is built from, says SHELL.
struct json_args_recommended_check {
    static constexpr bool has_shell(graph_view g, unsigned stage) {
        for (auto i = stage; i != query::no_stage; i = policy::base_of(g, i))
            for (unsigned k = g.begin[i]; k != g.begin[i + 1]; ++k)
                if (g.steps[k].what == op::shell && !g.steps[k].trigger) return true;
        return false;
    }
    static constexpr offence check(graph_view g) {
        offence found;
        for_each_step(g, [&](unsigned stage, dsl::step const& s, dsl::word const* w) {
            if ((s.what != op::cmd && s.what != op::entrypoint) || s.count == 0 || w[0].what != role::shell_text || has_shell(g, stage))
                return false;
            found = {stage, w[0].view(), s.line};
            return true;
        });
        return found;
    }
};
inline constexpr rule<json_args_recommended_check> json_args_recommended{};

/// A relative WORKDIR before any absolute one in the stage and the stages it is built from.
struct workdir_relative_path_check {
    static constexpr bool has_workdir(graph_view g, unsigned stage, unsigned end) {
        for (unsigned k = g.begin[stage]; k != end; ++k)
            if (g.steps[k].what == op::workdir && !g.steps[k].trigger) return true;
        auto const base = policy::base_of(g, stage);
        return base != query::no_stage && has_workdir(g, base, g.begin[base + 1]);
    }
    static constexpr offence check(graph_view g) {
        for (unsigned i = 0; i != g.n_stages; ++i)
            for (unsigned k = g.begin[i]; k != g.begin[i + 1]; ++k)
                if (g.steps[k].what == op::workdir && !g.steps[k].trigger) {
                    auto const path = g.words[g.steps[k].first].view();
                    if (!path.starts_with("/") && !path.starts_with("$") && !has_workdir(g, i, k)) return {i, path, g.steps[k].line};
                }
        return {};
    }
};
inline constexpr rule<workdir_relative_path_check> workdir_relative_path{};

/// A second CMD, ENTRYPOINT or HEALTHCHECK of a stage: the earlier one has no effect, and is the one that is named.
struct multiple_instructions_disallowed_check {
    static constexpr offence check(graph_view g) {
        for (unsigned i = 0; i != g.n_stages; ++i)
            for (unsigned k = g.begin[i]; k != g.begin[i + 1]; ++k) {
                auto const what = g.steps[k].what;
                if ((what != op::cmd && what != op::entrypoint && what != op::healthcheck) || g.steps[k].trigger) continue;
                for (unsigned n = k + 1; n != g.begin[i + 1]; ++n)
                    if (g.steps[n].what == what && !g.steps[n].trigger)
                        return {i, what == op::cmd ? "CMD" : what == op::entrypoint ? "ENTRYPOINT" : "HEALTHCHECK", g.steps[k].line};
            }
        return {};
    }
};
inline constexpr rule<multiple_instructions_disallowed_check> multiple_instructions_disallowed{};

inline constexpr rule<policy::no_secret_in_env_check> secrets_used_in_arg_or_env{};

struct maintainer_deprecated_check {
    static constexpr offence check(graph_view g) {
        offence found;
        for_each_step(g, [&](unsigned stage, dsl::step const& s, dsl::word const* w) {
            if (s.what != op::maintainer) return false;
            found = {stage, w[0].view(), s.line};
            return true;
        });
        return found;
    }
};
inline constexpr rule<maintainer_deprecated_check> maintainer_deprecated{};

/// Upper case in the protocol of EXPOSE.
struct expose_proto_casing_check {
    static constexpr offence check(graph_view g) {
        offence found;
        for_each_step(g, [&](unsigned stage, dsl::step const& s, dsl::word const* w) {
            for (unsigned i = 0; s.what == op::expose && i != s.count; ++i) {
                auto const port = w[i].view();
                auto const slash = port.find('/');
                if (slash == detail::npos || port.contains('$')) continue;
                for (char c : port.part(slash + 1))
                    if (detail::is_upper(c)) {
                        found = {stage, port, s.line};
                        return true;
                    }
            }
            return false;
        });
        return found;
    }
};
inline constexpr rule<expose_proto_casing_check> expose_proto_casing{};

/// FROM --platform=$TARGETPLATFORM says what holds anyway.
struct redundant_target_platform_check {
    static constexpr offence check(graph_view g) {
        offence found;
        for_each_step(g, [&](unsigned stage, dsl::step const& s, dsl::word const* w) {
            auto const p = s.what == op::from ? policy::word_of(s, w, role::platform) : text_view();
            if (!(p == "$TARGETPLATFORM") && !(p == "${TARGETPLATFORM}")) return false;
            found = {stage, p, s.line};
            return true;
        });
        return found;
    }
};
inline constexpr rule<redundant_target_platform_check> redundant_target_platform{};

/// A constant FROM --platform, unless the stage's name contains its system or architecture.
struct from_platform_flag_const_disallowed_check {
    static constexpr bool named_after(text_view stage, text_view platform) {
        for (unsigned i = 0; i < platform.size;) {
            auto end = platform.find('/', i);
            if (end == detail::npos) end = platform.size;
            if (end > i && stage.contains(platform.part(i, end))) return true;
            i = end + 1;
        }
        return false;
    }
    static constexpr offence check(graph_view g) {
        offence found;
        for_each_step(g, [&](unsigned stage, dsl::step const& s, dsl::word const* w) {
            auto const p = s.what == op::from ? policy::word_of(s, w, role::platform) : text_view();
            if (p.empty() || p.contains('$') || named_after(g.names[stage], p)) return false;
            found = {stage, p, s.line};
            return true;
        });
        return found;
    }
};
inline constexpr rule<from_platform_flag_const_disallowed_check> from_platform_flag_const_disallowed{};

}  // namespace constage::lint

#endif
