// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_CLI_BUILD_IPP_INCLUDED
#define CONSTAGE_CLI_BUILD_IPP_INCLUDED

#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <constage/cli/checks.hpp>
#include <constage/cli/commands.hpp>
#include <constage/cli/interrupt.hpp>
#include <constage/dockerfile/parse.hpp>
#include <constage/engine/failed_run.hpp>
#include <constage/engine/sandbox.hpp>
#include <constage/failure.hpp>
#include <constage/report/json_lines.hpp>
#include <constage/report/summary.hpp>
#include <constage/sandbox/process.hpp>
#include <constage/system_failure.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace constage::cli {

namespace build_detail {

CONSTAGE_INLINE report::screen terminal_size() {
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {};
    return {size.ws_col, size.ws_row};
}

CONSTAGE_INLINE report::style chosen(report::style asked) {
    if (asked != report::style::automatic) return asked;
    auto const* term = std::getenv("TERM");
    return ::isatty(STDERR_FILENO) && term && std::strcmp(term, "dumb") != 0 ? report::style::tty : report::style::plain;
}

/// --load without a daemon of our own: docker or podman, whichever is there.
CONSTAGE_INLINE std::string loader() {
    for (std::string const name : {"docker", "podman"})
        if (auto program = sandbox::find_program(name); !program.empty()) return program;
    throw failure("--load needs docker or podman, and neither is installed")
        .with_hint("use -o type=docker,dest=FILE and load the file where it is needed");
}

CONSTAGE_INLINE void load(std::string const& program, std::string const& archive) {
    auto const child = ::fork();
    if (child == 0) {
        ::dup2(STDERR_FILENO, STDOUT_FILENO);
        ::execl(program.c_str(), program.c_str(), "load", "-i", archive.c_str(), nullptr);
        ::_exit(127);
    }
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) < 0 || status != 0)
        throw failure(program + " load failed").with_hint("is its service running?");
}

/// A file in $TMPDIR that goes away again.
class temporary_file {
public:
    temporary_file() {
        auto const* place = std::getenv("TMPDIR");
        path_ = std::string(place && *place ? place : "/tmp") + "/constage-XXXXXX";
        int const fd = ::mkstemp(path_.data());
        if (fd < 0) throw system_failure("make a file in", path_.substr(0, path_.rfind('/')));
        ::close(fd);
    }
    ~temporary_file() { ::unlink(path_.c_str()); }
    temporary_file(temporary_file const&) = delete;
    temporary_file& operator=(temporary_file const&) = delete;
    std::string const& path() const { return path_; }

private:
    std::string path_;
};

CONSTAGE_INLINE std::string digest_of(engine::report const& r) {
    if (!r.index_digest.empty()) return r.index_digest;
    return r.images.empty() ? "" : r.images.back().digest;
}

