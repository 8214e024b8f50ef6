// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_CLI_MAIN_IPP_INCLUDED
#define CONSTAGE_CLI_MAIN_IPP_INCLUDED

#include <constage/cli/commands.hpp>
#include <constage/cli/main.hpp>
#include <constage/detail/large_pages.hpp>
#include <constage/failure.hpp>
#include <constage/oci/deflate_isal.hpp>
#include <constage/oci/gzip.hpp>
#include <constage/report/excerpt.hpp>
#include <constage/report/json_lines.hpp>

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

CONSTAGE_INLINE int run(int argc, char** argv, program who, std::function<plan::plan()> graph) {
    detail::use_large_pages();
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
