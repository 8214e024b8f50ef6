// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_PLACE_HPP_INCLUDED
#define CONSTAGE_FILES_PLACE_HPP_INCLUDED

#include <constage/files/scan_entry.hpp>
#include <constage/files/tree.hpp>

#include <sys/stat.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace constage::files {

/// A directory of this machine that is filled by sorted paths. The directories on the way are held open, one below the other, and
/// never reached through a symlink: whatever the paths and links are, nothing is written outside.
class place {
public:
    /// `exact`: the directory is new, owners and modes are set as they are. Otherwise what is there may be replaced, and everything belongs
    /// to the caller, without setuid.
    place(std::string const& root, bool exact);
    place(place const&) = delete;
    place& operator=(place const&) = delete;

    int root() const { return levels_.front().directory.fd; }
    /// The innermost open directory.
    int fd() const { return levels_.back().directory.fd; }

    /// Opens the parent of `path`, made 0755 where it is missing, and returns the last component.
    std::string enter_parent(std::string const& path);
    /// Makes the directory `path`. Owner, mode, time and xattrs are set when it is left: writing into it would change its time.
    void enter_directory(std::string const& path, node const& n);
    /// Removes what is in the way of a new file. Throws constage::failure for a directory.
    void make_room(std::string const& name, std::string const& path);
    /// A regular file with content and metadata. Reflinked if the file system can. Throws constage::failure if it is not as `n` says.
    void write_file(node const& n, std::string const& name, std::string const& path);
    /// Leaves all directories.
    void finish();

    /// Throws constage::failure: "cannot ACTION PATH: errno".
    [[noreturn]] void cannot(std::string const& action, std::string const& path) const;
    static std::array<timespec, 2> times(node const& n);

private:
    struct level {
        scan_entry::descriptor directory;
        std::string path;
        node const* metadata = nullptr;  ///< to be set when the directory is left; the diff outlives this
    };
    void enter(std::string_view path);
    void step(std::string const& name, std::string const& path);
    void leave();
    void set_metadata(int fd, node const& n, std::string const& path) const;
    void copy_content(int to, node const& n, std::string const& path) const;

    std::string root_path_;
    bool exact_;
    std::vector<level> levels_;
};

}  // namespace constage::files

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/files/place.ipp>
#endif
#endif
