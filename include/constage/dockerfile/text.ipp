// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_TEXT_IPP_INCLUDED
#define CONSTAGE_DOCKERFILE_TEXT_IPP_INCLUDED

#include <constage/dockerfile/text.hpp>

#include <algorithm>

namespace constage::dockerfile {

namespace text_detail {

/// Functors, not functions: algorithms inline them.
inline constexpr auto separates = [](char c) { return c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == '\r'; };
inline constexpr auto is_blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };  ///< of ASCII

}  // namespace text_detail

CONSTAGE_INLINE std::size_t blank_length(std::string_view text) {
    auto const byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
    auto const first = byte(0);
    if (first < 0x80) return !text.empty() && (first == ' ' || (first >= '\t' && first <= '\r')) ? 1 : 0;
    if (first == 0xc2) return byte(1) == 0x85 || byte(1) == 0xa0 ? 2 : 0;
    if (first == 0xe1) return byte(1) == 0x9a && byte(2) == 0x80 ? 3 : 0;
    if (first == 0xe3) return byte(1) == 0x80 && byte(2) == 0x80 ? 3 : 0;
    if (first != 0xe2) return 0;
    if (byte(1) == 0x80) return (byte(2) >= 0x80 && byte(2) <= 0x8a) || byte(2) == 0xa8 || byte(2) == 0xa9 || byte(2) == 0xaf ? 3 : 0;
    return byte(1) == 0x81 && byte(2) == 0x9f ? 3 : 0;
}

CONSTAGE_INLINE std::string_view trim_left(std::string_view text) {
    for (;;) {
        auto const first = std::find_if_not(text.begin(), text.end(), text_detail::is_blank);
        text.remove_prefix(static_cast<std::size_t>(first - text.begin()));
        if (text.empty() || static_cast<unsigned char>(text.front()) < 0x80) return text;
        auto const wide = blank_length(text);
        if (wide == 0) return text;
        text.remove_prefix(wide);
    }
}

CONSTAGE_INLINE std::string_view trim(std::string_view text) {
    text = trim_left(text);
    while (!text.empty()) {
        if (static_cast<unsigned char>(text.back()) < 0x80 && !text_detail::is_blank(text.back())) break;
        std::size_t n = 1;
        while (n < 3 && n < text.size() && (static_cast<unsigned char>(text[text.size() - n]) & 0xc0) == 0x80) ++n;
        if (blank_length(text.substr(text.size() - n)) != n) break;
        text.remove_suffix(n);
    }
    return text;
}

CONSTAGE_INLINE std::string to_upper(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return result;
}

CONSTAGE_INLINE std::string to_lower(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

CONSTAGE_INLINE bool equal_ignoring_case(std::string_view a, std::string_view b) {
    auto const lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

CONSTAGE_INLINE std::pair<std::string_view, std::string_view> cut_word(std::string_view text) {
    auto const end = std::find_if(text.begin(), text.end(), text_detail::separates);
    auto const next = std::find_if_not(end, text.end(), text_detail::separates);
    auto const length = static_cast<std::size_t>(end - text.begin());
    return {text.substr(0, length), text.substr(static_cast<std::size_t>(next - text.begin()))};
}

CONSTAGE_INLINE std::vector<std::string> split_words(std::string_view text) {
    std::vector<std::string> words;
    if (text.empty()) return words;
    for (;;) {
        auto const end = std::find_if(text.begin(), text.end(), text_detail::separates);
        words.emplace_back(text.begin(), end);
        if (end == text.end()) return words;
        auto const next = std::find_if_not(end, text.end(), text_detail::separates);
        text.remove_prefix(static_cast<std::size_t>(next - text.begin()));
    }
}

CONSTAGE_INLINE std::vector<std::string> quoted_words(std::string_view text, char escape) {
    std::vector<std::string> words;
    std::string word;
    bool in_word = false, blank_counts = false;
    char quote = 0;
    auto const finish = [&] {
        if (blank_counts || !word.empty()) words.push_back(std::move(word));
        word.clear();
        in_word = blank_counts = false;
    };
    auto const plain = [&](char c) {
        return static_cast<unsigned char>(c) < 0x80 && c != '\'' && c != '"' && c != escape && (quote || !text_detail::is_blank(c));
    };
    for (std::size_t i = 0; i != text.size();) {
        auto const begin = text.begin() + static_cast<std::ptrdiff_t>(i), end = std::find_if_not(begin, text.end(), plain);
        if (begin != end) {
            word.append(begin, end);
            in_word = true;
            i += static_cast<std::size_t>(end - begin);
            continue;
        }
        auto const blank = quote ? 0 : blank_length(text.substr(i));
        if (blank) {
            if (in_word) finish();
            i += blank;
            continue;
        }
        in_word = true;
        char const c = text[i++];
        if (c == escape && quote != '\'') {
            if (i == text.size()) break;  // at the very end it protects nothing and goes
            word += c;
            word += text[i++];
            continue;
        }
        if (quote == c)
            quote = 0;
        else if (!quote && (c == '\'' || c == '"'))
            quote = c, blank_counts = true;
        word += c;
    }
    if (in_word) finish();
    return words;
}

}  // namespace constage::dockerfile

#endif
