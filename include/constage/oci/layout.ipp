// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_LAYOUT_IPP_INCLUDED
#define CONSTAGE_OCI_LAYOUT_IPP_INCLUDED

#include <constage/failure.hpp>
#include <constage/files/digest.hpp>
#include <constage/oci/bundle.hpp>
#include <constage/oci/docker_archive.hpp>
#include <constage/oci/layout.hpp>

#include <set>
#include <utility>

namespace constage::oci {

namespace layout_detail {

inline constexpr char const* ref_name = "org.opencontainers.image.ref.name";
inline constexpr char const* image_name = "io.containerd.image.name";

CONSTAGE_INLINE std::string annotation(index_entry const& e, char const* key) {
    auto const found = e.what.annotations.find(key);
    return found == e.what.annotations.end() ? "" : found->second;
}

/// Tools write a tag or a whole name into either annotation.
CONSTAGE_INLINE bool is_named(index_entry const& e, std::string const& selector) {
    for (auto const* key : {ref_name, image_name}) {
        auto const name = annotation(e, key);
        if (name == selector || name.ends_with(":" + selector) || name.ends_with("/" + selector)) return true;
    }
    return false;
}

CONSTAGE_INLINE std::vector<index_entry> select(std::vector<index_entry> const& all, std::string const& selector, bundle const& from) {
    std::vector<index_entry> found;
    std::set<std::string> names;
    for (auto const& e : all) {
        if (files::is_digest(selector) ? e.what.digest == selector : is_named(e, selector.empty() ? "latest" : selector))
            found.push_back(e);
        names.insert(annotation(e, ref_name));
    }
    if (!found.empty()) return found;
    if (selector.empty() && names.size() == 1) return all;  // one image, perhaps for several platforms
    if (files::is_digest(selector))
        if (auto const size = from.size(blob_place(selector))) return {{{"", selector, *size, {}}, std::nullopt, ""}};
    std::string list;
    for (auto const& n : names)
        if (!n.empty()) list += (list.empty() ? "" : ", ") + n;
    if (all.empty()) throw failure("it holds no image");
    throw failure((selector.empty() ? "it holds several images, none is \"latest\"" : "it has no image \"" + selector + "\"") +
                  (list.empty() ? std::string() : "; it has " + list))
        .with_hint("name one: PATH:TAG or PATH@sha256:DIGEST");
}

class layout_source final : public source {
public:
    layout_source(std::string path, std::string selector, blob_store& store)
        : path_(std::move(path)), selector_(std::move(selector)), store_(store), files_(open_bundle(path_)) {}

    image resolve(platform const& wanted) override {
        try {
            if (files_->has("index.json")) {
                auto const roots = select(parse_index(files_->read("index.json")), selector_, *files_);
                return find_image(roots, wanted, [&](descriptor const& d) {
                    if (!files_->has(blob_place(d.digest))) throw failure("it lacks the blob " + d.digest);
                    auto text = files_->read(blob_place(d.digest));
                    verify(text, d);
                    return text;
                });
            }
            if (!files_->has("manifest.json")) throw failure("it is neither an OCI layout nor the output of docker save");
            auto archive = read_docker_archive(*files_, selector_);
            names_ = std::move(archive.names);
            return std::move(archive.image);
        } catch (failure& f) { throw explained(f); }
    }

    void fetch(descriptor const& blob, std::function<void(std::uint64_t, std::uint64_t)> const& progress, std::stop_token stop) override {
        if (store_.has(blob.digest, blob.size)) return;
        auto const to = store_.begin();
        auto const other = names_.find(blob.digest);
        std::uint64_t done = 0;
        try {
            files_->stream(other == names_.end() ? blob_place(blob.digest) : other->second, [&](std::string_view bytes) {
                if (stop.stop_requested()) throw failure("cancelled");
                done += bytes.size();
                if (done > blob.size)
                    throw failure("the blob " + blob.digest + " is larger than the " + std::to_string(blob.size) +
                                  " bytes that it must have");
                to->write(bytes);
                if (progress) progress(done, blob.size);
            });
            if (done != blob.size)
                throw failure("the blob " + blob.digest + " has " + std::to_string(done) + " bytes, but it must have " +
                              std::to_string(blob.size));
            to->commit(blob.digest);
        } catch (failure& f) {
            if (stop.stop_requested()) throw;
            throw explained(f);
        }
    }

    std::string describe() const override {
        return "oci-layout://" + path_ + (selector_.empty() ? "" : (files::is_digest(selector_) ? "@" : ":") + selector_);
    }

private:
    failure explained(failure const& f) const {
        failure better(describe() + ": " + f.what());
        better.hint = f.hint;
        return better;
    }

    std::string path_, selector_;
    blob_store& store_;
    std::unique_ptr<bundle> files_;
    std::map<std::string, std::string> names_;  // of blobs in an archive of docker save; written by resolve only
};

}  // namespace layout_detail

CONSTAGE_INLINE std::unique_ptr<source> open_layout(std::string const& path, std::string const& selector, blob_store& store) {
    return std::make_unique<layout_detail::layout_source>(path, selector, store);
}

}  // namespace constage::oci

#endif
