// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_DIRECTIVE_IPP_INCLUDED
#define CONSTAGE_DOCKERFILE_DIRECTIVE_IPP_INCLUDED

#include <constage/dockerfile/directive.hpp>
#include <constage/dockerfile/text.hpp>
#include <constage/failure.hpp>

#include <nlohmann/json.hpp>

namespace constage::dockerfile {

namespace directive_detail {

CONSTAGE_INLINE std::string_view skip_blanks(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || (text.front() >= '\t' && text.front() <= '\r' && text.front() != '\v')))
        text.remove_prefix(1);
    return text;
}

CONSTAGE_INLINE bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Takes the first line (without its end) off the text.
CONSTAGE_INLINE std::string_view take_line(std::string_view& text) {
    auto const end = text.find('\n');
    auto line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
}

CONSTAGE_INLINE std::optional<found_directive> scan(std::string_view key, std::string_view text, int line, std::string_view mark) {
    directive_reader reader(mark);
    while (!text.empty()) {
        ++line;
        auto const d = reader.read(take_line(text));
        if (reader.done()) return {};
        if (d && d->key == key) return found_directive{std::string(cut_word(d->value).first), d->value, line};
    }
    return {};
}

}  // namespace directive_detail

CONSTAGE_INLINE std::optional<directive> directive_reader::read(std::string_view line) {
    using namespace directive_detail;
    if (done_) return {};
    done_ = true;
    if (!line.starts_with(mark_)) return {};
    auto rest = skip_blanks(line.substr(mark_.size()));
    std::size_t length = 0;
    while (length != rest.size() && (is_letter(rest[length]) || (length != 0 && rest[length] >= '0' && rest[length] <= '9'))) ++length;
    auto const key = to_lower(rest.substr(0, length));
    rest = skip_blanks(rest.substr(length));
    if (!rest.starts_with('=')) return {};
    rest = trim(skip_blanks(rest.substr(1)));
    if (rest.empty() || (key != "escape" && key != "syntax" && key != "check")) return {};
    done_ = false;
    if (!seen_.insert(key).second) throw failure("only one " + key + " parser directive can be used");
    return directive{key, std::string(rest)};
}

CONSTAGE_INLINE std::optional<found_directive> find_directive(std::string_view key, std::string_view text) {
    using namespace directive_detail;
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    int line = 0;
    if (text.starts_with("#!")) {
        take_line(text);
        line = 1;
    }
    if (auto found = scan(key, text, line, "#")) return found;
    if (key != "syntax") return {};
    if (auto found = scan(key, text, line, "//")) return found;
    if (!skip_blanks(text).starts_with('{') || text.size() > (1u << 20)) return {};
    auto const object = nlohmann::json::parse(text.begin(), text.end(), nullptr, false);
    if (!object.is_object() || !object.contains(key) || !object[std::string(key)].is_string()) return {};
    auto const value = object[std::string(key)].get<std::string>();
    return found_directive{std::string(cut_word(value).first), value, 0};
}

}  // namespace constage::dockerfile

#endif
