// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_INDEX_HPP_INCLUDED
#define CONSTAGE_FILES_INDEX_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/files/file_digest.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

struct stat;

namespace constage::files {

/// Remembers the digests of files by (device, inode, size, mtime, ctime), in one file that is mapped when opened and replaced (temporary
/// file + rename) when something was added. An entry whose ctime is younger than the moment it was hashed (2 s slack) is not trusted. A
/// damaged or foreign index file is the same as an empty one. Thread-safe.
class file_index {
public:
    explicit file_index(std::string path);  ///< need not exist
    ~file_index();                          ///< saves, silently: losing it only costs time
    std::optional<file_digest> find(struct stat const& s) const;
    void remember(struct stat const& s, file_digest const& digest);
    bool changed() const;  ///< something was remembered since the last save()
    void save();
    void save(std::string const& temporary);  ///< by a file of this name, on the same file system

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace constage::files

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/files/index.ipp>
#endif
#endif
