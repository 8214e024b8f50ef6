// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_PUSH_IPP_INCLUDED
#define CONSTAGE_OCI_PUSH_IPP_INCLUDED

#include <constage/failure.hpp>
#include <constage/files/digest.hpp>
#include <constage/oci/push.hpp>
#include <constage/oci/registry_session.hpp>

#include <algorithm>
#include <exception>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

namespace constage::oci {

namespace push_detail {

inline constexpr int most_attempts = 4;

using progress = std::function<void(std::uint64_t, std::uint64_t)>;

/// Each blob once.
CONSTAGE_INLINE std::vector<descriptor> blobs_of(std::vector<image> const& images) {
    std::vector<descriptor> all;
    std::set<std::string> seen;
    for (auto const& i : images) {
        for (auto const& l : i.layers)
            if (seen.insert(l.digest).second) all.push_back(l);
        if (seen.insert(i.config_descriptor.digest).second) all.push_back(i.config_descriptor);
    }
    return all;
}

/// Another repository of the same registry that has the blob; "" if none is known.
CONSTAGE_INLINE std::string neighbour_with(descriptor const& blob, reference const& to) {
    auto const registry = to.registry + "/";
    if (!blob.found_in.starts_with(registry) || blob.found_in == registry + to.repository) return {};
    return blob.found_in.substr(registry.size());
}

CONSTAGE_INLINE std::vector<std::string> neighbours_with(std::vector<descriptor> const& blobs, reference const& to) {
    std::set<std::string> names;
    for (auto const& b : blobs) names.insert(neighbour_with(b, to));
    names.erase("");
    return {names.begin(), names.end()};
}

class pusher {
public:
    pusher(std::vector<image> const& images, reference const& to, blob_store const& store, registry_options const& options,
           progress const& report, std::stop_token stop)
        : waiting_(blobs_of(images)),
          session_(to, options, true, neighbours_with(waiting_, to)),
          store_(store),
          threads_(std::clamp(options.parallel, 1, 64)),
          report_(report),
          stop_(std::move(stop)) {}

    /// All blobs that the registry lacks, several at a time.
    void blobs() {
        for (auto const& b : waiting_) total_ += b.size;
        auto const n = std::min(static_cast<std::size_t>(threads_), waiting_.size());
        {
            std::vector<std::jthread> threads;
            for (std::size_t i = 1; i < n; ++i) threads.emplace_back([this] { work(); });
            work();
        }
        if (error_) std::rethrow_exception(error_);
    }

    void manifest(std::string const& text, descriptor const& what, std::string const& name) {
        http_request request;
        request.method = "PUT";
        request.url = session_.url("manifests/" + name);
        request.headers = {"Content-Type: " + what.media_type};
        request.body = text;
        request.stop = stop_;
        auto const answer = session_.send(std::move(request));
        if (!answer.ok()) throw session_.explain(answer, "the manifest");
        if (auto const said = answer.header("docker-content-digest"); said.starts_with("sha256:") && said != what.digest)
            throw failure(session_.name().familiar() + ": the registry stored the manifest as " + said + ", but it is " + what.digest);
    }

private:
    void work() {
        for (;;) {
            descriptor const* blob = nullptr;
            {
                std::lock_guard const hold(guard_);
                if (error_ || next_ == waiting_.size()) return;
                blob = &waiting_[next_++];
            }
            try {
                push(*blob);
            } catch (...) {
                std::lock_guard const hold(guard_);
                if (!error_) error_ = std::current_exception();
            }
        }
    }

    void push(descriptor const& blob) {
        std::uint64_t counted = 0;
        auto const count = [&](std::uint64_t sent) {  // an attempt that is repeated counts once
            if (sent <= counted) return;
            std::lock_guard const hold(guard_);
            done_ += sent - counted;
            counted = sent;
            if (report_) report_(done_, total_);
        };
        for (int attempt = 0; !has(blob); ++attempt) {
            auto const answer = deliver(blob, count);
            if (answer.ok()) break;
            if (attempt + 1 >= most_attempts || !may_pass(answer)) throw session_.explain(answer, "the blob " + blob.digest);
            wait_to_retry(attempt, answer, stop_);
        }
        count(blob.size);
    }

