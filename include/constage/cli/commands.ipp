// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_CLI_COMMANDS_IPP_INCLUDED
#define CONSTAGE_CLI_COMMANDS_IPP_INCLUDED

#include <sys/stat.h>

#include <constage/cli/commands.hpp>
#include <constage/dockerfile/ast.hpp>
#include <constage/dockerfile/lint.hpp>
#include <constage/dockerfile/parse.hpp>
#include <constage/dockerfile/read.hpp>
#include <constage/engine/bases.hpp>
#include <constage/engine/lower.hpp>
#include <constage/engine/sandbox.hpp>
#include <constage/failure.hpp>
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

/// `constage plan Dockerfile`: where only the Dockerfile matters, its name may stand for the context.
CONSTAGE_INLINE void take_file_for_context(arguments& a) {
    if (!a.file.empty() || !is_file(a.build.context)) return;
    a.file = a.build.context;
    auto const slash = a.file.rfind('/');
    a.build.context = slash == std::string::npos ? "." : a.file.substr(0, slash + 1);
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

CONSTAGE_INLINE plan::choice choice_of(engine::options const& how) {
    plan::choice c;
    if (!how.targets.empty()) c.target = how.targets.front();
    c.build_args = how.build_args;
    c.build_platform = oci::local_platform().text();
    c.target_platform = how.platforms.empty() ? c.build_platform : how.platforms.front();
    for (auto const& [name, value] : how.build_contexts) c.named_contexts.push_back(name);
    return c;
}

/// The image's configuration, were the bases empty.
CONSTAGE_INLINE dockerfile::conversion convert(plan::plan const& what) {
    engine::lower_options how;
    how.choice.build_platform = how.choice.target_platform = "linux/amd64";
    how.allow = {"network.host", "security.insecure"};
    how.read_trigger = [&](std::string const& text, plan::source const& where) {
        return plan::step{dockerfile::read_trigger(text), where};
    };
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

/// The whole context is ignored only by a rule that says so.
CONSTAGE_INLINE bool is_ignored(files::ignore_rules const& rules, std::string const& path) {
    if (path.find("://") != std::string::npos) return false;
    auto clean = std::filesystem::path("/" + path).lexically_normal().generic_string().substr(1);
    if (clean.ends_with('/')) clean.pop_back();
    if (!clean.empty()) return rules.ignores(clean);
    return std::any_of(rules.rules().begin(), rules.rules().end(),
                       [](auto const& r) { return r.pattern == "*" || r.pattern == "**" || r.pattern == "**/*"; });
}

CONSTAGE_INLINE std::string warning_text(dockerfile::warning const& w, source_text const& in) {
    auto text = "\nWARNING: " + w.rule + (w.url.empty() ? "" : " - " + w.url) + "\n" + w.detail + "\n";
    return text + report::excerpt(in.text, {in.name, w.line, std::max(w.line, w.last_line)});
}

CONSTAGE_INLINE std::string warnings_json(std::vector<dockerfile::warning> const& all, std::string const& file) {
    auto list = nlohmann::ordered_json::array();
    for (auto const& w : all)
        list.push_back({{"rule", w.rule},
                        {"description", w.description},
                        {"url", w.url},
                        {"detail", w.detail},
                        {"source", {{"file", file}, {"line", w.line}, {"last_line", std::max(w.line, w.last_line)}}}});
    return nlohmann::ordered_json{{"warnings", list}}.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace commands_detail

CONSTAGE_INLINE plan::plan invocation::read_plan() {
    if (graph) {
        auto what = graph();
        commands_detail::shorten_sources(what, long_names);
        return what;
    }
    if (!dockerfile) dockerfile = read_dockerfile(args.file, args.build.context);
    args.build.dockerfile = dockerfile->path;
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
    if (call.who == program::tool) commands_detail::take_file_for_context(args);
    auto const what = call.read_plan();
    if (args.format == "json") {
        print(plan::to_json(what) + "\n");
        return 0;
    }
    auto const how = plan::resolve(what, commands_detail::choice_of(args.build));
    print(args.format == "dot"       ? plan::to_dot(what, how)
          : args.format == "mermaid" ? plan::to_mermaid(what, how)
                                     : plan::to_text(what, how));
    return 0;
}

CONSTAGE_INLINE std::vector<dockerfile::warning> lint(invocation const& call, dockerfile::document const& document) {
    dockerfile::lint_options how;
    if (!call.args.build.targets.empty()) how.target = call.args.build.targets.front();
    how.build_args = call.args.build.build_args;
    auto const rules = engine::ignore_rules_of(call.args.build.context, call.dockerfile ? call.dockerfile->path : std::nullopt);
    if (!rules.empty() && !rules.has_exceptions())
        how.ignored = [&](std::string const& path) { return commands_detail::is_ignored(rules, path); };
    return dockerfile::lint(document, how);
}

CONSTAGE_INLINE int check(invocation& call) {
    auto& args = call.args;
    commands_detail::take_file_for_context(args);
    if (!call.dockerfile) call.dockerfile = read_dockerfile(args.file, args.build.context);
    auto const& in = *call.dockerfile;
    auto const document = dockerfile::parse(in.text, in.name);
    auto const warnings = lint(call, document);
    if (args.format == "json") {
        print(commands_detail::warnings_json(warnings, in.name));
    } else {
        std::string text = warnings.empty()       ? "Check complete, no warnings found.\n"
                           : warnings.size() == 1 ? "Check complete, 1 warning has been found!\n"
                                                  : "Check complete, " + std::to_string(warnings.size()) + " warnings have been found!\n";
        for (auto const& w : warnings) text += commands_detail::warning_text(w, in);
        print(text);
    }
    dockerfile::check(document);  // what would stop a build comes after the warnings
    return warnings.empty() ? 0 : 1;
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
    for (auto const& f : engine::examine_host({call.args.build.oci_runtime})) {
        all = all && f.ok;
        text += (f.ok ? "ok       " : "MISSING  ") + f.name + (f.found.empty() ? "" : ": " + f.found) + "\n";
        if (!f.ok && !f.fix.empty()) text += "         fix: " + f.fix + "\n";
    }
    print(text);
    return all ? 0 : 1;
}

}  // namespace constage::cli

#endif
