// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_EXPORT_DOCKERFILE_LINE_HPP_INCLUDED
#define CONSTAGE_EXPORT_DOCKERFILE_LINE_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/plan/plan.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// Words and lines of a Dockerfile.
namespace constage::exporter::dockerfile_detail {

/// `["a", "b"]`
std::string json_array(std::vector<std::string> const& words);

/// ` --name=value`, quoted if it must be.
std::string flag(std::string_view name, std::string_view value);

/// `k=v` of ENV, LABEL, ARG: blanks that nothing protects get a backslash.
std::string assignment(std::string const& key, std::string const& value);

/// An instruction's line, broken where several blanks stand together or where it would be too long; reading it joins it again. Throws
/// constage::failure: the line ends with a backslash, which would join it with the next.
std::string wrapped(std::string_view line);

/// A delimiter that is no line of the body.
std::string free_delimiter(std::string_view body);

/// RUN, COPY and ADD with their flags and heredocs; `name` gives what `--from=` says.
using naming = std::function<std::string(plan::reference const&)>;
std::string write_run(plan::run const& r, naming const& name);
std::string write_copy(plan::copy const& c, naming const& name);

}  // namespace constage::exporter::dockerfile_detail

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/export/dockerfile_line.ipp>
#endif
#endif
