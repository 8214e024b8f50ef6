// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DETAIL_FIXED_STRING_HPP_INCLUDED
#define CONSTAGE_DETAIL_FIXED_STRING_HPP_INCLUDED

#include <constage/detail/text_view.hpp>

namespace constage {

/// Text as a template argument. `Size` counts the closing zero.
template <unsigned Size>
struct fixed_string {
    char data[Size]{};

    constexpr fixed_string() = default;
    consteval fixed_string(char const (&text)[Size]) {
        for (unsigned i = 0; i != Size; ++i) data[i] = text[i];
    }
    constexpr explicit fixed_string(detail::text_view text) {
        for (unsigned i = 0; i + 1 != Size; ++i) data[i] = text[i];
    }
    constexpr detail::text_view view() const { return {data, Size - 1}; }
};

template <unsigned A, unsigned B>
consteval fixed_string<A + B - 1> operator+(fixed_string<A> a, fixed_string<B> b) {
    fixed_string<A + B - 1> r;
    for (unsigned i = 0; i != A - 1; ++i) r.data[i] = a.data[i];
    for (unsigned i = 0; i != B; ++i) r.data[A - 1 + i] = b.data[i];
    return r;
}
template <unsigned A, unsigned B>
consteval auto operator+(char const (&a)[A], fixed_string<B> b) {
    return fixed_string<A>(a) + b;
}
template <unsigned A, unsigned B>
consteval auto operator+(fixed_string<A> a, char const (&b)[B]) {
    return a + fixed_string<B>(b);
}

namespace detail {
template <fixed_string Text>
struct literal {
    static constexpr text_view view() { return Text.view(); }
};
}  // namespace detail

/// A computed literal, checked like a written one: `from(lit<"python:" + Version + "-slim">)`.
template <fixed_string Text>
inline constexpr detail::literal<Text> lit{};

namespace detail {
template <unsigned... I>
struct indices {};
#if defined(__clang__)
template <class, unsigned... I>
struct indices_of_clang {
    using type = indices<I...>;
};
template <unsigned N>
using make_indices = typename __make_integer_seq<indices_of_clang, unsigned, N>::type;
#else
template <unsigned N>
using make_indices = indices<__integer_pack(N)...>;
#endif
}  // namespace detail

// The name of a stage as a type: what compilers print in messages. clang 14 prints a class-type template argument as numbers
// ({{98, 117, …}}), so there the name is made of characters.
#if defined(__clang__) && __clang_major__ < 15
template <char... C>
struct name {
    static constexpr char data[] = {C..., 0};
    static constexpr detail::text_view view() { return {data, sizeof...(C)}; }
};
namespace detail {
template <fixed_string S, unsigned... I>
auto to_name(indices<I...>) -> name<S.data[I]...>;
template <fixed_string S>
using name_of = decltype(to_name<S>(make_indices<sizeof(S.data) - 1>{}));
}  // namespace detail
#else
template <fixed_string S>
struct name {
    static constexpr detail::text_view view() { return S.view(); }
};
namespace detail {
template <fixed_string S>
using name_of = name<S>;
}
#endif

}  // namespace constage

#endif
