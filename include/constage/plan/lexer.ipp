// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_PLAN_LEXER_IPP_INCLUDED
#define CONSTAGE_PLAN_LEXER_IPP_INCLUDED

#include <constage/failure.hpp>
#include <constage/plan/lexer.hpp>
#include <constage/plan/pattern.hpp>

namespace constage::plan {

namespace lexer_detail {

inline constexpr int deepest = 100;                                 ///< nesting of `${…${…}}`
inline constexpr std::size_t largest = std::size_t{16} << 20;       ///< of a result: `ENV a=$a$a` doubles
inline constexpr std::string_view special_parameters = "@*#?-$!0";  ///< always unset (V001)

CONSTAGE_INLINE bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
CONSTAGE_INLINE bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Letters of other scripts may be in names; their punctuation and blanks may not.
CONSTAGE_INLINE std::size_t letter(std::string_view text) {
    if (text.empty()) return 0;
    auto const byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
    auto const first = byte(0);
    if (first < 0x80) return ((first | 0x20) >= 'a' && (first | 0x20) <= 'z') || first == '_';
    if (first == 0xc2) return 0;                                                            // Latin-1 signs
    if (first == 0xe2) return 0;                                                            // punctuation, arrows, symbols
    if (first == 0xe3 && byte(1) == 0x80) return 0;                                         // CJK punctuation
    if (first == 0xef && byte(1) == 0xbc && (byte(2) < 0xa1 || byte(2) == 0xbb)) return 0;  // full-width signs
    auto const length = first >= 0xc3 && first < 0xe0 ? 2u : first >= 0xe0 && first < 0xf0 ? 3u : 0u;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xc0) != 0x80) return 0;  // no UTF-8
    return length;
}

/// Words of the text so far (V017).
struct splitter {
    std::vector<std::string> words;
    std::string word;
    bool in_word = false;

    void raw(std::string_view text) {
        word += text;
        in_word = true;
    }
    void add(std::string_view text) {
        for (char const c : text) {
            if (!is_blank(c)) {
                word += c;
                in_word = true;
            } else if (in_word && !word.empty()) {
                finish();
            }
        }
    }
    void finish() {
        if (!word.empty()) words.push_back(std::move(word));
        word.clear();
        in_word = false;
    }
};

struct scanner {
    std::string_view text;
    lookup const& variables;
    lexer_options how;
    expansion out;
    std::size_t at = 0;
    int depth = 0;

    bool end() const { return at == text.size(); }
    char peek() const { return text[at]; }

    bool is_special(char c, char stop) const { return c == '$' || c == '\'' || c == '"' || c == how.escape || (stop && c == stop); }

    [[noreturn]] void fail(std::string const& what) const { throw failure(what); }
    void check(std::string const& part) const {
        if (part.size() > largest) fail("the result of an expansion is larger than 16 MiB");
    }

    /// Up to the end, or up to `stop` (which is eaten). 0: no stop.
    std::string until(char stop, bool raw_escapes, splitter* words);
    std::string single_quoted();
    std::string double_quoted();
    std::string dollar();
    std::string name();
    std::string substitution();
    std::string modified(std::string const& variable, char modifier, bool empty_is_unset);
    std::string replaced(std::string const& variable);
    std::optional<std::string> value(std::string const& variable);
};

CONSTAGE_INLINE std::string scanner::until(char stop, bool raw_escapes, splitter* words) {
    std::string result;
    bool const before = how.raw_escapes;
    how.raw_escapes = raw_escapes;
    while (!end()) {
        char const c = peek();
        if (stop && c == stop) {
            ++at;
            how.raw_escapes = before;
            return result;
        }
        std::string part;
        if (c == '$') {
            part = dollar();
            if (words) words->add(part);
        } else if (!how.no_quotes && (c == '\'' || c == '"')) {
            part = c == '"' ? double_quoted() : single_quoted();
            if (words) words->raw(part);
        } else if (c == how.escape) {
            ++at;
            if (how.raw_escapes) part += c;
            if (!end()) part += text[at++];
            if (words) words->raw(part);
        } else {
            auto const plain = at++;
            while (!end() && !is_special(peek(), stop)) ++at;
            part = text.substr(plain, at - plain);
            if (words) words->add(part);
        }
        result += part;
        check(result);
    }
    how.raw_escapes = before;
    if (stop) fail(std::string("unexpected end of statement while looking for matching ") + stop);
    return result;
}

CONSTAGE_INLINE std::string scanner::single_quoted() {
    auto const close = text.find('\'', at + 1);
    if (close == text.npos) fail("unexpected end of statement while looking for matching single-quote");
    auto const inside = text.substr(at + 1, close - at - 1);
    at = close + 1;
    return how.raw_quotes ? "'" + std::string(inside) + "'" : std::string(inside);
}

