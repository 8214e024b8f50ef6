// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DETAIL_FILE_ROOM_HPP_INCLUDED
#define CONSTAGE_DETAIL_FILE_ROOM_HPP_INCLUDED

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

namespace constage::detail {

/// Room on the disk for what comes next in a file: the file system finds it at once, not for each piece anew. Where it cannot, or has none
/// left, writing takes longer or says why. Sizes are bytes; the file's own size does not change.
class file_room {
public:
    /// Before `more` bytes are written at the end of a file of `size` bytes of which nobody knows how large it becomes. Never more than is
    /// there already, so that many files at once do not fill a disk.
    void grow(int fd, off_t size, off_t more) {
        constexpr off_t large = off_t{4} << 20, most = off_t{32} << 20;
        auto const wanted = size + more;
        if (wanted >= large && wanted > reserved_) take(fd, size, std::min(wanted, most));
    }
    /// Before exactly `more` bytes are.
    void take(int fd, off_t size, off_t more) {
        if (none_ || more == 0 || size + more <= reserved_) return;
        none_ = ::fallocate(fd, FALLOC_FL_KEEP_SIZE, size, more) != 0;
        if (!none_)
            reserved_ = size + more;
        else if (::ftruncate(fd, size) == 0)  // gives back what was found of it
            reserved_ = 0;
    }
    /// What a file of `size` bytes did not need. False, with errno, if the file system fails.
    bool give_back(int fd, off_t size) {
        if (reserved_ <= size) return true;
        reserved_ = 0;
        return ::ftruncate(fd, size) == 0;
    }

private:
    off_t reserved_ = 0;
    bool none_ = false;
};

}  // namespace constage::detail

#endif