    bool has(descriptor const& blob) {
        http_request request;
        request.method = "HEAD";
        request.url = session_.url("blobs/" + blob.digest);
        request.stop = stop_;
        auto const answer = session_.send(std::move(request));
        if (answer.ok()) return true;
        if (answer.status == 404 && answer.broken.empty()) return false;
        throw session_.explain(answer, "the blob " + blob.digest);
    }

    /// Without its bytes if the registry takes it from another repository. A registry that does not answers with an upload session, and one
    /// that refuses (another owner's repository, a registry without mounts) is asked for a session.
    http_response deliver(descriptor const& blob, std::function<void(std::uint64_t)> const& sent) {
        http_response started;
        if (auto const from = neighbour_with(blob, session_.name()); !from.empty())
            started = post("blobs/uploads/?mount=" + url_escape(blob.digest) + "&from=" + url_escape(from));
        if (started.ok() && started.status == 201) return started;
        if (!started.ok() || started.header("location").empty()) started = post("blobs/uploads/");
        return started.ok() ? upload(blob, started, sent) : started;
    }

    http_response post(std::string const& path) {
        http_request request;
        request.method = "POST";
        request.url = session_.url(path);
        request.stop = stop_;
        return session_.send(std::move(request));
    }

    http_response upload(descriptor const& blob, http_response const& started, std::function<void(std::uint64_t)> const& sent) {
        if (!store_.has(blob.digest, blob.size)) throw failure("the store lacks the blob " + blob.digest + ", which is to be pushed");
        auto const location = started.header("location");
        if (location.empty()) throw failure(session_.name().familiar() + ": the registry does not say where to upload to");
        http_request put;
        put.method = "PUT";
        put.url = resolve_url(started.url, location);
        if (started.url.starts_with("https:") && !put.url.starts_with("https:"))
            throw failure(session_.name().familiar() + ": the registry wants the upload at " + url_host(put.url) +
                          ", which is not encrypted");
        put.url += (put.url.find('?') == put.url.npos ? "?digest=" : "&digest=") + url_escape(blob.digest);
        put.headers = {"Content-Type: application/octet-stream"};
        put.file = store_.path(blob.digest);
        put.file_size = blob.size;
        put.sent = sent;
        put.stop = stop_;
        put.sink = [](http_response const&, std::string_view) {};  // an upload that broke starts anew above, not in the session
        return session_.send(std::move(put));
    }

    std::vector<descriptor> waiting_;
    registry_session session_;
    blob_store const& store_;
    int threads_;
    progress const& report_;
    std::stop_token stop_;

    std::mutex guard_;
    std::size_t next_ = 0;
    std::uint64_t done_ = 0, total_ = 0;
    std::exception_ptr error_;
};

CONSTAGE_INLINE std::string name_of(reference const& to, std::string const& digest) {
    if (to.digest.empty()) return to.tag;
    if (to.digest != digest) throw failure("cannot push " + digest + " as " + to.text() + ": the digests differ");
    return to.tag.empty() ? digest : to.tag;
}

}  // namespace push_detail

CONSTAGE_INLINE std::string push(image const& what, reference const& to, blob_store const& store, registry_options const& options,
                                 std::function<void(std::uint64_t, std::uint64_t)> const& progress, std::stop_token stop) {
    auto const name = push_detail::name_of(to, what.manifest.digest);
    push_detail::pusher p({what}, to, store, options, progress, std::move(stop));
    p.blobs();
    p.manifest(what.manifest_json, what.manifest, name);
    return what.manifest.digest;
}

CONSTAGE_INLINE std::string push(std::vector<image> const& platforms, reference const& to, blob_store const& store,
                                 registry_options const& options, std::function<void(std::uint64_t, std::uint64_t)> const& progress,
                                 std::stop_token stop) {
    auto const text = index_of(platforms);
    descriptor const index{media_type::index, files::digest_of(text), text.size(), {}};
    auto const name = push_detail::name_of(to, index.digest);
    push_detail::pusher p(platforms, to, store, options, progress, std::move(stop));
    p.blobs();
    for (auto const& i : platforms) p.manifest(i.manifest_json, i.manifest, i.manifest.digest);
    p.manifest(text, index, name);
    return index.digest;
}

}  // namespace constage::oci

#endif
