// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_LINT_HPP_INCLUDED
#define CONSTAGE_DOCKERFILE_LINT_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/dockerfile/document.hpp>
#include <constage/plan/resolve.hpp>

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// BuildKit's build checks, by its names, with its words.
namespace constage::dockerfile {

struct warning {
    std::string rule;         ///< "LegacyKeyValueFormat"
    std::string description;  ///< of the rule
    std::string url;          ///< of the rule's documentation
    std::string detail;       ///< what is wrong here
    int line = 0, last_line = 0;
};

/// `# check=skip=A,B;error=true;experimental=C` (F014).
struct lint_controls {
    std::set<std::string, std::less<>> skip, experimental;
    bool skip_all = false, experimental_all = false, error = false;

    bool wants(std::string_view rule) const;
};
/// Throws constage::failure: unknown key, not `key=value`.
lint_controls parse_controls(std::string_view text);

/// What a base image brings that the checks look at.
struct base_facts {
    std::map<std::string, std::string> variables;
    std::vector<std::string> triggers;  ///< ONBUILD
    bool has_shell = false;             ///< its config has a SHELL
    std::string platform, wanted;       ///< that it has, that was asked for: "linux/arm64"
};

struct lint_options {
    plan::choice choice;  ///< target: only stages that it needs; empty: all. BUILDKIT_DOCKERFILE_CHECK in build_args replaces the directive
    std::function<bool(std::string const& path)> ignored;  ///< does .dockerignore exclude this? empty: CopyIgnoredFile is not checked
    /// The base image of that name for that platform ("" for the target's). Not given: all bases are empty. No value: nothing is known of
    /// this one, so UndefinedVar keeps quiet about the stages that are built on it.
    std::function<std::optional<base_facts>(std::string const& name, std::string const& platform)> base;
};

/// Those that hold for a file. Throws as parse_controls().
lint_controls controls_of(document const& what, lint_options const& how);

/// All warnings, in the order of their lines. A mistake that would stop a build ends the checks that depend on values, as in BuildKit.
/// Throws constage::failure for bad controls only.
std::vector<warning> lint(document const& what, lint_options const& how = {});

/// `# check=error=true` was given and there are warnings: the message that fails the build; else empty.
std::string lint_error(document const& what, std::vector<warning> const& warnings, lint_options const& how = {});

}  // namespace constage::dockerfile

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/dockerfile/lint.ipp>
#endif
#endif
