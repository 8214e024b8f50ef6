// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_CLI_ARGUMENTS_IPP_INCLUDED
#define CONSTAGE_CLI_ARGUMENTS_IPP_INCLUDED

#include <constage/cli/arguments.hpp>
#include <constage/cli/help.hpp>
#include <constage/cli/values.hpp>
#include <constage/failure.hpp>
#include <constage/oci/platform.hpp>
#include <constage/plan/suggest.hpp>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstdlib>
#include <functional>

namespace constage::cli {

namespace arguments_detail {

/// Options of one command. Only the command that is asked for is set up: that is what keeps the start quick.
struct reader {
    arguments& to;
    program who;
    CLI::App app;

    reader(arguments& a, program w) : to(a), who(w), app(std::string(summary_of(a.what)), call_of(a.what, w)) {
        app.get_formatter()->column_width(34);
        app.footer(std::string(examples_of(a.what, w)));
        app.set_help_flag("-h,--help", "Print this and exit");
    }

    CLI::Option* text(std::string const& names, std::string& value, std::string const& what, std::string const& type) {
        return app.add_option(names, value, what)->type_name(type);
    }
    /// An option that may be given several times, with one value each.
    void each(std::string const& names, std::function<void(std::string const&)> const& take, std::string const& what,
              std::string const& type) {
        app.add_option_function<std::vector<std::string>>(
               names,
               [take](std::vector<std::string> const& values) {
                   for (auto const& v : values) take(v);
               },
               what)
            ->type_name(type)
            ->allow_extra_args(false)
            ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    }
    void one(std::string const& names, std::function<void(std::string const&)> const& take, std::string const& what,
             std::string const& type) {
        app.add_option_function<std::string>(names, take, what)->type_name(type)->take_last();
    }
    void flag(std::string const& names, bool& value, std::string const& what) { app.add_flag(names, value, what); }

    void store() { text("--store", to.build.store, "Directory of cached steps and images", "DIR"); }

    void file() { text("-f,--file", to.file, "Dockerfile; - reads standard input (default: CONTEXT/Dockerfile)", "PATH"); }

    /// What decides which stages there are and what their FROMs mean.
    void choice() {
        if (who == program::tool) file();
        each(
            "--target", [this](auto const& v) { to.build.targets.push_back(v); }, "Stage to build (default: the last)", "STAGE");
        each(
            "--build-arg",
            [this](auto const& v) {
                if (auto const a = parse_build_arg(v)) to.build.build_args[a->first] = a->second;
            },
            "Value of an ARG; without =VALUE from the environment", "NAME[=VALUE]");
        each(
            "--build-context",
            [this](auto const& v) {
                auto const [name, value] = parse_assignment("--build-context", v);
                if (!value)
                    throw failure("--build-context " + v + " has no value")
                        .with_hint("write NAME=DIR, NAME=oci-layout://DIR[:TAG] or NAME=docker-image://IMAGE")
                        .as_usage();
                to.build.build_contexts.emplace_back(name, *value);
            },
            "What a name in FROM or --from means: DIR, oci-layout://DIR[:TAG], docker-image://IMAGE", "NAME=VALUE");
        each(
            "--platform", [this](auto const& v) { add_platforms(v); }, "Platform of the image, such as linux/arm64; several: a,b",
            "PLATFORM");
    }
    void add_platforms(std::string const& list) {
        for (auto const& p : split_list(list)) to.build.platforms.push_back(oci::parse_platform(p).text());
    }

    void context() {
        app.add_option("context", to.build.context,
                       "What COPY and ADD read: a directory (default: .), - for a tar archive or a Dockerfile on standard input, a URL, a "
                       "git reference")
            ->type_name("CONTEXT")
            ->option_text("");
    }

