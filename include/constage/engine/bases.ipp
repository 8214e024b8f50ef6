// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_BASES_IPP_INCLUDED
#define CONSTAGE_ENGINE_BASES_IPP_INCLUDED

#include <sys/stat.h>
#include <unistd.h>

#include <constage/engine/bases.hpp>
#include <constage/engine/choices.hpp>
#include <constage/engine/context.hpp>
#include <constage/engine/key.hpp>
#include <constage/failure.hpp>
#include <constage/files/digest.hpp>
#include <constage/files/materialize.hpp>
#include <constage/files/scan.hpp>
#include <constage/system_failure.hpp>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <thread>

namespace constage::engine {

namespace bases_detail {

CONSTAGE_INLINE bool is_directory(std::string const& path) {
    struct stat s {};
    return ::stat(path.c_str(), &s) == 0 && S_ISDIR(s.st_mode);
}

/// None if there is no such file. One that cannot be read is no reason to take along what it leaves out.
CONSTAGE_INLINE std::optional<std::string> text_of(std::string const& path) {
    std::ifstream in(path, std::ios::binary);
    if (in) return std::string(std::istreambuf_iterator<char>(in), {});
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    throw system_failure("read", path).with_hint("it says which files stay out of the build context");
}

/// "oci-layout://DIR[:tag][@digest]": the colon of the tag comes after the last slash.
CONSTAGE_INLINE std::pair<std::string, std::string> split_layout(std::string const& text) {
    if (auto const at = text.find("@sha256:"); at != std::string::npos) {
        auto path = text.substr(0, at);
        if (auto const colon = path.rfind(':'); colon != std::string::npos && path.find('/', colon) == std::string::npos)
            path.resize(colon);
        return {path, text.substr(at + 1)};
    }
    auto const colon = text.rfind(':');
    if (colon == std::string::npos || text.find('/', colon) != std::string::npos) return {text, ""};
    return {text.substr(0, colon), text.substr(colon + 1)};
}

}  // namespace bases_detail

CONSTAGE_INLINE files::ignore_rules ignore_rules_of(std::string const& directory, std::optional<std::string> const& dockerfile) {
    std::vector<std::string> places;
    if (dockerfile) places.push_back(*dockerfile + ".dockerignore");
    places.push_back(directory + "/.dockerignore");
    for (auto const& place : places)
        if (auto const text = bases_detail::text_of(place)) return files::ignore_rules::parse(*text, place);
    return {};
}

CONSTAGE_INLINE base_set::base_set(store& where, options const& how) : store_(where), how_(how), layers_(where, how) {}

CONSTAGE_INLINE std::unique_ptr<base_set::base> base_set::open(std::string const& name, oci::platform const& platform) {
    auto b = std::make_unique<base>();
    b->name = name;
    auto const registry = registry_options_of(how_);
    std::string value;
    for (auto const& [n, v] : how_.build_contexts)
        if (n == name) value = v;
    if (value == "docker-image://scratch") return b;
    if (value.empty())
        b->source = oci::open_registry(oci::parse_reference(name), store_.blobs(), registry);
    else if (value.starts_with("docker-image://"))
        b->source = oci::open_registry(oci::parse_reference(value.substr(15)), store_.blobs(), registry);
    else if (value.starts_with("oci-layout://") || value.starts_with("oci-archive://") || value.starts_with("docker-archive://")) {
        auto const [path, selector] = bases_detail::split_layout(value.substr(value.find("://") + 3));
        b->source = oci::open_layout(path, selector, store_.blobs());
    } else if (is_fetched(value)) {
        b->scan = *fetch_context(value, how_).files;
        b->directory = value;
    } else if (value.find("://") != std::string::npos)
        throw failure("--build-context " + name + "=" + value + ": this kind of context is not supported")
            .with_hint("use a directory, oci-layout://DIR[:tag], docker-image://REF, a URL or a git reference");
    else if (bases_detail::is_directory(value))
        b->directory = value;
    else
        throw failure("--build-context " + name + "=" + value + ": no such directory")
            .with_hint("give a directory, oci-layout://DIR[:tag], docker-image://REF, a URL or a git reference");
    if (b->source) {
        b->image = b->source->resolve(platform);
        b->identity = files::digest_of([&] {
            std::string all = "image\n";
            for (auto const& l : b->image.layers) all += l.digest + "\n";
            return all;
        }());
    }
    return b;
}

CONSTAGE_INLINE base_image base_set::resolve(std::string const& name, oci::platform const& platform) {
    auto b = open(name, platform);
    base_image result;
    result.id = bases_.size();
    result.directory = !b->directory.empty();
    result.config = b->image.config;
    result.empty = !result.directory && b->image.layers.empty();
    if (!b->source && !result.directory) result.config.platform = platform;
    bases_.push_back(std::move(b));
    return result;
}

CONSTAGE_INLINE bool base_set::complete(std::size_t id) const {
    auto const& layers = bases_[id]->image.layers;
    return !bases_[id]->source ||
           std::all_of(layers.begin(), layers.end(), [&](auto const& l) { return store_.blobs().has(l.digest, l.size); });
}

CONSTAGE_INLINE void base_set::fetch(std::size_t id) {
    bases_[id]->fetched([&] {
        if (complete(id)) return;
        if (told.began) told.began(id);
        try {
            transfer(id);
        } catch (...) {
            if (told.ended) told.ended(id, false);
            throw;
        }
        if (told.ended) told.ended(id, true);
    });
}

CONSTAGE_INLINE void base_set::transfer(std::size_t id) {
    auto& b = *bases_[id];
    std::vector<oci::descriptor const*> missing;
    std::uint64_t total = 0;
    for (auto const& l : b.image.layers)
        if (!store_.blobs().has(l.digest, l.size)) {
            missing.push_back(&l);
            total += l.size;
        }
    std::mutex guard;
    std::uint64_t done = 0;
    std::exception_ptr error;
    std::size_t next = 0;
    auto const work = [&] {
        for (;;) {
            oci::descriptor const* blob = nullptr;
            {
                std::lock_guard const hold(guard);
                if (error || next == missing.size()) return;
                blob = missing[next++];
            }
            try {
                auto const only_one = store_.lock(blob->digest);
                std::uint64_t before = 0;
                if (!store_.blobs().has(blob->digest, blob->size))
                    b.source->fetch(
                        *blob,
                        [&](std::uint64_t now, std::uint64_t) {
                            std::lock_guard const hold(guard);
                            done += now - before;
                            before = now;
                            if (told.moved) told.moved(id, done, total);
                        },
                        how_.stop);
                layers_.trust(blob->digest);
            } catch (...) {
                std::lock_guard const hold(guard);
                if (!error) error = std::current_exception();
            }
        }
    };
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 1; i < std::min<std::size_t>(4, missing.size()); ++i) threads.emplace_back(work);
        work();
    }
    if (error) std::rethrow_exception(error);
}

