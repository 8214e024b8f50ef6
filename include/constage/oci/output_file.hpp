// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_OUTPUT_FILE_HPP_INCLUDED
#define CONSTAGE_OCI_OUTPUT_FILE_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace constage::oci {

/// A file that appears whole or not at all: written beside its place and renamed by commit(). "-" is standard output, and a device or a
/// pipe is written directly. Throws constage::failure.
class output_file {
public:
    explicit output_file(std::string const& dest);
    output_file(output_file const&) = delete;
    output_file& operator=(output_file const&) = delete;
    ~output_file();  ///< without commit: nothing remains

    void write(std::string_view bytes);
    /// Copies a file of exactly `size` bytes. Where the file system can, the two share them.
    void copy(std::string const& from, std::uint64_t size);
    void commit();

private:
    bool share(int from, std::uint64_t size);

    std::string place_, beside_;
    int fd_ = -1;
    bool own_ = true;
};

}  // namespace constage::oci

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/oci/output_file.ipp>
#endif
#endif
