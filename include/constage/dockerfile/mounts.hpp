// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_MOUNTS_HPP_INCLUDED
#define CONSTAGE_DOCKERFILE_MOUNTS_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/plan/plan.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// RUN --mount=… (R007 to R014).
namespace constage::dockerfile {

/// One record of CSV: fields may be quoted, `""` is a quote. Throws constage::failure.
std::vector<std::string> csv_fields(std::string_view text);

/// What is refused when the file is read, even in a stage that nothing needs: bad CSV, `from=` with a variable.
void check_mount(std::string_view text);

/// `from=` as written, "" if there is none.
std::string mount_from(std::string_view text);

/// Canonical options (plan::mount says which). Throws constage::failure: unknown key (with did-you-mean), missing value, option not allowed
/// for the type.
plan::mount read_mount(std::string_view text, std::function<plan::reference(std::string const& name)> const& find);

}  // namespace constage::dockerfile

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/dockerfile/mounts.ipp>
#endif
#endif
