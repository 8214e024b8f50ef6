// SPDX-License-Identifier: BSL-1.0
#include <constage/engine/early_archive.hpp>

#include <constage/failure.hpp>
#include <constage/oci/output.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <thread>

#include "building.hpp"

using namespace constage;

namespace {

/// An image of two base layers and three of its own, in a store, and its archive as it is written after everything.
struct sample_image {
    directory d;
    oci::blob_store store{(d.path / "store").string()};
    std::vector<std::string> texts;
    oci::image image;
    std::string expected;

    sample_image() {
        oci::image_config config;
        std::vector<oci::descriptor> layers;
        for (std::size_t i = 0; i != 5; ++i) {
            texts.push_back(std::string(3'000'000 * i + 7, static_cast<char>('a' + i)));
            layers.push_back({oci::media_type::layer, store.put(texts.back()), texts.back().size(), {}});
            config.diff_ids.push_back(layers.back().digest);
        }
        image = oci::make_image(config, layers, store);
        oci::write_oci({image}, {"app:1"}, place("expected.tar"), true, store);
        expected = d.read("expected.tar");
    }
    std::string place(std::string const& name) const { return (d.path / name).string(); }
    engine::early_archive archive(std::string const& name = "early.tar") {
        return {place(name), {image.layers[0], image.layers[1]}, 3, store};
    }
    oci::descriptor const& blob(std::size_t own) const { return image.layers[2 + own]; }
    std::string_view text(std::size_t own) const { return texts[2 + own]; }
    void make(engine::early_archive& a, std::size_t own) const {
        for (std::size_t at = 0; at < text(own).size(); at += 1'000'000) a.write(own, text(own).substr(at, 1'000'000));
        a.found(own, blob(own));
    }
    void finish(engine::early_archive& a) {
        CHECK_FALSE(fs::exists(place("early.tar")));
        oci::write_oci({image}, {"app:1"}, a.writer(), store);
        CHECK((d.read("early.tar") == expected));
        fs::remove(place("early.tar"));
    }
};

}  // namespace

TEST_CASE("an archive that is begun while layers are made has the bytes of a late one") {
    sample_image s;
    std::vector<std::size_t> order = {0, 1, 2};
    do {  // made one after the other, in every order
        auto a = s.archive();
        for (auto const own : order) s.make(a, own);
        s.finish(a);
    } while (std::next_permutation(order.begin(), order.end()));
    {
        auto a = s.archive();  // nothing is made
        s.finish(a);
    }
    {
        auto a = s.archive();  // the first was there
        a.found(0, s.blob(0));
        s.make(a, 1);
        s.finish(a);
    }
    {
        auto a = s.archive();  // two are made, piece by piece in turn
        a.write(0, s.text(0).substr(0, 1000));
        a.write(1, s.text(1).substr(0, 1000));
        a.write(0, s.text(0).substr(1000));
        a.found(0, s.blob(0));
        a.write(1, s.text(1).substr(1000));
        a.found(1, s.blob(1));
        s.make(a, 2);
        s.finish(a);
    }
    {
        auto a = s.archive();  // all at the same time
        std::vector<std::thread> threads;
        for (std::size_t own = 0; own != 3; ++own) threads.emplace_back([&, own] { s.make(a, own); });
        for (auto& t : threads) t.join();
        s.finish(a);
    }
}

TEST_CASE("a layer whose turn it is is not copied from the store") {
    sample_image s;
    if (!oci::output_file::can_be_hidden(s.place("x"))) {
        WARN("skipped: this file system has no files without a name");
        return;
    }
    auto a = s.archive();
    for (std::size_t own = 0; own != 3; ++own) s.make(a, own);
    for (std::size_t own = 0; own != 3; ++own) fs::remove(s.store.path(s.blob(own).digest));
    s.finish(a);
}

TEST_CASE("a base that is not there yet is copied in the end") {
    sample_image s;
    auto const base = s.store.path(s.image.layers[1].digest);
    fs::rename(base, s.place("away"));
    auto a = s.archive();
    s.make(a, 0);
    fs::rename(s.place("away"), base);
    s.make(a, 1);
    s.finish(a);
}

TEST_CASE("no layer is lost for an archive that cannot be written: it says so in the end") {
    sample_image s;
    engine::early_archive nowhere(s.place("no/such.tar"), {}, 1, s.store);
    s.make(nowhere, 0);
    CHECK_THROWS_AS(oci::write_oci({s.image}, {}, nowhere.writer(), s.store), failure);

    // Too little room while the layer is made, enough in the end.
    auto a = s.archive();
    struct limit {
        rlimit before{};
        decltype(std::signal(SIGXFSZ, SIG_IGN)) handler = std::signal(SIGXFSZ, SIG_IGN);
        limit() {
            ::getrlimit(RLIMIT_FSIZE, &before);
            auto less = before;
            less.rlim_cur = 4'000'000;
            ::setrlimit(RLIMIT_FSIZE, &less);
        }
        ~limit() {
            ::setrlimit(RLIMIT_FSIZE, &before);
            std::signal(SIGXFSZ, handler);
        }
    };
    {
        limit const little;
        CHECK_NOTHROW(s.make(a, 0));
    }
    s.finish(a);
}
