// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_DIRECTIVE_HPP_INCLUDED
#define CONSTAGE_DOCKERFILE_DIRECTIVE_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <optional>
#include <set>
#include <string>
#include <string_view>

/// `# key=value` at the top of a Dockerfile (F011 to F015).
namespace constage::dockerfile {

struct directive {
    std::string key;    ///< lower case: syntax, escape, check
    std::string value;  ///< up to the end of the line
};

/// Reads line by line until the block of directives ends.
class directive_reader {
public:
    explicit directive_reader(std::string_view mark = "#") : mark_(mark) {}
    /// The directive of this line, or none: then the block has ended, unless the file has not begun. Throws constage::failure if a key
    /// comes twice.
    std::optional<directive> read(std::string_view line);
    bool done() const { return done_; }

private:
    std::string_view mark_;
    bool done_ = false;
    std::set<std::string> seen_;
};

/// Finds one directive wherever the reference looks for it: after a shebang too, and `syntax` also behind `//` or in a JSON object.
/// The value ends at the first blank; `line` (1-based) is where it stands, 0 for a JSON object.
struct found_directive {
    std::string value, whole;
    int line = 0;
};
std::optional<found_directive> find_directive(std::string_view key, std::string_view text);

}  // namespace constage::dockerfile

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/dockerfile/directive.ipp>
#endif
#endif
