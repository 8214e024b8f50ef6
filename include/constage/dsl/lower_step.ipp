// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DSL_LOWER_STEP_IPP_INCLUDED
#define CONSTAGE_DSL_LOWER_STEP_IPP_INCLUDED

#include <constage/dsl/lower_step.hpp>
#include <constage/failure.hpp>
#include <constage/graph/query.hpp>

#include <utility>

namespace constage::dsl::lower_detail {

CONSTAGE_INLINE std::string string(text_view t) { return t.data ? std::string(t.data, t.size) : std::string(); }

CONSTAGE_INLINE std::string text_of(word const& w) {
    if (!w.number) return string(w.view());
    if (w.what != role::mount_mode) return std::to_string(w.size);
    std::string octal;
    for (auto n = w.size; n != 0; n /= 8) octal.insert(octal.begin(), static_cast<char>('0' + n % 8));
    return "0" + octal;
}

CONSTAGE_INLINE plan::source source_of(step const& s) { return {s.file, static_cast<int>(s.line), 0}; }

CONSTAGE_INLINE std::size_t stage_names::index(text_view name) const {
    auto i = query::find(graph, name);
    if (i == query::no_stage) i = detail::number_of(name);  // graph(…) has checked that it is one
    return position[i];
}

CONSTAGE_INLINE plan::reference stage_names::stage(text_view name) const {
    return {plan::reference::kind::stage, index(name), string(name), {}};
}

CONSTAGE_INLINE plan::reference stage_names::image(word const& w, step const& where) const {
    auto const text = w.view();
    bool const is_never_a_stage = detail::all_digits(text) && where.what != op::copy;  // FROM 0 is an image, COPY --from=0 a stage (S008)
    for (unsigned i = 0; i != graph.n_stages; ++i)
        if (!is_never_a_stage && position[i] < at && detail::same_but_case(graph.names[i], text))
            throw failure("\"" + string(text) + "\" is the name of a stage, but written as an image")
                .with_where(std::string(where.file) + ":" + std::to_string(where.line))
                .with_stage(string(graph.names[i]))
                .with_hint("write from(" + string(text) + ") to mean the stage, or docker.io/library/" + string(text) +
                           " to mean the image");
    return {plan::reference::kind::image, 0, string(text), {}};
}

// ---- pieces ----------------------------------------------------------------------------------------------------------

CONSTAGE_INLINE plan::command command_of(words_of const& words) {
    plan::command c{false, {}};
    for (auto const& w : words) {
        if (w.what == role::shell_text) return {true, {text_of(w)}};
        if (w.what == role::argv) c.words.push_back(text_of(w));
    }
    return c;
}

CONSTAGE_INLINE std::vector<std::string> items_of(words_of const& words) {
    std::vector<std::string> list;
    for (auto const& w : words) list.push_back(text_of(w));
    return list;
}

CONSTAGE_INLINE plan::pairs pairs_of(words_of const& words) {
    plan::pairs list;
    for (auto const& w : words)
        if (w.what == role::key)
            list.emplace_back(text_of(w), "");
        else
            list.back().second = text_of(w);
    return list;
}

CONSTAGE_INLINE plan::args args_of(words_of const& words) {
    plan::args a;
    for (auto const& w : words)
        if (w.what == role::key)
            a.list.push_back({text_of(w), std::nullopt});
        else
            a.list.back().value = text_of(w);
    return a;
}

CONSTAGE_INLINE std::string with_newline(std::string body) {
    if (!body.empty() && body.back() != '\n') body += '\n';
    return body;
}

CONSTAGE_INLINE std::string without_leading_tabs(std::string const& body) {
    std::string text;
    bool start = true;
    for (char c : body) {
        if (start && c == '\t') continue;
        start = c == '\n';
        text += c;
    }
    return text;
}

/// The heredocs among the words.
CONSTAGE_INLINE std::vector<plan::heredoc> heredocs_of(words_of const& words) {
    std::vector<plan::heredoc> list;
    for (auto const& w : words) {
        if (!w.given()) continue;
        if (w.what == role::heredoc_name) list.push_back({text_of(w), "", true, false, 0});
        if (w.what == role::heredoc_body) list.back().body = with_newline(text_of(w));
        if (w.what == role::verbatim) list.back().expand = false;
        if (w.what == role::chomp) list.back().chomp = true;
        if (w.what == role::fd) list.back().fd = static_cast<int>(w.size);
    }
    return list;
}

CONSTAGE_INLINE char const* mount_key(role r) {
    switch (r) {
        case role::mount:
            return "type";
        case role::mount_target:
            return "target";
        case role::mount_source:
            return "source";
        case role::mount_id:
            return "id";
        case role::mount_sharing:
            return "sharing";
        case role::mount_readonly:
            return "readonly";
        case role::mount_required:
            return "required";
        case role::mount_mode:
            return "mode";
        case role::mount_uid:
            return "uid";
        case role::mount_gid:
            return "gid";
        case role::mount_size:
            return "size";
        case role::mount_env:
            return "env";
        default:
            return nullptr;
    }
}

CONSTAGE_INLINE std::vector<plan::mount> mounts_of(stage_names const& names, step const& s, words_of const& words) {
    std::vector<plan::mount> list;
    for (auto const& w : words) {
        if (!w.given()) continue;
        if (w.what == role::mount) list.emplace_back();
        if (auto const key = mount_key(w.what)) list.back().options[key] = text_of(w);
        if (w.what == role::mount_from_stage) list.back().from = names.stage(w.view());
        if (w.what == role::mount_from_image) list.back().from = names.image(w, s);
    }
    return list;
}

// ---- instructions ----------------------------------------------------------------------------------------------------

CONSTAGE_INLINE plan::run run_of(stage_names const& names, step const& s, words_of const& words) {
    plan::run r;
    r.what = command_of(words);
    r.mounts = mounts_of(names, s, words);
    r.heredocs = heredocs_of(words);
    for (auto const& w : words) {
        if (w.what == role::network) r.network = text_of(w);
        if (w.what == role::security) r.security = text_of(w);
        if (w.what == role::device) r.devices.push_back(text_of(w));
        if (w.what == role::script) {
            auto body = with_newline(text_of(w));
            if (body.starts_with("#!")) {
                r.what = {true, {"<<EOF"}};
                r.heredocs.push_back({"EOF", std::move(body), true, false, 0});
            } else {
                r.what = {true, {std::move(body)}};
            }
        }
    }
    return r;
}

CONSTAGE_INLINE plan::copy copy_of(stage_names const& names, step const& s, words_of const& words) {
    plan::copy c;
    c.add = s.what == op::add;
    c.files = heredocs_of(words);
    for (auto& f : c.files)
        if (f.chomp) f.body = without_leading_tabs(f.body);
    for (auto const& w : words) {
        bool const on = w.view() == text_view("true");
        switch (w.what) {
            case role::image:
                c.from = names.image(w, s);
                break;
            case role::stage:
                c.from = names.stage(w.view());
                break;
            case role::source:
                c.sources.push_back(text_of(w));
                break;
            case role::destination:
                c.destination = text_of(w);
                break;
            case role::chown:
                c.chown = text_of(w);
                break;
            case role::chmod:
                c.chmod = text_of(w);
                break;
            case role::checksum:
                c.checksum = text_of(w);
                break;
            case role::exclude:
                c.exclude.push_back(text_of(w));
                break;
            case role::link:
                c.link = on;
                break;
            case role::parents:
                c.parents = on;
                break;
            case role::keep_git_dir:
                c.keep_git_dir = on;
                break;
            case role::unpack:
                c.unpack = on;
                break;
            default:
                break;
        }
    }
    return c;
}

CONSTAGE_INLINE plan::healthcheck healthcheck_of(words_of const& words) {
    plan::healthcheck h;
    h.test = command_of(words);
    for (auto const& w : words) {
        if (w.what == role::no_check) return {true, {}, "", "", "", "", ""};
        if (w.what == role::interval) h.interval = text_of(w);
        if (w.what == role::timeout) h.timeout = text_of(w);
        if (w.what == role::start_period) h.start_period = text_of(w);
        if (w.what == role::start_interval) h.start_interval = text_of(w);
        if (w.what == role::retries) h.retries = text_of(w);
    }
    return h;
}

CONSTAGE_INLINE plan::instruction instruction_of(stage_names const& names, step const& s, words_of const& words) {
    switch (s.what) {
        case op::run:
            return run_of(names, s, words);
        case op::copy:
        case op::add:
            return copy_of(names, s, words);
        case op::arg:
            return args_of(words);
        case op::env:
            return plan::env{pairs_of(words)};
        case op::label:
            return plan::label{pairs_of(words)};
        case op::expose:
            return plan::expose{items_of(words)};
        case op::volume:
            return plan::volume{items_of(words)};
        case op::user:
            return plan::user{text_of(*words.first)};
        case op::workdir:
            return plan::workdir{text_of(*words.first)};
        case op::entrypoint:
            return plan::entrypoint{command_of(words)};
        case op::cmd:
            return plan::cmd{command_of(words)};
        case op::healthcheck:
            return healthcheck_of(words);
        case op::shell:
            return plan::shell{items_of(words)};
        case op::stopsignal:
            return plan::stopsignal{text_of(*words.first)};
        case op::maintainer:
            return plan::maintainer{text_of(*words.first)};
        case op::trigger:
            return plan::onbuild{text_of(*words.first)};
        case op::from:
            break;
    }
    throw failure("FROM cannot stand inside a stage").with_where(std::string(s.file) + ":" + std::to_string(s.line));
}

CONSTAGE_INLINE plan::instruction lower_step(stage_names const& names, step const& s, words_of const& words) {
    auto what = instruction_of(names, s, words);
    if (s.trigger) return plan::onbuild{dockerfile_text(what)};
    return what;
}

}  // namespace constage::dsl::lower_detail

#endif
