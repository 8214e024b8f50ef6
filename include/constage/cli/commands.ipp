// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_CLI_COMMANDS_IPP_INCLUDED
#define CONSTAGE_CLI_COMMANDS_IPP_INCLUDED

#include <sys/stat.h>

#include <constage/cli/commands.hpp>
#include <constage/dockerfile/ast.hpp>
#include <constage/dockerfile/lint.hpp>
#include <constage/dockerfile/parse.hpp>
#include <constage/dockerfile/read.hpp>
#include <constage/engine/choices.hpp>
#include <constage/engine/context.hpp>
#include <constage/engine/lower.hpp>
#include <constage/engine/sandbox.hpp>
#include <constage/failure.hpp>
#include <constage/oci/deflate_isal.hpp>
#include <constage/oci/gzip.hpp>
#include <constage/oci/reference.hpp>
#include <constage/plan/json.hpp>
#include <constage/plan/picture.hpp>
#include <constage/report/excerpt.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>

namespace constage::cli {

namespace commands_detail {

CONSTAGE_INLINE bool is_file(std::string const& path) {
    struct stat s {};
    return ::stat(path.c_str(), &s) == 0 && S_ISREG(s.st_mode);
}

/// A compiler names source files as it was called, often by long paths: people know them by their last names.
CONSTAGE_INLINE void shorten_sources(plan::plan& what, std::map<std::string, std::string>& long_names) {
    auto const shorten = [&](plan::source& where) {
        auto const name = where.file.substr(where.file.rfind('/') + 1);
        auto const [known, is_new] = long_names.try_emplace(name, where.file);
        if (known->second == where.file) where.file = name;
    };
    for (auto& a : what.args) shorten(a.source);
    for (auto& s : what.stages) {
        shorten(s.source);
        for (auto& step : s.steps) shorten(step.source);
    }
}

/// The image's configuration, were the bases empty.
CONSTAGE_INLINE dockerfile::conversion convert(plan::plan const& what) {
    engine::lower_options how;
    how.choice.build_platform = how.choice.target_platform = "linux/amd64";
    how.allow = {"network.host", "security.insecure"};
    how.read_trigger = dockerfile::trigger_step;
    auto const lowered = engine::lower(what, how, [](std::string const& name, oci::platform const& platform) {
        oci::parse_reference(name);  // refuses what can be no image
        engine::base_image base;
        base.config.platform = platform;
        base.config.working_dir = "/";
        return base;
    });
    auto const image = nlohmann::json::parse(oci::to_json(lowered.stages[lowered.resolution.targets.back()].config));
    return {true, "", "", image.value("config", nlohmann::json::object()).dump()};
}

/// `-`, a git reference, a URL; none: a directory.
CONSTAGE_INLINE std::optional<engine::fetched_context> fetch_context(arguments const& args) {
    auto const& context = args.build.context;
    if (context == "-") {
        if (args.file == "-")
            throw failure("standard input cannot be both the Dockerfile and the build context")
                .with_hint("give the Dockerfile or the context by its path")
                .as_usage();
        return engine::open_context(standard_input(), args.build);
    }
    if (!engine::is_fetched(context)) return {};
    return engine::fetch_context(context, args.build);
}

CONSTAGE_INLINE source_text fetched_dockerfile(arguments const& args) {
    auto text = engine::fetch_context(args.file, args.build).dockerfile;
    if (!text)
        throw failure(args.file + " is an archive, no Dockerfile")
            .with_hint("give it as the context, and the Dockerfile in it with -f PATH");
    return {args.file, std::move(*text), std::nullopt};
}

CONSTAGE_INLINE source_text dockerfile_in(engine::fetched_context const& context, std::string const& file) {
    std::vector<std::string> names{file};
    if (file.empty()) names = {"Dockerfile", "dockerfile"};
    for (auto const& name : names)
        if (auto text = engine::file_of(context, name)) return {name, std::move(*text), std::nullopt};
    throw failure("failed to read dockerfile: the build context has no " + names.front())
        .with_hint("name the Dockerfile in it with -f PATH");
}

/// Can this program load what compresses layers?
CONSTAGE_INLINE engine::finding examine_gzip() {
    try {
        auto const why = std::string(oci::isal_obstacle());
        if (why.empty()) oci::isal_deflater();
        return {"gzip", true, std::string(oci::default_gzip()) + (why.empty() ? "" : ", " + why), ""};
    } catch (failure const& f) { return {"gzip", false, f.what(), "sudo apt-get install libisal2 (elsewhere: isa-l)"}; }
}

}  // namespace commands_detail

CONSTAGE_INLINE void take_file_for_context(arguments& a) {
    if (!a.file.empty() || !commands_detail::is_file(a.build.context)) return;
    a.file = a.build.context;
    auto const slash = a.file.rfind('/');
    a.build.context = slash == std::string::npos ? "." : a.file.substr(0, slash + 1);
}

CONSTAGE_INLINE source_text const& invocation::read_dockerfile() {
    if (dockerfile) return *dockerfile;
    auto const context = commands_detail::fetch_context(args);
    if (context) args.build.context_files = context->files;
    if (context && context->dockerfile)
        dockerfile = {args.build.context == "-" ? "<stdin>" : "Dockerfile", *context->dockerfile, std::nullopt};
    else if (engine::is_fetched(args.file))
        dockerfile = commands_detail::fetched_dockerfile(args);
    else if (context && args.file != "-")
        dockerfile = commands_detail::dockerfile_in(*context, args.file);
    else
        dockerfile = cli::read_dockerfile(args.file, context ? "" : args.build.context);
    args.build.dockerfile = dockerfile->path;
    return *dockerfile;
}

CONSTAGE_INLINE plan::plan invocation::read_plan() {
    if (graph) {
        if (auto const context = commands_detail::fetch_context(args)) args.build.context_files = context->files;
        auto what = graph();
        commands_detail::shorten_sources(what, long_names);
        return what;
    }
    read_dockerfile();
    dockerfile::options how;
    how.file_name = dockerfile->name;
    if (!args.build.targets.empty()) how.target = args.build.targets.front();
    return dockerfile::read(dockerfile->text, how);
}

CONSTAGE_INLINE std::optional<std::string> invocation::source(std::string const& file) const {
    if (dockerfile && dockerfile->name == file) return dockerfile->text;
    auto const known = long_names.find(file);
    auto const& path = known == long_names.end() ? file : known->second;
    if (!commands_detail::is_file(path)) return std::nullopt;
    try {
        return read_source(path).text;
    } catch (failure const&) { return std::nullopt; }
}

CONSTAGE_INLINE int show_plan(invocation& call) {
    auto& args = call.args;
    if (call.who == program::tool) take_file_for_context(args);
    auto const what = call.read_plan();
    if (args.format == "json") {
        print(plan::to_json(what) + "\n");
        return 0;
    }
    auto const how = plan::resolve(what, engine::choice_of(args.build));
    print(args.format == "dot"       ? plan::to_dot(what, how)
          : args.format == "mermaid" ? plan::to_mermaid(what, how)
                                     : plan::to_text(what, how));
    return 0;
}

CONSTAGE_INLINE int ast(invocation& call) {
    for (auto const& file : call.args.files) {
        auto const in = read_source(file);
        print(dockerfile::ast_json(in.name, in.text, commands_detail::convert) + "\n");
    }
    return 0;
}

CONSTAGE_INLINE int doctor(invocation& call) {
    bool all = true;
    std::string text;
    auto const& how = call.args.build;
    auto findings = engine::examine_host({how.oci_runtime}, how.store.empty() ? engine::default_store() : how.store);
    findings.push_back(commands_detail::examine_gzip());
    for (auto const& f : findings) {
        all = all && f.ok;
        text += (f.ok ? "ok       " : "MISSING  ") + f.name + (f.found.empty() ? "" : ": " + f.found) + "\n";
        if (!f.ok && !f.fix.empty()) text += "         fix: " + f.fix + "\n";
    }
    print(text);
    return all ? 0 : 1;
}

}  // namespace constage::cli

#endif
