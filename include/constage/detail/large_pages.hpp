// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DETAIL_LARGE_PAGES_HPP_INCLUDED
#define CONSTAGE_DETAIL_LARGE_PAGES_HPP_INCLUDED

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

/// Trees of files are many small pieces of memory. With pages of 4 KiB, a build that finds all of 20,000 files unchanged spends half of its
/// time on page faults: so the heap lies in large pages, if the kernel has them and the program asked for it.
namespace constage::detail {

inline constexpr std::size_t large_page = std::size_t{2} << 20;

/// Did this program ask for them? A matter of the process: never of a library inside of another program.
inline bool large_pages_wanted = false;

/// Without them everything is only slower.
inline void advise_large_pages(std::uintptr_t begin, std::uintptr_t end) {
#ifdef MADV_HUGEPAGE
    ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
#endif
}

/// For the program's own main(), before there are other threads.
inline void use_large_pages() {
#ifdef __GLIBC__
    constexpr std::size_t ahead = std::size_t{64} << 20;
    large_pages_wanted = true;
    auto const before = reinterpret_cast<std::uintptr_t>(::sbrk(0));
    ::mallopt(M_TOP_PAD, ahead);
    ::mallopt(M_TRIM_THRESHOLD, 2 * ahead);
    ::mallopt(M_MMAP_THRESHOLD, 8 << 20);  // blocks of layers: without it (and with the above) each were mapped and unmapped by itself
    void* volatile const first_piece = std::malloc(127 * 1024);  // grows the heap once; what follows lies in there
    std::free(first_piece);
    auto const end = reinterpret_cast<std::uintptr_t>(::sbrk(0));
    if (end >= before + ahead) advise_large_pages((before + large_page - 1) / large_page * large_page, end);
#endif
}

/// For a new thread that is about to make a tree: its heap is another one.
inline void use_large_pages_in_this_thread() {
#ifdef __GLIBC__
    constexpr std::size_t ahead = 3 * large_page;
    if (!large_pages_wanted) return;
    void* volatile const piece = std::malloc(ahead);  // what follows lies in there
    auto const begin = reinterpret_cast<std::uintptr_t>(piece);
    if (piece) advise_large_pages(begin / large_page * large_page, begin + ahead);
    std::free(piece);
#endif
}

}  // namespace constage::detail

#endif