/// B020.
CONSTAGE_INLINE std::string metadata(engine::report const& r, engine::options const& how) {
    nlohmann::ordered_json all = nlohmann::ordered_json::object();
    if (auto const digest = digest_of(r); !digest.empty()) all["containerimage.digest"] = digest;
    if (!r.images.empty() && !r.images.back().config_digest.empty()) all["containerimage.config.digest"] = r.images.back().config_digest;
    auto names = how.tags;
    for (auto const& o : how.outputs) names.insert(names.end(), o.names.begin(), o.names.end());
    std::string list;
    for (auto const& n : names) list += (list.empty() ? "" : ",") + n;
    if (!list.empty()) all["image.name"] = list;
    return all.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

/// Whether the program's own words must not go to standard output, because the result does.
CONSTAGE_INLINE bool result_on_stdout(engine::options const& how) {
    return std::any_of(how.outputs.begin(), how.outputs.end(), [](auto const& o) { return o.dest == "-"; });
}

/// Warnings after a build, in short; --check tells more.
CONSTAGE_INLINE std::string text_of(std::vector<dockerfile::warning> const& warnings) {
    if (warnings.empty()) return "";
    auto text = "\n" + (warnings.size() == 1 ? std::string("1 warning") : std::to_string(warnings.size()) + " warnings") +
                " found (--check shows the lines):\n";
    for (auto const& w : warnings) text += " - " + w.rule + ": " + w.detail + " (line " + std::to_string(w.line) + ")\n";
    return text;
}

/// `# check=error=true` makes warnings fail the build, before anything runs.
CONSTAGE_INLINE void check_before(invocation const& call, dockerfile::document const& document) {
    if (!warnings_are_errors(call, document)) return;
    base_finder bases(call.args.build);
    auto const warnings = lint(call, document, facts_of(bases, call.args.build));
    try {
        refuse_warnings(call, document, warnings);
    } catch (failure& f) {
        complain(text_of(warnings));
        throw std::move(f).with_hint("`--check` shows the lines");
    }
}

/// A shell where a RUN failed. It has the user's terminal, so nothing else may print meanwhile.
CONSTAGE_INLINE void open_shell(engine::failed_run& failed) {
    complain("\n" + failed.text +
             " failed. This shell is in its place, with the files that it left, its mounts and environment; `exit` ends the build.\n");
    failed.request.argv = {"/bin/sh"};
    failed.request.terminal = true;
    auto& env = failed.request.env;
    auto const* term = std::getenv("TERM");
    if (term && std::none_of(env.begin(), env.end(), [](auto const& e) { return e.starts_with("TERM="); }))
        env.push_back(std::string("TERM=") + term);
    engine::run_in_sandbox(failed.request, failed.host, {});
}

/// Under the eyes of a progress view, until it ends or the user stops it.
CONSTAGE_INLINE engine::report run(plan::plan const& what, arguments const& args, report::style style) {
    auto const view = report::make_progress(style, {complain, terminal_size, {}});
    interrupt const signals;
    auto how = args.build;
    how.progress = view.get();
    how.stop = signals.token();
    if (args.shell_on_error)
        how.on_failed_run = [&](engine::failed_run& failed) {
            view->end();
            open_shell(failed);
        };
    try {
        auto result = engine::build(what, how);
        view->end();
        return result;
    } catch (failure const&) {
        view->end();
        if (signals.token().stop_requested()) throw failure("the build was cancelled");  // where it happened to be says nothing
        throw;
    } catch (...) {
        view->end();
        throw;
    }
}

CONSTAGE_INLINE void finish(engine::report const& r, arguments const& args, report::style style) {
    if (!args.iidfile.empty()) write_whole(args.iidfile, digest_of(r));
    if (!args.metadata_file.empty()) write_whole(args.metadata_file, metadata(r, args.build));
    if (style == report::style::json)
        complain(report::json_line(r));
    else if (style != report::style::quiet)
        complain("\n" + report::summary(r, static_cast<std::size_t>(std::max(terminal_size().columns - 1, 40))));
    auto const digest = digest_of(r);
    auto const stored = args.build.outputs.empty();
    if (!digest.empty() && !result_on_stdout(args.build) && (style == report::style::quiet || (stored && !::isatty(STDOUT_FILENO))))
        print(digest + "\n");
}

}  // namespace build_detail

CONSTAGE_INLINE int build(invocation& call) {
    using namespace build_detail;
    auto& args = call.args;
    if (args.call == "check") return check(call);
    if (args.call != "build") return describe(call);
    if (result_on_stdout(args.build) && ::isatty(STDOUT_FILENO))
        throw failure("an image is not for a terminal").with_hint("add dest=FILE to -o, or redirect standard output").as_usage();
    if (args.shell_on_error && !(::isatty(STDIN_FILENO) && ::isatty(STDERR_FILENO)))
        throw failure("--on-error=shell needs a terminal, and standard input or standard error is none")
            .with_hint("call it from a terminal, or drop the option")
            .as_usage();
    auto const what = call.read_plan();
    std::optional<dockerfile::document> document;
    if (call.dockerfile) document = dockerfile::parse(call.dockerfile->text, call.dockerfile->name);
    if (document) check_before(call, *document);
    if (engine::needs_privilege(what, args.build) && !engine::has_privilege()) {
        if (auto const code = engine::enter_user_namespace(call.argc, call.argv)) return *code;
    }
    std::optional<temporary_file> archive;
    std::string program;
    if (args.load) {
        program = loader();
        args.build.outputs.push_back(engine::parse_output("type=docker,dest=" + archive.emplace().path()));
    }
    auto const style = chosen(args.progress);
    // Never freed: a tree of files is many small pieces of memory, and the process is about to end.
    static auto& result = *new std::optional<engine::report>;
    try {
        result = run(what, args, style);
    } catch (engine::privilege_failure const&) {
        auto const code = engine::enter_user_namespace(call.argc, call.argv);
        if (!code) throw;
        return *code;
    }
    if (document && (style == report::style::plain || style == report::style::tty))
        complain(text_of(lint(call, *document, facts_of(*result, args.build))));
    if (args.load) load(program, archive->path());
    finish(*result, args, style);
    return 0;
}

}  // namespace constage::cli

#endif
