// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_REGISTRY_IPP_INCLUDED
#define CONSTAGE_OCI_REGISTRY_IPP_INCLUDED

#include <constage/failure.hpp>
#include <constage/files/digest.hpp>
#include <constage/oci/registry.hpp>
#include <constage/oci/registry_session.hpp>

#include <algorithm>
#include <charconv>
#include <semaphore>
#include <utility>

namespace constage::oci {

namespace registry_detail {

inline constexpr int most_failures = 5;  // in a row, without a byte in between
inline constexpr int most_attempts = 100;
inline constexpr std::uint64_t document_limit = 16u << 20;

using progress = std::function<void(std::uint64_t, std::uint64_t)>;

/// "bytes 100-199/200" → 100
CONSTAGE_INLINE std::optional<std::uint64_t> range_begin(std::string const& text) {
    std::uint64_t begin = 0;
    if (!text.starts_with("bytes ")) return std::nullopt;
    auto const [end, error] = std::from_chars(text.data() + 6, text.data() + text.size(), begin);
    if (error != std::errc() || end == text.data() + text.size() || *end != '-') return std::nullopt;
    return begin;
}

/// One blob on its way into the store; what has come stays when the connection breaks.
struct download {
    descriptor const& blob;
    blob_store::writer& to;
    progress const& report;
    std::uint64_t done = 0;

    /// `at`: where in the blob these bytes belong.
    void take(std::uint64_t at, std::string_view bytes) {
        if (at + bytes.size() <= done) return;  // an answer from the start, though the rest was asked for
        bytes.remove_prefix(static_cast<std::size_t>(done - at));
        if (bytes.size() > blob.size - done)
            throw failure("the blob " + blob.digest + " is larger than the " + std::to_string(blob.size) + " bytes that it must have");
        to.write(bytes);
        done += bytes.size();
        if (report) report(done, blob.size);
    }
};

class registry_source final : public source {
public:
    registry_source(reference const& ref, blob_store& store, registry_options const& options)
        : session_(ref, options, false), store_(store), slots_(std::clamp(options.parallel, 1, 64)) {}

    image resolve(platform const& wanted) override {
        auto const& ref = session_.name();
        try {
            index_entry root;
            if (!ref.digest.empty() && store_.has(ref.digest)) {  // content by digest does not change: no need to ask
                root.what.digest = ref.digest;
                root.what.size = store_.read(ref.digest).size();
            } else {
                root.what = fetch_root(ref.digest.empty() ? ref.tag : ref.digest);
            }
            auto found = find_image({root}, wanted, [&](descriptor const& d) { return document(d); });
            for (auto& l : found.layers) l.found_in = ref.registry + "/" + ref.repository;
            return found;
        } catch (failure& f) {
            if (std::string_view(f.what()) == "cancelled" || std::string_view(f.what()).starts_with(ref.familiar())) throw;
            failure better(ref.familiar() + ": " + f.what());
            better.hint = f.hint;
            throw better;
        }
    }

    void fetch(descriptor const& blob, progress const& report, std::stop_token stop) override {
        if (store_.has(blob.digest, blob.size)) return;
        struct slot {
            std::counting_semaphore<64>& of;
            explicit slot(std::counting_semaphore<64>& s) : of(s) { of.acquire(); }
            ~slot() { of.release(); }
        } const mine(slots_);
        auto const to = store_.begin();
        download d{blob, *to, report};
        http_response last;
        int failures = 0;
        for (int attempt = 0; d.done < blob.size || attempt == 0; ++attempt) {
            if (attempt > 0) wait_to_retry(failures, last, stop);
            auto const before = d.done;
            last = download_some(d, stop);
            failures = d.done > before ? 0 : failures + 1;
            if (last.ok() && d.done == blob.size) break;
            bool const again = last.ok() || may_pass(last);  // ok, but too short: the connection was closed
            if (!again || failures >= most_failures || attempt >= most_attempts) throw short_of(d, last);
        }
        try {
            to->commit(blob.digest);
        } catch (failure const& f) { throw failure(describe() + ": the registry sent a damaged blob: " + f.what()); }
    }

    std::string describe() const override { return session_.name().text(); }

private:
    descriptor fetch_root(std::string const& name) {
        auto const answer = get_manifest(name);
        auto type = answer.header("content-type");
        type = type.substr(0, type.find(';'));
        descriptor root{type, store_.put(answer.body), answer.body.size(), {}};
        if (files::is_digest(name) && root.digest != name) throw failure("the registry sent " + root.digest + " for " + name);
        if (auto const said = answer.header("docker-content-digest"); said.starts_with("sha256:") && said != root.digest)
            throw failure("the registry says that the manifest is " + said + ", but it is " + root.digest);
        return root;
    }

    http_response get_manifest(std::string const& name) {
        http_request request;
        request.url = session_.url("manifests/" + name);
        request.limit = document_limit;
        for (auto const* type : {media_type::index, media_type::manifest, media_type::docker_list, media_type::docker_manifest})
            request.headers.push_back(std::string("Accept: ") + type);
        auto answer = session_.send(std::move(request));
        if (!answer.ok()) throw session_.explain(answer, "the manifest");
        return answer;
    }

    std::string document(descriptor const& d) {
        if (store_.has(d.digest, d.size)) {
            auto text = store_.read(d.digest);
            verify(text, d);
            return text;
        }
        if (d.size > document_limit) throw failure("the manifest or config " + d.digest + " is too large");
        bool const config = d.media_type == media_type::config || d.media_type == media_type::docker_config;
        if (config) {
            fetch(d, {}, {});
            return store_.read(d.digest);
        }
        auto text = get_manifest(d.digest).body;
        verify(text, d);
        store_.put(text);
        return text;
    }

    http_response download_some(download& d, std::stop_token stop) {
        http_request request;
        request.url = session_.url("blobs/" + d.blob.digest);
        request.stop = stop;
        if (d.done > 0) request.headers.push_back("Range: bytes=" + std::to_string(d.done) + "-");
        std::uint64_t at = 0;
        bool first = true;
        request.sink = [&](http_response const& answer, std::string_view bytes) {
            if (std::exchange(first, false) && answer.status == 206) {
                auto const begin = range_begin(answer.header("content-range"));
                if (!begin || *begin > d.done)
                    throw failure("the registry sent another part of the blob " + d.blob.digest + " than it was asked for");
                at = *begin;
            }
            d.take(at, bytes);
            at += bytes.size();
        };
        return session_.send(std::move(request));
    }

    failure short_of(download const& d, http_response const& last) const {
        if (!last.ok()) return session_.explain(last, "the blob " + d.blob.digest);
        return failure(describe() + ": the blob " + d.blob.digest + " has " + std::to_string(d.done) + " bytes, but it must have " +
                       std::to_string(d.blob.size));
    }

    registry_session session_;
    blob_store& store_;
    std::counting_semaphore<64> slots_;
};

}  // namespace registry_detail

CONSTAGE_INLINE std::unique_ptr<source> open_registry(reference const& ref, blob_store& store, registry_options const& options) {
    return std::make_unique<registry_detail::registry_source>(ref, store, options);
}

}  // namespace constage::oci

#endif