    void steps() {
        auto& b = to.build;
        flag("--no-cache", b.no_cache, "Run every step anew");
        each(
            "--no-cache-filter",
            [&b](auto const& v) {
                for (auto const& s : split_list(v)) b.no_cache_filter.push_back(s);
            },
            "Run the steps of these stages anew", "STAGE,…");
        each(
            "--cache-from", [&b](auto const& v) { b.cache_from.push_back(engine::parse_cache_from(v)); },
            "Take results of steps from there; what cannot be read is a warning. Also tag= and digest= of a directory",
            "NAME|type=local,src=DIR|type=registry,ref=NAME");
        each(
            "--cache-to", [&b](auto const& v) { b.cache_to.push_back(engine::parse_cache_to(v)); },
            "Write results of steps there: of the image's (mode=min), or of all (mode=max); ignore-error=true makes a failure a warning, "
            "tag= names one of several in a directory",
            "NAME|type=local,dest=DIR[,mode=max]|type=registry,ref=NAME");
        flag("--pull", b.pull, "Ask the registry again what each tag means");
        each(
            "--secret", [&b](auto const& v) { b.secrets.push_back(parse_secret(v)); }, "Secret for RUN --mount=type=secret",
            "id=NAME,src=FILE|env=VAR");
        each(
            "--ssh", [&b](auto const& v) { b.ssh.push_back(v); }, "Agent socket or keys for RUN --mount=type=ssh", "ID[=SOCKET|KEY]");
        one(
            "--network", [&b](auto const& v) { b.network = v; }, "Network of RUN: default, none, host", "MODE");
        each(
            "--allow", [&b](auto const& v) { b.allow.push_back(v); }, "Grant network.host or security.insecure", "RIGHT");
        each(
            "--add-host", [&b](auto const& v) { b.add_hosts.push_back(v); }, "Line of /etc/hosts in RUN", "NAME:IP");
        one(
            "--shm-size", [&b](auto const& v) { b.shm_size = parse_size("--shm-size", v); }, "Size of /dev/shm in RUN", "BYTES");
        each(
            "--ulimit", [&b](auto const& v) { b.ulimits.push_back(v); }, "Limit in RUN", "NAME=SOFT[:HARD]");
        one(
            "--max-unpacked", [&b](auto const& v) { b.unpack.bytes = parse_size("--max-unpacked", v); },
            "Most bytes that one layer or archive may unpack to (default: 128g)", "BYTES");
        app.add_option("--max-entries", b.unpack.entries, "Most files in one layer or archive (default: 4000000)")->type_name("N");
        one(
            "--oci-runtime", [&b](auto const& v) { b.oci_runtime = v; }, "Program that runs containers (default: crun, else runc)", "PATH");
        app.add_option("-j,--jobs", b.jobs, "Steps at the same time")->type_name("N")->check(CLI::Range(1, 4096));
        each(
            "--insecure-registry", [&b](auto const& v) { b.plain_http.push_back(v); }, "Registry that is spoken to without TLS",
            "HOST[:PORT]");
        store();
    }

    void results() {
        auto& b = to.build;
        each(
            "-o,--output", [&b](auto const& v) { b.outputs.push_back(engine::parse_output(v)); },
            "Where the result goes: DIR, or type=oci|docker|tar|local|image,dest=PATH (default: the store)", "OUTPUT");
        each(
            "-t,--tag", [&b](auto const& v) { b.tags.push_back(v); }, "Name of the image", "NAME[:TAG]");
        each(
            "--label",
            [&b](auto const& v) {
                auto const [name, value] = parse_assignment("--label", v);
                b.labels[name] = value.value_or("");
            },
            "Label of the image", "NAME=VALUE");
        each(
            "--annotation",
            [&b](auto const& v) {
                auto const [name, value] = parse_assignment("--annotation", v);
                b.annotations.emplace_back(name, value.value_or(""));
            },
            "Annotation of the manifest", "NAME=VALUE");
        app.add_flag_callback(
            "--push", [&b] { b.outputs.push_back(engine::parse_output("type=registry")); }, "Short for -o type=registry");
        flag("--load", to.load, "Hand the image to docker or podman");
        text("--iidfile", to.iidfile, "Write the image's digest into a file", "FILE");
        text("--metadata-file", to.metadata_file, "Write digests and names as JSON into a file", "FILE");
        one(
            "--timestamp", [&b](auto const& v) { b.source_date_epoch = parse_timestamp("--timestamp", v); },
            "Time that the image says it was made at (also $SOURCE_DATE_EPOCH)", "SECONDS");
    }

    void display() {
        one(
            "--progress", [this](auto const& v) { to.progress = style_of(v); }, "auto, tty, plain, json (one object a line) or quiet",
            "STYLE");
        one(
            "--on-error",
            [this](auto const& v) {
                if (v != "shell") throw failure("unknown --on-error " + v).with_hint("shell is the only one").as_usage();
                to.shell_on_error = true;
            },
            "What to do when a RUN fails: open a shell in its place, with the files that it left, its mounts and environment", "shell");
        flag("-q,--quiet", to.quiet, "Print nothing but the image's digest");
        if (who != program::tool) return;
        app.add_flag_callback(
            "--check", [this] { to.call = "check"; }, "Check the Dockerfile, build nothing");
        one(
            "--call", [this](auto const& v) { method(v); },
            "build; check (the same as --check), outline or targets instead of building, each also as METHOD,format=json", "METHOD");
    }

