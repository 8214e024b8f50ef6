// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_WORDS_IPP_INCLUDED
#define CONSTAGE_DOCKERFILE_WORDS_IPP_INCLUDED

#include <constage/dockerfile/text.hpp>
#include <constage/dockerfile/words.hpp>
#include <constage/failure.hpp>
#include <constage/plan/lexer.hpp>

#include <nlohmann/json.hpp>

namespace constage::dockerfile {

namespace words_detail {

CONSTAGE_INLINE std::optional<std::string> no_variables(std::string_view) { return std::nullopt; }

/// Reads `["a", "b"]` with plain strings; none: anything else, JSON or not.
struct array_reader {
    std::string_view text;
    std::size_t at = 0;

    void skip() {
        while (at != text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r')) ++at;
    }
    bool eat(char c) {
        skip();
        if (at == text.size() || text[at] != c) return false;
        ++at;
        return true;
    }
    std::optional<std::string> string();
    std::optional<unsigned> hex();
    std::optional<std::vector<std::string>> array();
};

CONSTAGE_INLINE void append_code_point(std::string& to, unsigned point) {
    auto const put = [&](unsigned byte) { to += static_cast<char>(byte); };
    if (point < 0x80) {
        put(point);
    } else if (point < 0x800) {
        put(0xc0 | (point >> 6)), put(0x80 | (point & 0x3f));
    } else if (point < 0x10000) {
        put(0xe0 | (point >> 12)), put(0x80 | ((point >> 6) & 0x3f)), put(0x80 | (point & 0x3f));
    } else {
        put(0xf0 | (point >> 18)), put(0x80 | ((point >> 12) & 0x3f)), put(0x80 | ((point >> 6) & 0x3f)), put(0x80 | (point & 0x3f));
    }
}

CONSTAGE_INLINE std::optional<unsigned> array_reader::hex() {
    if (text.size() - at < 4) return {};
    unsigned value = 0;
    for (int i = 0; i != 4; ++i) {
        char const c = text[at++];
        unsigned digit = 0;
        if (c >= '0' && c <= '9')
            digit = static_cast<unsigned>(c - '0');
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            digit = static_cast<unsigned>((c | 0x20) - 'a' + 10);
        else
            return {};
        value = value * 16 + digit;
    }
    return value;
}

CONSTAGE_INLINE std::optional<std::string> array_reader::string() {
    static constexpr std::string_view escapes = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
    if (!eat('"')) return {};
    std::string result;
    while (at != text.size()) {
        char const c = text[at++];
        if (c == '"') return result;
        if (static_cast<unsigned char>(c) < 0x20) return {};
        if (c != '\\') {
            result += c;
            continue;
        }
        if (at == text.size()) return {};
        char const e = text[at++];
        if (auto const known = escapes.find(e); known != escapes.npos) {
            result += meanings[known];
            continue;
        }
        auto const first = e == 'u' ? hex() : std::nullopt;
        if (!first) return {};
        unsigned point = *first;
        if (point >= 0xd800 && point < 0xe000) {  // half of a pair; alone it is replaced, as Go does
            auto const before = at;
            auto const second = point < 0xdc00 && text.substr(at, 2) == "\\u" ? (at += 2, hex()) : std::nullopt;
            if (second && *second >= 0xdc00 && *second < 0xe000) {
                point = 0x10000 + ((point - 0xd800) << 10) + (*second - 0xdc00);
            } else {
                at = before;
                point = 0xfffd;
            }
        }
        append_code_point(result, point);
    }
    return {};
}

CONSTAGE_INLINE std::optional<std::vector<std::string>> array_reader::array() {
    std::vector<std::string> list;
    if (!eat('[')) return {};
    if (!eat(']')) {
        do {
            auto word = string();
            if (!word) return {};
            list.push_back(std::move(*word));
        } while (eat(','));
        if (!eat(']')) return {};
    }
    skip();
    return at == text.size() ? std::optional(std::move(list)) : std::nullopt;
}

}  // namespace words_detail

CONSTAGE_INLINE flags_and_rest split_flags(std::string_view text) {
    flags_and_rest result;
    for (;;) {
        text = trim_left(text);
        if (!text.starts_with("--")) break;
        std::string word;
        char quote = 0;
        bool quoted = false;
        std::size_t i = 0;
        for (; i != text.size(); ++i) {
            char c = text[i];
            if (!quote && blank_length(text.substr(i))) break;
            if (!quote && (c == '\'' || c == '"')) {
                quote = c;
                quoted = true;
                continue;
            }
            if (quote && c == quote) {
                quote = 0;
                continue;
            }
            if (c == '\\') {
                if (i + 1 == text.size()) continue;  // at the very end it protects nothing and goes
                c = text[++i];
            }
            word += c;
        }
        text.remove_prefix(i);
        if (word == "--") break;
        if (quoted || !word.empty()) result.flags.push_back(std::move(word));
    }
    result.rest = text;
    return result;
}

CONSTAGE_INLINE std::optional<std::vector<std::string>> json_words(std::string_view text) {
    text = trim_left(text);
    if (!text.starts_with('[')) return {};
    if (auto list = words_detail::array_reader{text}.array()) return list;
    if (text.find(']') == text.npos || text.find('\0') != text.npos) return {};  // the library takes NUL for the end
    auto const any = nlohmann::json::parse(text.begin(), text.end(), nullptr, false);
    if (any.is_array())
        for (auto const& element : any)
            if (!element.is_string()) throw failure("when using JSON array syntax, arrays must be comprised of strings only");
    return {};
}

CONSTAGE_INLINE std::optional<heredoc> heredoc_marker(std::string_view word) {
    heredoc result;
    auto const arrows = word.find("<<");
    if (arrows == word.npos || word.substr(0, arrows).find_first_not_of("0123456789") != word.npos) return {};
    for (char const c : word.substr(0, std::min<std::size_t>(arrows, 9))) result.fd = result.fd * 10 + (c - '0');
    auto rest = word.substr(arrows + 2);
    result.chomp = rest.starts_with('-');
    if (result.chomp) rest.remove_prefix(1);
    if (rest.empty() || rest.find('<') != rest.npos) return {};
    plan::lexer_options how;
    how.keep_unset = true;
    auto const plain = plan::lex(rest, words_detail::no_variables, how).words;
    how.raw_quotes = true;
    auto const raw = plan::lex(rest, words_detail::no_variables, how).words;
    if (plain.size() != 1 || raw.size() != 1) return {};
    result.name = plain.front();
    result.expand = plain == raw;
    return result;
}

CONSTAGE_INLINE std::vector<heredoc> heredoc_markers(std::string_view line) {
    plan::lexer_options how;
    how.raw_quotes = how.raw_escapes = how.keep_unset = true;
    std::vector<std::string> words;
    try {
        words = plan::lex(line, words_detail::no_variables, how).words;
    } catch (failure const&) {
        return {};  // the shell will have its own opinion of such a line
    }
    std::vector<heredoc> list;
    for (std::size_t i = 0; i != words.size(); ++i) {
        auto const& word = words[i];
        bool const apart = word.ends_with("<<") || word.ends_with("<<-");  // `<< EOF`
        auto found = heredoc_marker(apart && i + 1 != words.size() ? word + " " + words[i + 1] : word);
        if (!found) continue;
        list.push_back(std::move(*found));
        if (apart) ++i;
    }
    return list;
}

CONSTAGE_INLINE std::string without_tabs(std::string_view content) {
    std::string result;
    for (bool start = true; char const c : content) {
        if (start && c == '\t') continue;
        start = c == '\n';
        result += c;
    }
    return result;
}

}  // namespace constage::dockerfile

#endif
