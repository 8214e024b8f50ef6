// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_CACHE_HPP_INCLUDED
#define CONSTAGE_ENGINE_CACHE_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/engine/cache_place.hpp>
#include <constage/engine/store.hpp>
#include <constage/oci/source.hpp>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

/// Results of steps that other machines made (--cache-from), and the way there (--cache-to).
///
/// A cache is an OCI image that every registry and every tool takes: its first layer holds files named as in the store, `steps/HEX` (the
/// records) and `blobs-of/HEX` (which layer is which change); the other layers are the changes, in the format that images have.
namespace constage::engine {

struct options;

class cache_set {
public:
    /// Reads the records of all of `how.cache_from`. A cache that cannot be read is told to `warn`, and else ignored (B011).
    cache_set(store& where, options const& how, std::function<void(std::string const&)> const& warn);

    /// A step that has run here or there.
    std::optional<step_record> find_step(std::string const& key);
    /// Is the change here, unpacked or as a layer, or can it be had?
    bool has_change(std::string const& change) const;
    /// snapshots/HEX is there afterwards. Throws constage::failure: the cache does not hold what it says.
    void bring_change(std::string const& change);
    /// A layer of this name that the store has; that is a use of it.
    std::optional<layer_record> find_layer(std::string const& name) const;
    /// The change as a layer of this name, its blob brought here; none if no cache has it. Throws constage::failure as bring_change() does.
    std::optional<layer_record> bring_layer(std::string const& name);

    /// What a cache promised and did not hold, if that was so: then the build must begin anew, without it.
    std::optional<std::string> broken_promise() const;
    /// Records of the steps that were found elsewhere become the store's, where it has the changes too.
    void keep() const;

private:
    struct entry {
        layer_record layer;
        oci::source* from;
    };
    bool promised(std::string const& change) const;
    void break_promise(std::string const& why);
    std::optional<layer_record> fetch_layer(std::string const& name);
    std::optional<layer_record> bring_any_layer(std::string const& change);
    void unpack_change(std::string const& change, layer_record const& layer);
    void read(cache_place const& place);

    store& store_;
    options const& how_;
    std::vector<std::unique_ptr<oci::source>> sources_;
    std::map<std::string, step_record> steps_;
    std::map<std::string, entry> layers_;  ///< by layer_name
    mutable std::mutex guard_;             ///< of what follows
    std::set<std::string> found_;          ///< keys of steps that were found in a cache
    std::optional<std::string> broken_;
};

/// The label that says that an image is a cache, and its value: which layout it has.
inline constexpr char const* cache_label = "constage.cache";
inline constexpr char const* cache_version = "1";

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/cache.ipp>
#endif
#endif
