// SPDX-License-Identifier: BSL-1.0
#include <constage/dsl/hana.hpp>

#include <boost/hana/cartesian_product.hpp>
#include <boost/hana/fold_left.hpp>
#include <boost/hana/for_each.hpp>
#include <boost/hana/integral_constant.hpp>
#include <boost/hana/length.hpp>
#include <boost/hana/transform.hpp>
#include <boost/hana/tuple.hpp>

#include "check.hpp"

namespace hana = boost::hana;
using namespace constage;

namespace {

constexpr auto build = stage<"build">(from("gcc:12"), run("make"));
constexpr auto app = stage<"app">(from(scratch), copy(from(build), "/a", "/a"));
constexpr auto whole = graph(app, build, targets(app));

// A matrix: every compiler with every kind of build.
template <int Version>
struct gcc {
    static constexpr auto tag = fixed_string(Version == 12 ? "12" : "13");
};
template <bool Debug>
struct kind {
    static constexpr auto name = fixed_string(Debug ? "debug" : "quick");
};
template <class Gcc, class Kind>
constexpr auto variant = stage<"gcc" + Gcc::tag + "-" + Kind::name>(from(lit<"gcc:" + Gcc::tag>), env("KIND", lit<Kind::name>));

constexpr auto matrix = graph_of(hana::transform(
    hana::cartesian_product(hana::make_tuple(hana::make_tuple(gcc<12>{}, gcc<13>{}), hana::make_tuple(kind<false>{}, kind<true>{}))),
    [](auto const& row) { return hana::unpack(row, []<class G, class K>(G, K) { return variant<G, K>; }); }));

}  // namespace

TEST_CASE("a graph is a Foldable of its stages, in the order of execution") {
    CONSTAGE_CHECK(hana::fold_left(whole, 0u, [](unsigned n, stage_view const& s) { return 10 * n + s.number + 1; }) == 21);
    CONSTAGE_CHECK(hana::value(hana::length(whole)) == 2);
    CONSTAGE_CHECK(hana::unpack(whole, [](stage_view const& first, stage_view const& second) {
        return first.name == "build" && first.n_steps == 2 && second.level == 1 && second.target && !first.target;
    }));
}

TEST_CASE("a matrix of stages") {
    CONSTAGE_CHECK(matrix.size() == 4);
    CONSTAGE_CHECK(query::contains(matrix, "gcc12-quick") && query::contains(matrix, "gcc13-debug"));
}
