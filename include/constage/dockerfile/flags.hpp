// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_FLAGS_HPP_INCLUDED
#define CONSTAGE_DOCKERFILE_FLAGS_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// `--flag=value` of an instruction (F017).
namespace constage::dockerfile {

enum class flag_kind : unsigned char {
    text,  ///< `--x=value`, once
    list,  ///< `--x=value`, any number of times
    truth  ///< `--x`, `--x=true`, `--x=false`, once
};

struct flag {
    std::string_view name;
    flag_kind kind;
};

/// What was given, in order. A truth is "true" or "false".
class flag_values {
public:
    /// Throws constage::failure: unknown flag (with did-you-mean), missing value, duplicate, not a Boolean.
    flag_values(std::vector<std::string> const& written, std::vector<flag> const& known);

    bool given(std::string_view name) const { return values_.find(name) != values_.end(); }
    std::string text(std::string_view name) const;
    std::vector<std::string> list(std::string_view name) const;
    std::optional<bool> truth(std::string_view name) const;

private:
    std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

/// The flags that an instruction knows (rows of chapters 4 to 7).
std::vector<flag> const& flags_of(std::string_view keyword);

}  // namespace constage::dockerfile

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/dockerfile/flags.ipp>
#endif
#endif
