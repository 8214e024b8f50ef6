// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_BASES_HPP_INCLUDED
#define CONSTAGE_ENGINE_BASES_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/engine/base_layers.hpp>
#include <constage/engine/build.hpp>
#include <constage/engine/lower.hpp>
#include <constage/engine/once.hpp>
#include <constage/engine/store.hpp>
#include <constage/files/ignore.hpp>
#include <constage/files/tree.hpp>
#include <constage/oci/source.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

/// The file systems that come from outside: images of registries, layouts and archives, and directories (`--build-context`).
namespace constage::engine {

class base_set {
public:
    base_set(store& where, options const& how);

    /// For lower(): resolves a name to its configuration. An image's layers are not read.
    base_image resolve(std::string const& name, oci::platform const& platform);

    struct base {
        std::string name;
        std::string directory;  ///< a named context of files: a directory, a URL, a git reference; else empty
        std::unique_ptr<oci::source> source;
        oci::image image;
        std::string identity;  ///< of the content: what a step's key takes
        once fetched, scanned, unpacked;
        files::tree scan;  ///< of a directory
    };
    base& at(std::size_t id) { return *bases_[id]; }

    /// Are all its blobs in the store?
    bool complete(std::size_t id) const;
    /// The blobs of the image's layers are in the store afterwards.
    void fetch(std::size_t id);
    /// The file system as a tree; layers are fetched and read first. Contents of an image's files are there after unpack().
    files::tree listing(std::size_t id);
    void unpack(std::size_t id);
    /// Directories for an overlay, top first. Needs privilege.
    std::vector<std::string> mountable(std::size_t id);
    /// Bytes of regular files in the image's layers; 0 if they were never read.
    std::uint64_t file_bytes(std::size_t id);

    /// Told of the one transfer of each base that is not complete. Set before the first use; may be called from several threads.
    struct listener {
        std::function<void(std::size_t id)> began;
        std::function<void(std::size_t id, bool ok)> ended;
        std::function<void(std::size_t id, std::uint64_t done, std::uint64_t total)> moved;
    };
    listener told;

private:
    void transfer(std::size_t id);
    std::unique_ptr<base> open(std::string const& name, oci::platform const& platform);

    store& store_;
    options const& how_;
    base_layers layers_;
    std::vector<std::unique_ptr<base>> bases_;
};

/// The ignore rules of a local context: <Dockerfile>.dockerignore beside the Dockerfile, else .dockerignore in its root (X003, X004).
files::ignore_rules ignore_rules_of(std::string const& directory, std::optional<std::string> const& dockerfile);

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/bases.ipp>
#endif
#endif
