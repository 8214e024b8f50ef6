// SPDX-License-Identifier: BSL-1.0
#include <constage/oci/archive_writer.hpp>

#include "scratch.hpp"

#include <catch2/catch.hpp>

using namespace constage;
using Catch::Matchers::Contains;

namespace {

std::size_t names_in(std::string const& folder) {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

}  // namespace

TEST_CASE("a blob that is written before its digest is known gives the same archive", "[oci][output]") {
    scratch::directory d;
    oci::blob_store store(d / "store");
    std::filesystem::create_directory(d / "out");
    auto const hidden = oci::output_file::can_be_hidden(d / "out/early.tar");
    for (auto const& text : {std::string(), std::string("few"), std::string(512, 'x'), std::string(9'000'001, 'y')}) {
        auto const digest = store.put(text), other = store.put("other");
        oci::archive_writer late(d / "out/late.tar");
        late.add_blob(other, 5, store);
        late.add_blob(digest, text.size(), store);
        late.add_blob(digest, text.size(), store);  // is there
        late.add("index.json", "{}");
        late.commit();
        {
            oci::archive_writer early(d / "out/early.tar");
            early.add_blob(other, 5, store);
            early.begin_blob();
            for (std::size_t at = 0; at < text.size(); at += 1'000'000) early.write(std::string_view(text).substr(at, 1'000'000));
            early.end_blob(digest, text.size());
            early.begin_blob();  // a second layer turns out to be the same
            early.write(text);
            early.end_blob(digest, text.size());
            early.add("index.json", "{}");
            CHECK(names_in(d / "out") == (hidden ? 1 : 2));
            early.commit();
        }
        CHECK((scratch::read(d / "out/early.tar") == scratch::read(d / "out/late.tar")));
        CHECK(scratch::succeeds("tar -xOf " + (d / "out/early.tar") + " " + oci::blob_place(digest) + " | cmp - " + store.path(digest)));
        // No more room than it needs: what was reserved beyond the end is given back.
        CHECK(scratch::succeeds("test $(stat -c %b " + (d / "out/early.tar") + ") -le $(( $(stat -c %s " + (d / "out/early.tar") +
                                ") / 512 + 64 ))"));
        std::filesystem::remove(d / "out/early.tar");
    }
}

TEST_CASE("a blob that was not written whole is a failure, and nothing remains", "[oci][output]") {
    scratch::directory d;
    std::filesystem::create_directory(d / "out");
    CHECK_THAT(scratch::message_of([&] {
                   oci::archive_writer to(d / "out/x.tar");
                   to.begin_blob();
                   to.write("123");
                   to.end_blob("sha256:" + std::string(64, 'a'), 4);
               }),
               Contains("not written as it is"));
    CHECK(names_in(d / "out") == 0);
}

TEST_CASE("only a file of one's own can be hidden", "[oci][output]") {
    scratch::directory d;
    for (auto const& place : {std::string("-"), std::string("/dev/null"), d.path, d / "no/such"})
        CHECK_FALSE(oci::output_file::can_be_hidden(place));
    scratch::write(d / "there", "before");
    if (!oci::output_file::can_be_hidden(d / "there")) WARN("skipped: " + d.path + " has no files without a name");
    CHECK(scratch::read(d / "there") == "before");
    CHECK(names_in(d.path) == 1);
}
