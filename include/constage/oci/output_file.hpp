// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_OUTPUT_FILE_HPP_INCLUDED
#define CONSTAGE_OCI_OUTPUT_FILE_HPP_INCLUDED

#include <sys/types.h>

#include <constage/detail/config.hpp>
#include <constage/detail/file_room.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace constage::oci {

/// A file that appears whole or not at all: written without a name where the file system can (else beside its place), and put there by
/// commit(). "-" is standard output, and a device or a pipe is written directly. Throws constage::failure.
class output_file {
public:
    explicit output_file(std::string const& dest);
    /// Could a file for this place be without a name until commit()? Nobody sees it then, and cut() and rewrite() work.
    static bool can_be_hidden(std::string const& dest);
    output_file(output_file const&) = delete;
    output_file& operator=(output_file const&) = delete;
    ~output_file();  ///< without commit: nothing remains

    void write(std::string_view bytes);
    /// Copies a file of exactly `size` bytes. Where the file system can, the two share them.
    void copy(std::string const& from, std::uint64_t size);
    /// How much was written.
    std::uint64_t size() const { return static_cast<std::uint64_t>(size_); }
    /// Back to a smaller size.
    void cut(std::uint64_t size);
    /// Other bytes for some that were written.
    void rewrite(std::uint64_t at, std::string_view bytes);
    void commit();

private:
    void open_beside();
    bool share(int from, std::uint64_t size);

    std::string place_, beside_;  ///< beside: empty as long as the file has no name
    int fd_ = -1;
    bool own_ = true, whole_ = false;
    off_t size_ = 0;
    detail::file_room room_;
};

}  // namespace constage::oci

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/oci/output_file.ipp>
#endif
#endif
