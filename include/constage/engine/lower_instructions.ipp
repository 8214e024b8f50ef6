// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_LOWER_INSTRUCTIONS_IPP_INCLUDED
#define CONSTAGE_ENGINE_LOWER_INSTRUCTIONS_IPP_INCLUDED

#include <constage/engine/history.hpp>
#include <constage/engine/lower_instructions.hpp>
#include <constage/failure.hpp>
#include <constage/plan/expand.hpp>
#include <constage/plan/ports.hpp>

#include <algorithm>
#include <charconv>

namespace constage::engine::lower_detail {

// ---- instructions that make files ------------------------------------------------------------------------------------

CONSTAGE_INLINE bool is_proxy(std::string const& name) {
    static constexpr std::string_view names[] = {"HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"};
    std::string upper = name;
    for (char& c : upper)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return std::find(std::begin(names), std::end(names), upper) != std::end(names);
}

/// HTTP_PROXY and its like, given as build arguments, reach RUN in both letter cases (A008, R003).
CONSTAGE_INLINE variables proxies_of(std::map<std::string, std::string> const& args, variables const& env) {
    variables result;
    auto const add = [&](std::string const& name, std::string const& value) {
        if (std::none_of(env.begin(), env.end(), [&](auto const& v) { return v.first == name; })) result.emplace_back(name, value);
    };
    for (auto const& [name, value] : args)
        if (is_proxy(name)) {
            std::string upper = name, lower = name;
            for (char& c : upper)
                if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
            for (char& c : lower)
                if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
            add(upper, value);
            add(lower, value);
        }
    return result;
}

CONSTAGE_INLINE void require_entitlement(std::vector<std::string> const& allowed, std::string const& name) {
    if (std::find(allowed.begin(), allowed.end(), name) == allowed.end())
        throw failure("entitlement " + name + " is not allowed for this build")
            .with_hint("pass --allow " + name + " if you trust this build");
}

/// Whether the command is nothing but a heredoc's marker: `<<EOF`, `0<<-EOF`, `<< EOF`.
CONSTAGE_INLINE bool is_marker(std::string const& command) {
    auto const arrows = command.find("<<");
    if (arrows == command.npos || command.find_first_not_of("0123456789") != arrows) return false;
    auto const word = command.find_first_not_of(" \t-", arrows + 2);
    return word != command.npos && command.find_first_of(" \t", word) == command.npos;
}

CONSTAGE_INLINE void stage_walk::operator()(plan::run const& r) {
    if (!r.devices.empty())
        throw failure("RUN --device is not supported")
            .with_hint("mount what the device gives through a cache or bind mount, or build with BuildKit");
    lowered_run run;
    auto command = r.what;
    if (r.heredocs.size() == 1 && r.what.shell && is_marker(r.what.words.front()) && r.heredocs.front().body.starts_with("#!")) {
        auto const path = "/dev/pipes/" + r.heredocs.front().name;
        run.scripts.emplace_back(path, r.heredocs.front().body);
        command.words = {path};
    } else if (!r.heredocs.empty()) {  // R024: the shell reads the bodies itself
        for (auto const& h : r.heredocs) command.words.front() += "\n" + h.body + h.name;
    }
    run.argv = argv(command);
    run.env = state.variables;
    run.proxies = proxies_of(all.how.choice.build_args, state.variables);
    for (auto const& [name, value] : run.env)
        if (std::find(state.config.env.begin(), state.config.env.end(), name + "=" + value) == state.config.env.end())
            run.args.insert(name);
    std::erase_if(run.env, [](auto const& v) { return v.first == "BUILDKIT_SBOM_SCAN_CONTEXT" || v.first == "BUILDKIT_SBOM_SCAN_STAGE"; });
    run.cwd = here();
    run.cwd_as_written = state.config.working_dir;
    run.user = state.config.user;
    run.network = !r.network.empty() ? r.network : all.how.network;
    if (run.network.empty()) run.network = "default";
    if (run.network != "default" && run.network != "none" && run.network != "host")
        throw failure("unsupported network mode \"" + run.network + "\"").with_hint("use default, none or host");
    if (run.network == "host") require_entitlement(all.how.allow, "network.host");
    run.insecure = r.security == "insecure";
    if (run.insecure) require_entitlement(all.how.allow, "security.insecure");
    auto const host = all.how.choice.build_args.find("BUILDKIT_SANDBOX_HOSTNAME");
    run.hostname = host == all.how.choice.build_args.end() ? "buildkitsandbox" : host->second;
    for (auto const& m : r.mounts) {
        auto mount = lower_mount(m, run.cwd, [&](std::string const& w) { return expand(w); });
        if (!mount.from_context) mount.from = all.files_of(m.from, index, where);
        run.mounts.push_back(std::move(mount));
    }
    for (auto const& word : run.argv) run.message += (run.message.empty() ? "" : " ") + word;
    auto history_argv = run.argv;
    if (!run.scripts.empty())
        history_argv.back() =
            "<<" + r.heredocs.front().name + " (" + r.heredocs.front().body.substr(0, r.heredocs.front().body.find('\n')) + "...)";
    auto const created_by = run_history(history_argv, state.build_args, state.variables);
    add_task(task::kind::run).run = std::move(run);
    commit(created_by, true);
}

CONSTAGE_INLINE bool is_url(std::string const& text) { return text.starts_with("http://") || text.starts_with("https://"); }
CONSTAGE_INLINE bool is_git(std::string const& text) {
    if (text.starts_with("git@") || text.starts_with("ssh://") || text.starts_with("git://")) return true;
    if (!is_url(text)) return false;
    auto const path = text.substr(0, text.find_first_of("?#"));
    return path.ends_with(".git");
}

CONSTAGE_INLINE void stage_walk::operator()(plan::copy const& c) {
    lowered_copy copy;
    auto const name = std::string(c.add ? "ADD" : "COPY");
    copy.add = c.add;
    copy.from_context = c.from.what == plan::reference::kind::context;
    std::string shown;
    for (auto const& s : c.sources) {
        copy.sources.push_back(expand(s));
        shown += " " + copy.sources.back();
        if (!c.add && is_git(copy.sources.back()))
            throw failure("source can't be a git ref for COPY: " + copy.sources.back()).with_hint("use ADD");
        if (!c.add && is_url(copy.sources.back()))
            throw failure("source can't be a URL for COPY: " + copy.sources.back()).with_hint("use ADD");
    }
    auto const find = [&](std::string_view n) -> std::optional<std::string> {
        auto const at = std::find_if(state.variables.begin(), state.variables.end(), [&](auto const& v) { return v.first == n; });
        return at == state.variables.end() ? std::nullopt : std::optional(at->second);
    };
    for (auto const& f : c.files) {
        copy.files.emplace_back(expand(f.name), f.expand ? plan::expand_body(f.body, find).text : f.body);
        shown += " <<" + f.name;
    }
    copy.destination = expand(c.destination);
    copy.workdir = here();
    copy.chown = expand(c.chown);
    copy.chmod = expand(c.chmod);
    copy.checksum = expand(c.checksum);
    copy.exclude = c.exclude;
    copy.link = c.link;
    copy.parents = c.parents;
    copy.keep_git_dir = c.keep_git_dir;
    copy.unpack = c.unpack;
    if (!copy.checksum.empty()) {
        if (copy.sources.size() + copy.files.size() != 1) throw failure("checksum can't be specified for multiple sources");
        if (copy.sources.empty() || (!is_url(copy.sources.front()) && !is_git(copy.sources.front())))
            throw failure("checksum requires HTTP(S) or Git sources");
    }
    if (!copy.from_context) copy.from = all.files_of(c.from, index, where);
    auto created_by = name + (c.parents ? " --parents" : "") + (c.chown.empty() ? "" : " --chown=" + copy.chown) +
                      (c.chmod.empty() ? "" : " --chmod=" + copy.chmod) + shown + " " + copy.destination + " # buildkit";
    add_task(task::kind::copy).copy = std::move(copy);
    commit(std::move(created_by), true);
}

CONSTAGE_INLINE void stage_walk::operator()(plan::workdir const& w) {
    auto const path = expand(w.path);
    auto& dir = state.config.working_dir;  // an absolute one is stored as written, with its last slash
    if (dir.empty()) dir = "/";
    if (!path.empty()) dir = path.starts_with('/') ? path : join_path(dir, path);
    auto const clean = join_path("/", dir);
    auto const layer = clean != "/";
    if (layer) add_task(task::kind::workdir).workdir = {clean, state.config.user};
    commit("WORKDIR " + dir, layer);
}

CONSTAGE_INLINE void stage_walk::operator()(plan::args const& a) {
    std::string shown = "ARG";
    auto const& given = all.how.choice.build_args;
    auto const& global = all.out.resolution.global_args;
    for (auto const& one : a.list) {
        std::optional<std::string> value;
        if (auto const at = given.find(one.name); at != given.end())
            value = at->second;
        else if (one.value)
            value = expand(*one.value);
        else if (auto const g = global.find(one.name); g != global.end())
            value = g->second;
        if (value) set_variable(one.name, *value);
        state.build_args.emplace_back(one.name, value);
        shown += " " + one.name + (value ? "=" + *value : "");
    }
    commit(shown, false);
}

CONSTAGE_INLINE void stage_walk::operator()(plan::env const& e) {
    std::string shown = "ENV";
    variables list;  // V016: all of one instruction see the environment before it
    for (auto const& [k, v] : e.list) list.emplace_back(expand(k), expand(v));
    for (auto const& [name, value] : list) {
        set_variable(name, value);
        set_in_env(state.config.env, name, value);
        shown += " " + name + "=" + value;
    }
    commit(shown, false);
}

CONSTAGE_INLINE void stage_walk::operator()(plan::label const& l) {
    std::string shown = "LABEL";
    for (auto const& [k, v] : l.list) {
        auto const name = expand(k), value = expand(v);
        if (name.empty()) throw failure("LABEL names can not be blank");
        state.config.labels[name] = value;
        shown += " " + name + "=" + value;
    }
    commit(shown, false);
}

// ---- configuration ---------------------------------------------------------------------------------------------------

CONSTAGE_INLINE void stage_walk::operator()(plan::expose const& e) {
    auto const find = [&](std::string_view name) -> std::optional<std::string> {
        auto const at = std::find_if(state.variables.begin(), state.variables.end(), [&](auto const& v) { return v.first == name; });
        return at == state.variables.end() ? std::nullopt : std::optional(at->second);
    };
    std::vector<std::string> words;
    for (auto const& p : e.ports)
        for (auto& w : plan::expand_to_words(p, find)) words.push_back(std::move(w));
    auto ports = plan::parse_ports(words);
    std::sort(ports.begin(), ports.end());
    ports.erase(std::unique(ports.begin(), ports.end()), ports.end());
    state.config.exposed_ports.insert(ports.begin(), ports.end());
    commit("EXPOSE " + plain_list(ports), false);
}

CONSTAGE_INLINE void stage_walk::operator()(plan::volume const& v) {
    std::vector<std::string> paths;
    for (auto const& p : v.paths) {
        paths.push_back(expand(p));
        if (paths.back().empty()) throw failure("VOLUME specified can not be an empty string");
        state.config.volumes.insert(paths.back());
    }
    commit("VOLUME " + plain_list(paths), false);
}

CONSTAGE_INLINE void stage_walk::operator()(plan::user const& u) {
    state.config.user = expand(u.text);
    commit("USER " + state.config.user, false);
}

CONSTAGE_INLINE void stage_walk::operator()(plan::entrypoint const& e) {
    auto words = argv(e.what);
    auto const shown = "ENTRYPOINT " + quoted_list(words);
    if (words.empty())
        state.config.entrypoint.reset();
    else
        state.config.entrypoint = std::move(words);
    if (!cmd_is_own) state.config.cmd.reset();
    commit(shown, false);
}

CONSTAGE_INLINE void stage_walk::operator()(plan::cmd const& c) {
    state.config.cmd = argv(c.what);
    state.config.args_escaped = true;
    cmd_is_own = true;
    commit("CMD " + quoted_list(*state.config.cmd), false);
}

CONSTAGE_INLINE void stage_walk::operator()(plan::shell const& s) {
    state.config.shell = s.words;
    commit("SHELL " + plain_list(s.words), false);
}

CONSTAGE_INLINE void check_signal(std::string const& text) {
    static constexpr std::string_view names[] = {"ABRT", "ALRM",   "BUS",  "CHLD",   "CLD",   "CONT", "FPE",  "HUP",   "ILL",
                                                 "INT",  "IO",     "IOT",  "KILL",   "PIPE",  "POLL", "PROF", "PWR",   "QUIT",
                                                 "SEGV", "STKFLT", "STOP", "SYS",    "TERM",  "TRAP", "TSTP", "TTIN",  "TTOU",
                                                 "URG",  "USR1",   "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ", "RTMIN", "RTMAX"};
    std::string name = text;
    for (char& c : name)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (name.starts_with("SIG")) name.erase(0, 3);
    int number = 0;
    auto const whole = [&](std::string_view digits) {
        auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        return !digits.empty() && error == std::errc() && end == digits.data() + digits.size();
    };
    auto const ok = std::find(std::begin(names), std::end(names), name) != std::end(names) || (whole(text) && number > 0 && number <= 64) ||
                    (name.starts_with("RTMIN+") && whole(std::string_view(name).substr(6)) && number >= 1 && number <= 15) ||
                    (name.starts_with("RTMAX-") && whole(std::string_view(name).substr(6)) && number >= 1 && number <= 14);
    if (!ok) throw failure("invalid signal: " + text).with_hint("write a name such as SIGTERM, or a number from 1 to 64");
}

CONSTAGE_INLINE void stage_walk::operator()(plan::stopsignal const& s) {
    auto const signal = expand(s.text);
    check_signal(signal);
    state.config.stop_signal = signal;
    commit("STOPSIGNAL " + signal, false);
}

/// Go's text of a duration: 90 s is "1m30s".
CONSTAGE_INLINE std::string duration_text(std::int64_t ns) {
    if (ns % 1'000'000'000 != 0) return std::to_string(ns / 1'000'000) + "ms";
    auto const s = ns / 1'000'000'000;
    std::string text;
    if (s >= 3600) text += std::to_string(s / 3600) + "h";
    if (s >= 60) text += std::to_string(s / 60 % 60) + "m";
    return text + std::to_string(s % 60) + "s";
}

CONSTAGE_INLINE std::int64_t health_duration(char const* flag, std::string const& text) {
    if (text.empty()) return 0;
    auto const value = parse_duration(text);
    if (value != 0 && value < 1'000'000) throw failure(std::string("interval \"") + flag + "\" cannot be less than 1ms");
    return value;
}

CONSTAGE_INLINE void stage_walk::operator()(plan::healthcheck const& h) {
    oci::healthcheck check;
    if (h.none)
        check.test = {"NONE"};
    else {
        check.test = {h.test.shell ? "CMD-SHELL" : "CMD"};
        check.test.insert(check.test.end(), h.test.words.begin(), h.test.words.end());
        check.interval = health_duration("interval", h.interval);
        check.timeout = health_duration("timeout", h.timeout);
        check.start_period = health_duration("start-period", h.start_period);
        check.start_interval = health_duration("start-interval", h.start_interval);
        if (!h.retries.empty()) {
            auto const [end, error] = std::from_chars(h.retries.data(), h.retries.data() + h.retries.size(), check.retries);
            if (error != std::errc() || *end != 0 || check.retries < 0)
                throw failure("--retries of HEALTHCHECK must be a number of at least 0, not \"" + h.retries + "\"");
        }
    }
    auto const shown = "HEALTHCHECK {Test:" + plain_list(check.test) + " Interval:" + duration_text(check.interval) +
                       " Timeout:" + duration_text(check.timeout) + " StartPeriod:" + duration_text(check.start_period) +
                       " StartInterval:" + duration_text(check.start_interval) + " Retries:" + std::to_string(check.retries) + "}";
    state.config.healthcheck = std::move(check);
    commit(shown, false);
}

CONSTAGE_INLINE void stage_walk::operator()(plan::onbuild const& o) {
    state.config.on_build.push_back(o.text);  // recorded: no entry in the history
}

CONSTAGE_INLINE void stage_walk::operator()(plan::maintainer const& m) {
    state.config.author = expand(m.text);
    commit("MAINTAINER " + state.config.author, false);
}

}  // namespace constage::engine::lower_detail

#endif