CONSTAGE_INLINE void base_set::unpack(std::size_t id) {
    auto& b = *bases_[id];
    b.unpacked([&] {
        fetch(id);
        for (auto const& l : b.image.layers) layers_.unpack(l);
    });
}

CONSTAGE_INLINE files::tree base_set::listing(std::size_t id) {
    auto& b = *bases_[id];
    b.scanned([&] {
        if (is_fetched(b.directory)) return;
        if (!b.directory.empty()) {
            auto const rules = ignore_rules_of(b.directory, std::nullopt);
            files::context_options o;
            o.ignore = &rules;
            o.index = &store_.index();
            b.scan = files::scan_context(b.directory, o);
            return;
        }
        fetch(id);
        files::tree scan;
        for (auto const& l : b.image.layers) {
            layers_.list(l);
            scan = scan.apply(layers_.changes(l));
        }
        b.scan = std::move(scan);
    });
    return b.scan;
}

CONSTAGE_INLINE std::vector<std::string> base_set::mountable(std::size_t id) {
    auto& b = *bases_[id];
    std::vector<std::string> result;
    if (!b.directory.empty()) {
        auto const tree = listing(id);
        auto const changes = files::difference(files::tree{}, tree);
        auto const place = store_.path("contexts", digest_of(changes));
        if (::access((place + "/fs").c_str(), F_OK) != 0)
            store_.make(place, [&](std::string const& made) { files::materialize(changes, made + "/fs"); });
        return {place + "/fs"};
    }
    unpack(id);
    for (auto const& l : b.image.layers) result.insert(result.begin(), layers_.directory(l));
    return result;
}

CONSTAGE_INLINE std::uint64_t base_set::file_bytes(std::size_t id) {
    std::uint64_t sum = 0;
    for (auto const& l : bases_[id]->image.layers) {
        auto const bytes = layers_.file_bytes(l);
        if (!bytes) return 0;
        sum += *bytes;
    }
    return sum;
}

}  // namespace constage::engine

#endif