CONSTAGE_INLINE std::string scanner::double_quoted() {
    std::string result;
    ++at;
    if (how.raw_quotes) result += '"';
    while (!end()) {
        char const c = peek();
        if (c == '"') {
            ++at;
            if (how.raw_quotes) result += c;
            return result;
        }
        if (c == '$') {
            result += dollar();
            check(result);
            continue;
        }
        ++at;
        if (c != how.escape) {
            result += c;
            continue;
        }
        if (how.raw_escapes) result += c;
        if (end()) break;
        bool const escaped = peek() == '"' || peek() == '$' || peek() == how.escape;
        result += escaped ? text[at++] : c;
    }
    fail("unexpected end of statement while looking for matching double-quote");
}

CONSTAGE_INLINE std::string scanner::name() {
    auto const begin = at;
    if (!end() && is_digit(peek())) {
        while (!end() && is_digit(peek())) ++at;
    } else if (!end() && special_parameters.find(peek()) != special_parameters.npos) {
        ++at;
    } else {
        while (!end()) {
            auto const length = is_digit(peek()) ? 1 : letter(text.substr(at));
            if (length == 0) break;
            at += length;
        }
    }
    return std::string(text.substr(begin, at - begin));
}

CONSTAGE_INLINE std::optional<std::string> scanner::value(std::string const& variable) {
    auto found = variables(variable);
    (found ? out.used : out.unset).insert(variable);
    return found;
}

CONSTAGE_INLINE std::string scanner::dollar() {
    ++at;
    if (end()) return "$";
    if (peek() == '{') {
        if (depth == deepest) fail("substitutions are nested more than 100 deep");
        ++depth;
        auto result = substitution();
        --depth;
        return result;
    }
    auto const variable = name();
    if (variable.empty()) return "$";
    auto found = value(variable);
    if (!found && how.keep_unset) return "$" + variable;
    return std::move(found).value_or("");
}

/// After `$`, at `{`.
CONSTAGE_INLINE std::string scanner::substitution() {
    ++at;
    if (end()) fail("syntax error: missing '}'");
    if (peek() == '{' || peek() == '}' || peek() == ':') fail("syntax error: bad substitution");
    auto const variable = name();
    if (end()) fail("syntax error: missing '}'");
    char modifier = text[at++];
    if (modifier == '}') {
        auto found = value(variable);
        if (!found && how.keep_unset) return "${" + variable + "}";
        return std::move(found).value_or("");
    }
    if (modifier == '/') return replaced(variable);
    bool const colon = modifier == ':';
    if (colon) {
        if (end()) fail("syntax error: missing '}'");
        modifier = text[at++];
    }
    bool const known = std::string_view("+-?#%").find(modifier) != std::string_view::npos;
    if (!known || (colon && (modifier == '#' || modifier == '%')))
        fail("unsupported modifier (" + std::string(colon ? ":" : "") + modifier + ") in substitution");
    return modified(variable, modifier, colon);
}

CONSTAGE_INLINE std::string scanner::modified(std::string const& variable, char modifier, bool empty_is_unset) {
    bool const trims = modifier == '#' || modifier == '%';
    std::string word;
    try {
        word = until('}', trims, nullptr);
    } catch (failure const&) {
        if (end()) fail("syntax error: missing '}'");
        throw;
    }
    auto const found = value(variable);
    if (!found && how.keep_unset) return "${" + variable + (empty_is_unset ? ":" : "") + modifier + word + "}";
    bool const absent = !found || (empty_is_unset && found->empty());
    switch (modifier) {
        case '-':
            return absent ? word : *found;
        case '+':
            return absent ? "" : word;
        case '?':
            if (absent)
                fail(variable + ": " + (!word.empty() ? word : found ? "is not allowed to be empty" : "is not allowed to be unset"));
            return *found;
        default:
            break;
    }
    bool const longest = !word.empty() && word[0] == modifier;
    if (longest) word.erase(0, 1);
    auto const whole = found.value_or("");
    return modifier == '#' ? without_prefix(whole, word, longest) : without_suffix(whole, word, longest);
}

CONSTAGE_INLINE std::string scanner::replaced(std::string const& variable) {
    bool const all = !end() && peek() == '/';
    if (all) ++at;
    std::string find, with;
    try {
        find = until('/', true, nullptr);
    } catch (failure const&) {
        if (end()) fail("syntax error: missing '/' in ${");
        throw;
    }
    try {
        with = until('}', true, nullptr);
    } catch (failure const&) {
        if (end()) fail("syntax error: missing '}'");
        throw;
    }
    auto const found = value(variable);
    if (!found && how.keep_unset) return "${" + variable + "/" + find + "/" + with + "}";
    return replace_pattern(found.value_or(""), find, with, all);
}

}  // namespace lexer_detail

CONSTAGE_INLINE lexed lex(std::string_view text, lookup const& variables, lexer_options const& how) {
    lexer_detail::scanner s{text, variables, how, {}, 0, 0};
    lexer_detail::splitter words;
    s.out.text = s.until(0, how.raw_escapes, &words);
    words.finish();
    return {std::move(s.out), std::move(words.words)};
}

}  // namespace constage::plan

#endif
