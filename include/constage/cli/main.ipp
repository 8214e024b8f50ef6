// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_CLI_MAIN_IPP_INCLUDED
#define CONSTAGE_CLI_MAIN_IPP_INCLUDED

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <constage/cli/commands.hpp>
#include <constage/cli/main.hpp>
#include <constage/failure.hpp>
#include <constage/oci/deflate_isal.hpp>
#include <constage/oci/gzip.hpp>
#include <constage/report/excerpt.hpp>
#include <constage/report/json_lines.hpp>

#include <cstdint>
#include <cstdlib>
#include <exception>

namespace constage::cli {

namespace main_detail {

/// With what layers are compressed: their digests depend on it.
CONSTAGE_INLINE std::string version_text() {
    auto text = "constage " CONSTAGE_VERSION " (gzip: " + std::string(oci::default_gzip());
    if (auto const why = oci::isal_obstacle(); !why.empty())
        text += ", " + std::string(why) + "; its layers differ byte by byte from those of ISA-L";
    return text + ")\n";
}

CONSTAGE_INLINE int dispatch(invocation& call) {
    if (!call.args.help.empty()) {
        print(call.args.help);
        return 0;
    }
    switch (call.args.what) {
        case command::build:
            return build(call);
        case command::plan:
            return show_plan(call);
        case command::ast:
            return ast(call);
        case command::import_:
            return import(call);
        case command::export_:
            return export_plan(call);
        case command::check:
            return check(call);
        case command::why:
            return why(call);
        case command::store_list:
            return list_store(call);
        case command::store_usage:
            return disk_usage_of_store(call);
        case command::store_check:
            return check_store(call);
        case command::prune:
            return prune(call);
        case command::doctor:
            return doctor(call);
        case command::version:
            print(version_text());
            return 0;
    }
    return 0;
}

/// Trees of files are many small pieces of memory. With pages of 4 KiB, a build that finds all of 20,000 files unchanged spends half of its
/// time on page faults: so the heap lies in large pages, if the kernel has them. A matter of the process, hence here and not in the engine.
CONSTAGE_INLINE void use_large_pages() {
#if defined(__GLIBC__) && defined(MADV_HUGEPAGE)
    constexpr std::size_t ahead = std::size_t{64} << 20, page = std::size_t{2} << 20;
    auto const before = reinterpret_cast<std::uintptr_t>(::sbrk(0));
    ::mallopt(M_TOP_PAD, ahead);
    ::mallopt(M_TRIM_THRESHOLD, 2 * ahead);
    ::mallopt(M_MMAP_THRESHOLD, 8 << 20);  // blocks of layers: without it (and with the above) each were mapped and unmapped by itself
    void* volatile const first_piece = std::malloc(127 * 1024);  // grows the heap once; what follows lies in there
    std::free(first_piece);
    auto const end = reinterpret_cast<std::uintptr_t>(::sbrk(0));
    if (end < before + ahead) return;
    auto const first = (before + page - 1) / page * page;
    ::madvise(reinterpret_cast<void*>(first), end - first, MADV_HUGEPAGE);  // if not: only slower
#endif
}

CONSTAGE_INLINE int run(int argc, char** argv, program who, std::function<plan::plan()> graph) {
    use_large_pages();
    invocation call;
    call.argc = argc;
    call.argv = argv;
    call.who = who;
    call.graph = std::move(graph);
    try {
        call.args = parse(argc, argv, who);
        return dispatch(call);
    } catch (failure const& f) {
        auto const as_json = call.args.what == command::build && call.args.progress == report::style::json;
        complain(as_json ? report::json_line(f) : report::failure_text(f, [&](std::string const& file) { return call.source(file); }));
        return f.usage ? 2 : 1;
    } catch (std::exception const& e) {
        complain(std::string("ERROR: ") + e.what() + "\n");
        return 1;
    }
}

}  // namespace main_detail

CONSTAGE_INLINE int main(int argc, char** argv) { return main_detail::run(argc, argv, program::tool, {}); }

CONSTAGE_INLINE int main(int argc, char** argv, std::function<plan::plan()> graph) {
    return main_detail::run(argc, argv, program::build_program, std::move(graph));
}

}  // namespace constage::cli

#endif
