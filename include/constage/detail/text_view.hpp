// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DETAIL_TEXT_VIEW_HPP_INCLUDED
#define CONSTAGE_DETAIL_TEXT_VIEW_HPP_INCLUDED

/// The little of <string_view> that the typed half needs: that header alone costs more to compile than all of dsl.hpp.
namespace constage::detail {

inline constexpr unsigned npos = ~0u;

/// Text that somebody else owns. `data == nullptr` means "not given", which differs from empty.
struct text_view {
    char const* data = nullptr;
    unsigned size = 0;

    constexpr text_view() = default;
    constexpr text_view(char const* text, unsigned length) : data(text), size(length) {}
    constexpr text_view(char const* text) : data(text), size(static_cast<unsigned>(__builtin_strlen(text))) {}

    constexpr bool given() const { return data != nullptr; }
    constexpr bool empty() const { return size == 0; }
    constexpr char operator[](unsigned i) const { return data[i]; }
    constexpr char const* begin() const { return data; }
    constexpr char const* end() const { return data + size; }

    /// The part from `first` to `last` (not included); both are clamped.
    constexpr text_view part(unsigned first, unsigned last = npos) const {
        if (last > size) last = size;
        return first < last ? text_view(data + first, last - first) : text_view(data + (first < size ? first : size), 0);
    }
    /// Place of the first `c` at or after `from`, else npos.
    constexpr unsigned find(char c, unsigned from = 0) const {
        for (unsigned i = from; i < size; ++i)
            if (data[i] == c) return i;
        return npos;
    }
    constexpr unsigned rfind(char c) const {
        for (unsigned i = size; i-- != 0;)
            if (data[i] == c) return i;
        return npos;
    }
    constexpr bool contains(char c) const { return find(c) != npos; }
    constexpr bool starts_with(text_view head) const { return part(0, head.size) == head; }
    constexpr bool ends_with(text_view tail) const { return size >= tail.size && part(size - tail.size) == tail; }
    constexpr bool contains(text_view what) const {
        for (unsigned i = 0; i + what.size <= size; ++i)
            if (part(i, i + what.size) == what) return true;
        return false;
    }

    friend constexpr bool operator==(text_view a, text_view b) {
        if (a.size != b.size) return false;
        for (unsigned i = 0; i != a.size; ++i)
            if (a.data[i] != b.data[i]) return false;
        return true;
    }
};

// In a constant expression g++ folds its builtin at once, whereas each round of a loop costs as much as a small function. It folds only
// what it can see as a literal; a zero inside of the text ends the builtin's work, not ours.
#if defined(__GNUC__) && !defined(__clang__)
#define CONSTAGE_SKIP(builtin)                                                                            \
    if (__builtin_is_constant_evaluated() && t.size != 0 && __builtin_constant_p(builtin(t.data, set))) { \
        n = static_cast<unsigned>(builtin(t.data, set));                                                  \
        if (n >= t.size) return t.size;                                                                   \
        if (t[n] != 0) return n;                                                                          \
    }
#else
#define CONSTAGE_SKIP(builtin)
#endif

/// Length of the beginning of `t` that is made of characters of `set`.
constexpr unsigned span(text_view t, char const* set) {
    unsigned n = 0;
    CONSTAGE_SKIP(__builtin_strspn)
    while (n != t.size && text_view(set).contains(t[n])) ++n;
    return n;
}
/// The same for characters that are not in `set`.
constexpr unsigned span_without(text_view t, char const* set) {
    unsigned n = 0;
    CONSTAGE_SKIP(__builtin_strcspn)
    while (n != t.size && !text_view(set).contains(t[n])) ++n;
    return n;
}
#undef CONSTAGE_SKIP

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_name_char(char c) { return is_lower(c) || is_upper(c) || is_digit(c) || c == '_'; }

constexpr bool all_digits(text_view t) {
    for (char c : t)
        if (!is_digit(c)) return false;
    return !t.empty();
}
/// Value of decimal digits; stops growing at 100,000,000.
constexpr unsigned number_of(text_view t) {
    unsigned n = 0;
    for (char c : t)
        if (n < 100000000u) n = n * 10 + static_cast<unsigned>(c - '0');
    return n;
}
constexpr bool same_but_case(text_view a, text_view b) {
    if (a.size != b.size) return false;
    for (unsigned i = 0; i != a.size; ++i)
        if (lower(a[i]) != lower(b[i])) return false;
    return true;
}

}  // namespace constage::detail

#endif
