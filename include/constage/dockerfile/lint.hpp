// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_LINT_HPP_INCLUDED
#define CONSTAGE_DOCKERFILE_LINT_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/dockerfile/document.hpp>

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

struct lint_options {
    std::string target;                             ///< only stages that it needs; empty: all stages
    std::map<std::string, std::string> build_args;  ///< BUILDKIT_DOCKERFILE_CHECK among them replaces the directive
    std::function<bool(std::string const& path)> ignored;  ///< does .dockerignore exclude this? empty: CopyIgnoredFile is not checked
};

/// All warnings, in the order of their lines. What needs the base images (InvalidBaseImagePlatform) is not checked here. A mistake that would stop a build ends the checks that depend on values, as in BuildKit. Throws constage::failure
/// for bad controls only.
std::vector<warning> lint(document const& what, lint_options const& how = {});

/// `# check=error=true` was given and there are warnings: the message that fails the build; else empty.
std::string lint_error(document const& what, std::vector<warning> const& warnings, lint_options const& how = {});

}  // namespace constage::dockerfile

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/dockerfile/lint.ipp>
#endif
#endif
