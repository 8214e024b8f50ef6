// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_EARLY_ARCHIVE_IPP_INCLUDED
#define CONSTAGE_ENGINE_EARLY_ARCHIVE_IPP_INCLUDED

#include <constage/engine/early_archive.hpp>
#include <constage/failure.hpp>

#include <algorithm>
#include <utility>

namespace constage::engine {

CONSTAGE_INLINE early_archive::early_archive(std::string dest, std::vector<oci::descriptor> const& base, std::size_t layers,
                                             oci::blob_store const& store)
    : dest_(std::move(dest)), store_(store), base_(base.size()), blobs_(base.begin(), base.end()) {
    blobs_.resize(base_ + layers);
    offered_.resize(blobs_.size());
}

CONSTAGE_INLINE void early_archive::write(std::size_t layer, std::string_view bytes) {
    if (takes(base_ + layer)) attempt([&] { writer_->write(bytes); });
}

CONSTAGE_INLINE void early_archive::found(std::size_t layer, oci::descriptor const& blob) {
    auto const place = base_ + layer;
    {
        std::lock_guard const hold(guard_);
        blobs_[place] = blob;
        if (open_ != place) return;
    }
    attempt([&] { writer_->end_blob(blob.digest, blob.size); });
    ++next_;
    std::lock_guard const hold(guard_);
    open_ = none;
}

CONSTAGE_INLINE oci::archive_writer& early_archive::writer() {
    if (!writer_) writer_.emplace(dest_);
    return *writer_;
}

/// Its first bytes decide whether a layer is written.
CONSTAGE_INLINE bool early_archive::takes(std::size_t place) {
    {
        std::lock_guard const hold(guard_);
        auto const first = !offered_[place];
        offered_[place] = true;
        if (!first || open_ != none || place < next_) return open_ == place;
        auto const at = [&](std::size_t n) { return blobs_.begin() + static_cast<std::ptrdiff_t>(n); };
        if (!std::all_of(at(next_), at(place), [](auto const& blob) { return blob.has_value(); })) return false;
        open_ = place;
    }
    if (begin(place)) return true;
    std::lock_guard const hold(guard_);
    open_ = none;
    return false;
}

CONSTAGE_INLINE bool early_archive::begin(std::size_t place) {
    if (failed_ || (!writer_ && !oci::output_file::can_be_hidden(dest_))) return false;
    attempt([&] {
        for (auto& to = writer(); next_ != place; ++next_) {
            auto const& blob = *blobs_[next_];  // what was found does not change any more
            if (!store_.has(blob.digest, blob.size)) return;
            to.add_blob(blob.digest, blob.size, store_);
        }
        writer_->begin_blob();
    });
    return !failed_ && next_ == place;
}

template <class F>
void early_archive::attempt(F const& work) {
    if (failed_) return;
    try {
        work();
    } catch (failure const&) {
        failed_ = true;
        writer_.reset();
    }
}

}  // namespace constage::engine

#endif