    /// `check,format=json`
    void method(std::string const& text) {
        auto const fields = split_list(text);
        to.call = fields.empty() ? "" : fields[0] == "lint" ? "check" : fields[0];
        std::vector<std::string> const known{"build", "check", "outline", "targets"};
        if (std::find(known.begin(), known.end(), to.call) == known.end())
            throw failure("unknown --call " + text + plan::did_you_mean(to.call, known))
                .with_hint("use build, check, outline or targets")
                .as_usage();
        for (auto field = fields.begin() + 1; field != fields.end(); ++field) {
            auto const [name, value] = parse_assignment("--call", *field);
            if (name == "format" && (value == "json" || value == "text"))
                to.format = *value;
            else if (name == "ignorestatus" && (!value || value == "true" || value == "false"))
                to.ignore_status = value != "false";
            else
                throw failure("--call " + text + ": " + *field + " is not known")
                    .with_hint("use format=json, format=text or ignorestatus=true")
                    .as_usage();
        }
    }

    static report::style style_of(std::string const& name) {
        using report::style;
        if (name == "auto") return style::automatic;
        if (name == "tty") return style::tty;
        if (name == "plain") return style::plain;
        if (name == "json" || name == "rawjson") return style::json;
        if (name == "quiet") return style::quiet;
        throw failure("unknown --progress " + name).with_hint("use auto, tty, plain, json or quiet").as_usage();
    }

    void format(std::vector<std::string> const& known) {
        std::string list;
        for (auto const& k : known) list += (list.empty() ? "" : ", ") + k;
        one(
            "--format",
            [this, known, list](auto const& v) {
                if (std::find(known.begin(), known.end(), v) == known.end())
                    throw failure("unknown --format " + v).with_hint("the formats are " + list).as_usage();
                to.format = v;
            },
            list, "FORMAT");
    }

    /// Of buildx: constage never makes them, and can be told so.
    void foreign() {
        for (auto const* name : {"--provenance", "--sbom"})
            app.add_option_function<std::string>(name,
                                                 [name](std::string const& v) {
                                                     if (v != "false")
                                                         throw failure(std::string(name) + "=" + v + " is not supported")
                                                             .with_hint("attestations are not made; drop the option")
                                                             .as_usage();
                                                 })
                ->group("");
    }

    void set_up() {
        switch (to.what) {
            case command::build:
                context(), choice(), results(), steps(), display(), foreign();
                break;
            case command::plan:
                context(), choice(), format({"text", "json", "dot", "mermaid"});
                break;
            case command::ast:
                app.add_option("files", to.files, "Dockerfiles; - is standard input")->type_name("FILE")->required();
                break;
            case command::import_:
                app.add_option("dockerfile", to.file, "Dockerfile; - reads standard input (default: Dockerfile)")->type_name("PATH");
                text("-o,--output", to.output, "Where the C++ goes (default: standard output)", "FILE");
                break;
            case command::export_:
                app.add_option_function<std::string>(
                       "language",
                       [](std::string const& v) {
                           if (v != "dockerfile")
                               throw failure("cannot export to " + v).with_hint("the languages are: dockerfile").as_usage();
                       },
                       "dockerfile")
                    ->type_name("dockerfile")
                    ->required();
                context();
                text("-o,--output", to.output, "Where it goes (default: standard output)", "FILE");
                if (who == program::tool) file();
                break;
            case command::check:
                context(), choice(), format({"text", "json"}), store();
                break;
            case command::prune:
                flag("-a,--all", to.prune.all, "Also cache mounts, and images without a tag");
                one(
                    "--keep-storage,--reserved-space", [this](auto const& v) { to.prune.keep_bytes = parse_size("--keep-storage", v); },
                    "Stop when the store takes no more than that; what was not used for the longest time goes first", "BYTES");
                app.add_flag_callback(
                    "-f,--force", [] {}, "Accepted for the sake of buildx: nothing is asked");
                each(
                    "--filter", [this](auto const& v) { filter(v); }, "Only what was not used for that long", "until=24h");
                store();
                break;
            case command::why:
                app.add_option_function<std::string>(
                       "target", [this](auto const& v) { to.build.targets.push_back(v); }, "Stage; only steps that it needs are shown")
                    ->type_name("STAGE")
                    ->option_text("");
                one(
                    "--context", [this](auto const& v) { to.build.context = v; }, "Directory that was the build's context (default: .)",
                    "DIR");
                if (who == program::tool) file();
                store();
                break;
            case command::store_list:
            case command::store_usage:
            case command::store_check:
                store();
                break;
            case command::doctor:
                one(
                    "--oci-runtime", [this](auto const& v) { to.build.oci_runtime = v; }, "Program that runs containers", "PATH");
                store();
                break;
            case command::version:
                break;
        }
    }
    void filter(std::string const& text) {
        auto const [key, value] = parse_assignment("--filter", text);
        if (key != "until" || !value) throw failure("unknown --filter " + text).with_hint("write until=24h").as_usage();
        to.prune.older_than = parse_age("--filter", *value);
    }

