// SPDX-License-Identifier: BSL-1.0
// Step 5: a matrix. One template makes the stage that tests the service with a version of Go on a distribution; Boost.Hana makes all
// pairs. They run side by side, and `report` needs them all.
#include <constage/dsl/hana.hpp>

#include <boost/hana/append.hpp>
#include <boost/hana/cartesian_product.hpp>
#include <boost/hana/transform.hpp>
#include <boost/hana/tuple.hpp>

namespace hana = boost::hana;
using namespace constage;

template <fixed_string Text>
struct value {
    static constexpr auto text = Text;
};

template <class Go, class Distribution>
constexpr auto tested = stage<"go" + Go::text + "-" + Distribution::text>(
    from(lit<"golang:" + Go::text + "-" + Distribution::text>),
    workdir("/src"),
    copy(".", "."),
    run("go test ./... > /result").cache("/root/.cache/go-build"));

constexpr auto pairs = hana::cartesian_product(hana::make_tuple(
    hana::make_tuple(value<"1.21">{}, value<"1.22">{}, value<"1.23">{}),
    hana::make_tuple(value<"bookworm">{}, value<"alpine">{})));

constexpr auto tests = hana::transform(pairs, [](auto const& pair) {
    return hana::unpack(pair, []<class Go, class Distribution>(Go, Distribution) { return tested<Go, Distribution>; });
});

constexpr auto result_of = []<class Go, class Distribution>(Go, Distribution) {
    return copy(from(tested<Go, Distribution>), "/result", lit<"/go" + Go::text + "-" + Distribution::text>);
};
constexpr auto report = hana::unpack(pairs, [](auto const&... pair) {
    return stage<"report">(from(scratch), hana::unpack(pair, result_of)...);
});

constexpr auto image = graph_of(hana::append(tests, report));
static_assert(image.size() == 7 && query::width(image) == 6);

int main(int argc, char** argv) { return constage::main(argc, argv, image); }
