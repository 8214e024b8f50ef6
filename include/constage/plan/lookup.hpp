// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_PLAN_LOOKUP_HPP_INCLUDED
#define CONSTAGE_PLAN_LOOKUP_HPP_INCLUDED

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace constage::plan {

/// Value of a variable; none: unset (an empty value is set-and-empty, V012).
using lookup = std::function<std::optional<std::string>(std::string_view name)>;

struct expansion {
    std::string text;
    std::set<std::string, std::less<>> used;   ///< names that were set
    std::set<std::string, std::less<>> unset;  ///< names that were looked up and not set
};

}  // namespace constage::plan

#endif
