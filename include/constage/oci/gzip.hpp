// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_GZIP_HPP_INCLUDED
#define CONSTAGE_OCI_GZIP_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace constage::oci {

/// gzip as one member whose blocks are compressed by themselves, in `threads` threads; `sink` is called in the thread that calls
/// `push` and `finish`, in order. Equal blocks give equal bytes, whatever the number of threads.
class gzip_writer {
public:
    gzip_writer(int level, int threads, std::function<void(std::string_view)> sink);
    ~gzip_writer();
    gzip_writer(gzip_writer const&) = delete;
    gzip_writer& operator=(gzip_writer const&) = delete;

    void push(std::string&& block);
    void finish();

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace constage::oci

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/oci/gzip.ipp>
#endif
#endif
