// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_EARLY_ARCHIVE_HPP_INCLUDED
#define CONSTAGE_ENGINE_EARLY_ARCHIVE_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/oci/archive_writer.hpp>
#include <constage/oci/manifest.hpp>

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace constage::engine {

/// The archive of one image, begun while its layers are made: a layer whose turn it is goes to the store and to the archive at once, so
/// that it is not read again and no processor waits for the archive in the end. What comes before it and was there is copied. The bytes are
/// those of an archive that is written after everything. What cannot be written is told in the end only: no layer is lost for it (but where
/// the store shares a disk that becomes full).
class early_archive {
public:
    /// Of an image with `layers` layers of its own on those of `base`.
    early_archive(std::string dest, std::vector<oci::descriptor> const& base, std::size_t layers, oci::blob_store const& store);
    early_archive(early_archive const&) = delete;

    /// Bytes of a layer that is being made. Several layers may be, in as many threads.
    void write(std::size_t layer, std::string_view bytes);
    /// The layer is in the store, whether or not it was made now.
    void found(std::size_t layer, oci::descriptor const& blob);

    /// With as much as there is, perhaps nothing. When no layer is being made any more.
    oci::archive_writer& writer();

private:
    bool takes(std::size_t place);
    bool begin(std::size_t place);
    template <class F>
    void attempt(F const& work);

    static constexpr auto none = static_cast<std::size_t>(-1);

    std::string dest_;
    oci::blob_store const& store_;
    std::size_t base_;  ///< layers of the base: they have the first places

    std::mutex guard_;
    std::vector<std::optional<oci::descriptor>> blobs_;  ///< by place
    std::vector<bool> offered_;                          ///< by place: its first bytes were
    std::size_t open_ = none;                            ///< whose layer is being written: it alone touches what follows

    std::optional<oci::archive_writer> writer_;
    std::size_t next_ = 0;
    bool failed_ = false;
};

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/early_archive.ipp>
#endif
#endif
