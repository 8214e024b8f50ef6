// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_DOWNLOAD_IPP_INCLUDED
#define CONSTAGE_FILES_DOWNLOAD_IPP_INCLUDED

#include <curl/curl.h>
#include <unistd.h>

#include <constage/failure.hpp>
#include <constage/files/digest.hpp>
#include <constage/files/download.hpp>
#include <constage/oci/http.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>

namespace constage::files {

namespace download_detail {

inline constexpr int tries = 3;

/// What is known of a URL that was downloaded before.
struct memory {
    std::string etag, digest;
    std::int64_t mtime_ns = 0;
};

CONSTAGE_INLINE std::string content_path(std::string const& directory, std::string const& digest) {
    return directory + "/" + digest.substr(digest.find(':') + 1);
}
CONSTAGE_INLINE std::string memory_path(download_request const& what) {
    // Another user may be shown another file.
    return content_path(what.directory, digest_of(what.url + "\n" + what.authorization)) + ".url";
}

CONSTAGE_INLINE std::optional<memory> recall(download_request const& what) {
    std::ifstream in(memory_path(what), std::ios::binary);
    memory m;
    if (!std::getline(in, m.etag) || !std::getline(in, m.digest) || !(in >> m.mtime_ns) || !is_digest(m.digest)) return std::nullopt;
    std::error_code error;
    if (!std::filesystem::is_regular_file(content_path(what.directory, m.digest), error)) return std::nullopt;
    return m;
}

/// Written beside and renamed.
CONSTAGE_INLINE void remember(download_request const& what, memory const& m, std::string const& temporary) {
    std::ofstream out(temporary, std::ios::binary);
    out << m.etag << '\n' << m.digest << '\n' << m.mtime_ns << '\n';
    out.close();
    if (out) std::filesystem::rename(temporary, memory_path(what));
}

/// The digest of a file by the algorithm that `checksum` names.
CONSTAGE_INLINE std::string digest_like(std::string const& checksum, std::string const& path) {
    auto digest = digest_of_file(path, checksum.substr(0, checksum.find(':')));
    if (digest.empty())
        throw failure("invalid checksum digest format: unsupported digest algorithm: " + checksum)
            .with_hint("write sha256: and 64 hex digits");
    return digest;
}

/// One exchange; the body goes to the file `temporary`.
CONSTAGE_INLINE oci::http_response ask(oci::http_client& client, download_request const& what, std::string const& etag,
                                       std::string const& temporary, hasher& hash) {
    std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
    std::filesystem::permissions(temporary, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    oci::http_request request;
    request.url = what.url;
    request.authorization = what.authorization;
    request.stop = what.stop;
    request.headers.emplace_back("Accept: */*");
    if (!etag.empty()) request.headers.push_back("If-None-Match: " + etag);
    request.sink = [&](oci::http_response const&, std::string_view bytes) {
        hash.update(bytes);
        if (!out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()))) throw failure("cannot write " + temporary);
    };
    auto response = client.send(request);
    out.close();
    if (!out) throw failure("cannot write " + temporary);
    return response;
}

CONSTAGE_INLINE node_ptr node_of(download_request const& what, memory const& m) {
    auto const path = content_path(what.directory, m.digest);
    auto n = std::make_shared<node>();
    n->mode = 0600;
    n->mtime_ns = m.mtime_ns;
    n->size = std::filesystem::file_size(path);
    n->content.path = path;
    n->content.digest = m.digest;
    if (what.checksum.empty()) return n;
    auto const actual = digest_like(what.checksum, path);
    if (actual != what.checksum)
        throw failure("digest mismatch: " + shown_url(what.url) + " is " + actual + ", not " + what.checksum)
            .with_hint("the file has changed since the checksum was written, or is not the one that was meant");
    return n;
}

/// A new name below a directory; removed if it is still there.
struct scratch_file {
    explicit scratch_file(std::string const& directory)
        : path(directory + "/.part-" + std::to_string(::getpid()) + "-" + std::to_string(next_inode())) {}
    ~scratch_file() {
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
    }
    std::string path;
};

}  // namespace download_detail

CONSTAGE_INLINE std::string shown_url(std::string const& url) {
    auto const scheme = url.find("://");
    if (scheme == std::string::npos) return url;
    auto const host_end = url.find_first_of("/?#", scheme + 3);
    auto const at = url.rfind('@', host_end);
    if (at == std::string::npos || at < scheme) return url;
    return url.substr(0, scheme + 3) + "xxxxx@" + url.substr(at + 1);
}

CONSTAGE_INLINE std::string name_of_url(std::string const& url) {
    auto const scheme = url.find("://");
    auto path = url.substr(0, url.find_first_of("?#"));
    path.erase(0, path.find('/', scheme == std::string::npos ? 0 : scheme + 3));
    while (path.ends_with('/')) path.pop_back();
    int size = 0;
    char* const decoded = curl_easy_unescape(nullptr, path.c_str(), static_cast<int>(path.size()), &size);
    if (decoded) {
        path.assign(decoded, static_cast<std::size_t>(size));
        curl_free(decoded);
    }
    while (path.ends_with('/')) path.pop_back();
    auto name = path.substr(path.rfind('/') + 1);
    if (name.empty() || name == "." || name == ".." || name.find('\0') != std::string::npos) return "__unnamed__";
    return name;
}

CONSTAGE_INLINE node_ptr download(download_request const& what) try {
    using namespace download_detail;
    std::filesystem::create_directories(what.directory);
    oci::http_client client;
    auto const known = recall(what);
    auto const& beside = what.parts.empty() ? what.directory : what.parts;
    scratch_file const part(beside), note(beside);
    hasher hash;
    oci::http_response response;
    for (int i = 1; i <= tries; ++i) {
        hash = hasher();
        response = ask(client, what, known ? known->etag : "", part.path, hash);
        if (!response.transient && response.status < 500) break;
    }
    if (!response.broken.empty()) throw failure("cannot download " + shown_url(what.url) + ": " + response.broken).with_hint(response.hint);
    if (response.status == 304 && known) return node_of(what, *known);
    if (!response.ok())
        throw failure("cannot download " + shown_url(what.url) + ": invalid response status " + std::to_string(response.status));
    memory m;
    m.digest = hash.finish();
    m.etag = response.header("etag");
    if (auto const time = curl_getdate(response.header("last-modified").c_str(), nullptr); time > 0)
        m.mtime_ns = static_cast<std::int64_t>(time) * 1'000'000'000;
    std::filesystem::rename(part.path, content_path(what.directory, m.digest));
    remember(what, m, note.path);
    return node_of(what, m);
} catch (std::filesystem::filesystem_error const& e) { throw failure("cannot keep what " + shown_url(what.url) + " holds: " + e.what()); }

}  // namespace constage::files

#endif
