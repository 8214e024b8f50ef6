// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_DOWNLOAD_HPP_INCLUDED
#define CONSTAGE_FILES_DOWNLOAD_HPP_INCLUDED

#include <constage/files/tree.hpp>

#include <stop_token>
#include <string>

/// ADD of a URL (C030, C031).
namespace constage::files {

struct download_request {
    std::string url;            ///< http or https
    std::string checksum;       ///< "sha256:…", "sha384:…" or "sha512:…"; empty: anything will do
    std::string authorization;  ///< value of the header; sent to this host only
    std::string directory;      ///< where contents are kept, by digest, and what is known of URLs; made if missing
    std::string parts;          ///< where what is not whole yet is written, on the same file system; empty: `directory`
    std::stop_token stop;
};

/// A regular file, 0600 0:0, its time that of Last-Modified or 0. The server is asked always; what it says is unchanged (ETag) is not
/// transferred again. Throws constage::failure: no answer, an HTTP error, another checksum.
node_ptr download(download_request const& what);

/// The name of a downloaded file: the last component of the URL's path, decoded, or "__unnamed__".
std::string name_of_url(std::string const& url);

/// A URL as it may be shown: without user and password.
std::string shown_url(std::string const& url);

}  // namespace constage::files

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/files/download.ipp>
#endif
#endif
