// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_CLI_CHECKS_IPP_INCLUDED
#define CONSTAGE_CLI_CHECKS_IPP_INCLUDED

#include <constage/cli/checks.hpp>
#include <constage/engine/choices.hpp>
#include <constage/failure.hpp>

#include <algorithm>
#include <filesystem>

namespace constage::cli {

namespace checks_detail {

/// The whole context is ignored only by a rule that says so.
CONSTAGE_INLINE bool is_ignored(files::ignore_rules const& rules, std::string const& path) {
    if (path.find("://") != std::string::npos) return false;
    auto clean = std::filesystem::path("/" + path).lexically_normal().generic_string().substr(1);
    if (clean.ends_with('/')) clean.pop_back();
    if (!clean.empty()) return rules.ignores(clean);
    return std::any_of(rules.rules().begin(), rules.rules().end(),
                       [](auto const& r) { return r.pattern == "*" || r.pattern == "**" || r.pattern == "**/*"; });
}

CONSTAGE_INLINE dockerfile::base_facts facts(std::vector<std::string> const& env, std::vector<std::string> const& triggers, bool has_shell,
                                             oci::platform const& platform, oci::platform const& wanted) {
    dockerfile::base_facts f;
    for (auto const& variable : env) {
        auto const equals = variable.find('=');
        f.variables[variable.substr(0, equals)] = equals == variable.npos ? "" : variable.substr(equals + 1);
    }
    f.triggers = triggers;
    f.has_shell = has_shell;
    f.wanted = f.platform = wanted.text();
    if (platform.os != wanted.os || platform.architecture != wanted.architecture) f.platform = platform.text();
    return f;
}

CONSTAGE_INLINE oci::platform platform_or_target(std::string const& text, engine::options const& how) {
    if (!text.empty()) return oci::parse_platform(text);
    return engine::platforms_of(how).front();
}

CONSTAGE_INLINE dockerfile::lint_options options_of(invocation const& call) {
    dockerfile::lint_options how;
    how.choice = engine::choice_of(call.args.build);
    return how;
}

}  // namespace checks_detail

CONSTAGE_INLINE std::optional<engine::base_image> base_finder::find(std::string const& name, oci::platform const& platform) {
    auto const [at, is_new] = known_.try_emplace({name, platform.text()});
    if (!is_new) return at->second;
    try {
        if (!bases_) {
            store_ = std::make_unique<engine::store>(how_.store.empty() ? engine::default_store() : how_.store);
            bases_ = std::make_unique<engine::base_set>(*store_, how_);
        }
        at->second = bases_->resolve(name, platform);
    } catch (failure const& f) { notes_.push_back(name + " could not be looked at: " + f.what()); }
    return at->second;
}

CONSTAGE_INLINE base_lookup facts_of(base_finder& bases, engine::options const& how) {
    return [&](std::string const& name, std::string const& platform) -> std::optional<dockerfile::base_facts> {
        auto const wanted = checks_detail::platform_or_target(platform, how);
        auto const base = bases.find(name, wanted);
        if (!base) return std::nullopt;
        auto const& c = base->config;
        return checks_detail::facts(c.env, c.on_build, c.shell.has_value(), base->directory ? wanted : c.platform, wanted);
    };
}

CONSTAGE_INLINE base_lookup facts_of(engine::report const& done, engine::options const& how) {
    return [&](std::string const& name, std::string const& platform) -> std::optional<dockerfile::base_facts> {
        auto const wanted = checks_detail::platform_or_target(platform, how);
        for (auto const& b : done.bases)
            if (b.name == name && oci::parse_platform(b.wanted) == wanted)
                return checks_detail::facts(b.env, b.on_build, b.has_shell, oci::parse_platform(b.platform), wanted);
        return std::nullopt;
    };
}

CONSTAGE_INLINE std::vector<dockerfile::warning> lint(invocation const& call, dockerfile::document const& document,
                                                      base_lookup const& bases) {
    auto how = checks_detail::options_of(call);
    how.base = bases;
    auto const rules = call.args.build.context_files ? files::ignore_rules()
                                                     : engine::ignore_rules_of(call.args.build.context, call.args.build.dockerfile);
    if (!rules.empty() && !rules.has_exceptions())
        how.ignored = [&](std::string const& path) { return checks_detail::is_ignored(rules, path); };
    return dockerfile::lint(document, how);
}

CONSTAGE_INLINE bool warnings_are_errors(invocation const& call, dockerfile::document const& document) {
    return dockerfile::controls_of(document, checks_detail::options_of(call)).error;
}

CONSTAGE_INLINE void refuse_warnings(invocation const& call, dockerfile::document const& document,
                                     std::vector<dockerfile::warning> const& warnings) {
    if (auto const error = dockerfile::lint_error(document, warnings, checks_detail::options_of(call)); !error.empty())
        throw failure(error);
}

}  // namespace constage::cli

#endif