    [[noreturn]] void unknown(std::string const& word) const {
        if (!word.starts_with('-'))
            throw failure("unexpected argument \"" + word + "\"").with_hint("one CONTEXT only; options begin with -").as_usage();
        std::vector<std::string> names;
        for (auto const* o : app.get_options())
            for (auto const& n : o->get_lnames()) names.push_back("--" + n);
        auto const name = word.substr(0, word.find('='));
        for (auto const* foreign : {"--attest", "--cgroup-parent", "--policy", "--builder"})
            if (name == foreign) throw failure(name + " is not supported").with_hint("drop the option").as_usage();
        throw failure("unknown option " + name + plan::did_you_mean(name, names))
            .with_hint("see `" + call_of(to.what, who) + " --help`")
            .as_usage();
    }

    void read(std::vector<std::string> words) {
        std::reverse(words.begin(), words.end());  // as CLI11 wants them
        try {
            app.allow_extras();
            app.parse(words);
        } catch (CLI::CallForHelp const&) { to.help = app.help(); } catch (CLI::ParseError const& e) {
            throw failure(e.what()).with_hint("see `" + call_of(to.what, who) + " --help`").as_usage();
        }
        if (to.help.empty() && !app.remaining().empty()) unknown(app.remaining().front());
    }
};

/// What goes together and what does not.
CONSTAGE_INLINE void settle(arguments& a) {
    auto& b = a.build;
    if (a.quiet) a.progress = report::style::quiet;
    if (b.targets.size() > 1) b.targets = {b.targets.back()};
    if (auto const* epoch = std::getenv("SOURCE_DATE_EPOCH");
        epoch && *epoch && !b.source_date_epoch && !b.build_args.contains("SOURCE_DATE_EPOCH"))
        b.build_args["SOURCE_DATE_EPOCH"] = epoch;
    auto const to_stdout = std::count_if(b.outputs.begin(), b.outputs.end(), [](auto const& o) { return o.dest == "-"; });
    if (to_stdout > 1) throw failure("only one output can go to standard output").with_hint("add dest=FILE to the others").as_usage();
}

}  // namespace arguments_detail

CONSTAGE_INLINE arguments parse(int argc, char const* const* argv, program who) {
    arguments result;
    std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
    if (who == program::tool && (words.empty() || words[0] == "-h" || words[0] == "--help" || words[0] == "help")) {
        result.help = overview();
        return result;
    }
    if (!words.empty() && (words[0] == "--version" || words[0] == "-v")) {
        result.what = command::version;
        return result;
    }
    if (words.size() > 1 && words[0] == "store" && !words[1].starts_with('-')) {  // `store check` is one name
        words[1] = "store " + words[1];
        words.erase(words.begin());
    } else if (!words.empty() && words[0] == "store") {
        throw failure("store needs a command")
            .with_hint("`store ls`, `store du`, `store check` or `store prune`; each has --help")
            .as_usage();
    }
    if (auto const known = words.empty() ? std::nullopt : find_command(words[0], who)) {
        result.what = *known;
        words.erase(words.begin());
    } else if (who == program::tool) {
        throw failure("unknown command " + words[0] + plan::did_you_mean(words[0], command_names(who)))
            .with_hint("see `constage --help`")
            .as_usage();
    }
    arguments_detail::reader r(result, who);
    r.set_up();
    r.read(std::move(words));
    if (result.help.empty()) arguments_detail::settle(result);
    return result;
}

}  // namespace constage::cli

#endif
