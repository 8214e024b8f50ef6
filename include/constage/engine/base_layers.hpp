// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_BASE_LAYERS_HPP_INCLUDED
#define CONSTAGE_ENGINE_BASE_LAYERS_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/engine/build.hpp>
#include <constage/engine/store.hpp>
#include <constage/files/tree.hpp>
#include <constage/oci/manifest.hpp>

#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace constage::engine {

/// The layers of base images, as the store keeps them beside their blobs: layers/HEX has a list of the files (diff), how many bytes they
/// are, and, once something needs them, the files themselves: in fs/, an overlay directory, or in data/ if they were unpacked without
/// privilege. Everything throws constage::failure. Thread-safe.
class base_layers {
public:
    base_layers(store& where, options const& how) : store_(where), how_(how) {}

    /// The blob's digest was computed by this process: it need not be again.
    void trust(std::string const& digest);

    /// Makes the list. Enough for a COPY onto the image, which only wants to know what is there.
    void list(oci::descriptor const& layer);
    /// Makes the list and the files.
    void unpack(oci::descriptor const& layer);

    /// From the list.
    files::diff changes(oci::descriptor const& layer) const;
    /// Of regular files; none if there is no list. Another file than the list: a build that finds everything in its cache reads no list.
    std::optional<std::uint64_t> file_bytes(oci::descriptor const& layer) const;
    /// Of the files after unpack() with privilege.
    std::string directory(oci::descriptor const& layer) const { return place_of(layer) + "/fs"; }

private:
    std::string place_of(oci::descriptor const& layer) const { return store_.path("layers", layer.digest); }
    void check_blob(oci::descriptor const& layer);
    void keep(std::string const& place, files::diff const& changes, std::string const& from);

    store& store_;
    options const& how_;
    std::mutex guard_;
    std::set<std::string> trusted_;
};

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/base_layers.ipp>
#endif
#endif
