// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_IGNORE_HPP_INCLUDED
#define CONSTAGE_FILES_IGNORE_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace constage::files {

/// The rules of a .dockerignore file or of --exclude (rows X003, C022): last match wins, `!` takes back, `**` any depth.
class ignore_rules {
public:
    ignore_rules() = default;
    /// Text of an ignore file. Throws constage::failure for a pattern that is not valid; `file` is for the message.
    static ignore_rules parse(std::string_view text, std::string_view file);
    static ignore_rules of(std::vector<std::string> const& patterns);

    bool empty() const { return rules_.empty(); }
    bool has_exceptions() const;
    /// Is this path ignored? (relative, cleaned, '/' between components). A pattern that matches a parent matches the child.
    bool ignores(std::string_view path) const;
    /// The same for a walk from the top down, in one look at each rule: `parent` is what the call for the parent directory left in `own`
    /// (empty at the top).
    using matches = std::vector<bool>;
    bool ignores(std::string_view path, matches const& parent, matches& own) const;
    /// May something below this ignored directory be taken back by a `!` rule? If not, it need not be walked.
    bool may_take_back_below(std::string_view directory) const;

    struct rule {
        enum class kind : unsigned char { exact, prefix, suffix, glob };
        std::string pattern;  ///< cleaned, without '!'
        bool exception = false;
        kind shape = kind::exact;  ///< "a", "a/**", "**/a" need no pattern matching
    };
    std::vector<rule> const& rules() const { return rules_; }

private:
    std::vector<rule> rules_;
};

/// Go's filepath.Match for one path component or a whole path (C017): `*` and `?` do not match '/'. Throws constage::failure for a
/// malformed pattern.
bool match(std::string_view pattern, std::string_view name);
/// Has the pattern a `*`, `?`, `[` or an escape?
bool has_wildcard(std::string_view pattern);

}  // namespace constage::files

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/files/ignore.ipp>
#endif
#endif
