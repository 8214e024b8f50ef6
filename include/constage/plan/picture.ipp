// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_PLAN_PICTURE_IPP_INCLUDED
#define CONSTAGE_PLAN_PICTURE_IPP_INCLUDED

#include <constage/plan/picture.hpp>

#include <algorithm>
#include <set>

namespace constage::plan {

namespace picture_detail {

/// What all three pictures show.
struct view {
    plan const& what;
    resolution const& how;
    std::vector<std::size_t> critical = {};  ///< stages of the longest chain, first to last

    bool is_target(std::size_t s) const { return std::find(how.targets.begin(), how.targets.end(), s) != how.targets.end(); }
    bool is_critical(std::size_t s) const { return std::find(critical.begin(), critical.end(), s) != critical.end(); }
    std::string name(std::size_t s) const { return stage_name(what, s); }

    /// An edge that this resolution follows: not a choice that was not taken, not of a stage that a named context replaces.
    bool is_followed(edge const& e) const {
        auto const& user = how.stages[e.user];
        if (!user.needed || user.replaced) return false;
        return e.kind != edge_kind::select || (user.from.what == reference::kind::stage && user.from.stage == e.used);
    }
    bool is_critical(edge const& e) const {
        auto const user = std::find(critical.begin(), critical.end(), e.user);
        return user != critical.begin() && user != critical.end() && *(user - 1) == e.used && is_followed(e);
    }
};

CONSTAGE_INLINE char const* word(edge_kind kind) {
    switch (kind) {
        case edge_kind::from:
            return "FROM";
        case edge_kind::copy:
            return "COPY";
        case edge_kind::mount:
            return "mount";
        case edge_kind::select:
            return "select";
    }
    return "";
}

CONSTAGE_INLINE std::string count(std::size_t n, std::string const& noun) { return std::to_string(n) + " " + noun + (n == 1 ? "" : "s"); }

/// The chain with the most instructions; FROM counts as one.
CONSTAGE_INLINE view make_view(plan const& what, resolution const& how) {
    view v{what, how};
    std::vector<std::size_t> steps(what.stages.size());
    std::vector<std::size_t> before(what.stages.size(), what.stages.size());
    for (auto const s : how.order) {
        for (auto const& e : how.edges)
            if (e.user == s && v.is_followed(e) && (before[s] == what.stages.size() || steps[e.used] > steps[before[s]]))
                before[s] = e.used;
        steps[s] = 1 + what.stages[s].steps.size() + (before[s] == what.stages.size() ? 0 : steps[before[s]]);
    }
    if (how.targets.empty()) return v;
    auto last = *std::max_element(how.targets.begin(), how.targets.end(), [&](auto a, auto b) { return steps[a] < steps[b]; });
    for (; last != what.stages.size(); last = before[last]) v.critical.insert(v.critical.begin(), last);
    return v;
}

CONSTAGE_INLINE std::size_t steps_of(view const& v) {
    std::size_t n = 0;
    for (auto const s : v.critical) n += 1 + v.what.stages[s].steps.size();
    return n;
}

/// What FROM means: "FROM alpine:3", "FROM build", "FROM scratch".
CONSTAGE_INLINE std::string from_line(view const& v, std::size_t s) {
    auto const& from = v.how.stages[s].from;
    auto const& written = v.what.stages[s].from;
    if (v.how.stages[s].replaced) return "replaced by a named context";
    std::string text = "FROM ";
    text += from.what == reference::kind::stage ? v.name(from.stage) : from.what == reference::kind::scratch ? "scratch" : from.text;
    if (written.what == reference::kind::select) text += " (chosen by " + written.text + ")";
    return text;
}

CONSTAGE_INLINE std::string header(view const& v) {
    std::size_t pruned = 0;
    for (auto const& s : v.how.stages) pruned += s.needed ? 0 : 1;
    std::string text = count(v.what.stages.size(), "stage") + ", " + count(v.how.levels, "level");
    if (pruned != 0) text += ", " + std::to_string(pruned) + " pruned";
    text += ", critical path of " + count(steps_of(v), "instruction") + ": ";
    for (auto const s : v.critical) text += (s == v.critical.front() ? "" : " -> ") + v.name(s);
    return text;
}

CONSTAGE_INLINE void stage_as_text(view const& v, std::size_t s, std::string& text) {
    auto const line = [&](std::string const& where, std::string const& what) {
        auto const padding = where.size() < 16 ? std::string(16 - where.size(), ' ') : std::string(" ");
        auto row = "    " + where + padding + what;
        row.erase(row.find_last_not_of(' ') + 1);
        text += row + "\n";
    };
    std::string marks;
    if (v.is_target(s)) marks += " [target]";
    if (v.is_critical(s)) marks += " [critical path]";
    text += "  " + v.name(s) + marks + "\n";
    for (auto const& e : v.how.edges)
        if (e.user == s && v.is_followed(e))
            line("needs", v.name(e.used) + " (" + word(e.kind) + (where(e.where).empty() ? "" : ", " + where(e.where)) + ")");
    line(where(v.what.stages[s].source), from_line(v, s));
    if (v.how.stages[s].replaced) return;
    for (auto const& step : v.what.stages[s].steps) line(where(step.source), describe(step));
}

// ---- graphs ---------------------------------------------------------------------------------------------------------

CONSTAGE_INLINE std::string quoted(std::string const& text, char const* line_break) {
    std::string result;
    for (char const c : text) {
        if (c == '"')
            result += "&quot;";
        else if (c == '&')
            result += "&amp;";
        else if (c == '<')
            result += "&lt;";
        else if (c == '>')
            result += "&gt;";
        else if (c == '\\')
            result += "&#92;";
        else if (c == '\n')
            result += line_break;
        else if (static_cast<unsigned char>(c) >= 0x20)
            result += c;
    }
    return '"' + result + '"';
}

/// The images that needed stages read, each once: FROM, COPY --from and mounts.
struct external {
    std::vector<std::string> names;
    struct use {
        std::size_t user, image;
        edge_kind kind;
    };
    std::vector<use> uses;

    void add(std::size_t user, std::string const& name, edge_kind kind) {
        auto const at = std::find(names.begin(), names.end(), name);
        auto const index = static_cast<std::size_t>(at - names.begin());
        if (at == names.end()) names.push_back(name);
        uses.push_back({user, index, kind});
    }
};

CONSTAGE_INLINE external externals(view const& v) {
    external result;
    for (std::size_t s = 0; s != v.what.stages.size(); ++s) {
        if (v.how.stages[s].replaced) continue;
        if (v.how.stages[s].from.what == reference::kind::image) result.add(s, v.how.stages[s].from.text, edge_kind::from);
        for (auto const& step : v.what.stages[s].steps) {
            if (auto const* c = std::get_if<copy>(&step.what); c && c->from.what == reference::kind::image)
                result.add(s, c->from.text, edge_kind::copy);
            if (auto const* r = std::get_if<run>(&step.what))
                for (auto const& m : r->mounts)
                    if (m.from.what == reference::kind::image) result.add(s, m.from.text, edge_kind::mount);
        }
    }
    return result;
}

CONSTAGE_INLINE std::string caption(view const& v, std::size_t s) {
    return v.name(s) + (v.is_target(s) ? " (target)" : "") + "\n" + count(v.what.stages[s].steps.size(), "instruction");
}

CONSTAGE_INLINE char const* dot_style(edge_kind kind) {
    switch (kind) {
        case edge_kind::from:
            return "solid";
        case edge_kind::copy:
            return "dashed";
        case edge_kind::mount:
            return "dotted";
        case edge_kind::select:
            return "bold";
    }
    return "solid";
}

CONSTAGE_INLINE char const* mermaid_arrow(edge_kind kind) {
    return kind == edge_kind::from ? " ==>" : kind == edge_kind::copy ? " -->" : " -.->";
}

}  // namespace picture_detail

CONSTAGE_INLINE std::string to_text(plan const& what, resolution const& how) {
    using namespace picture_detail;
    auto const v = make_view(what, how);
    std::string text = header(v) + "\n";
    for (std::size_t level = 0; level != how.levels; ++level) {
        text += "\nlevel " + std::to_string(level) + "\n";
        for (auto const s : how.order)
            if (how.stages[s].level == level) stage_as_text(v, s, text);
    }
    bool first = true;
    for (std::size_t s = 0; s != what.stages.size(); ++s)
        if (!how.stages[s].needed) {
            if (first) text += "\npruned: not needed for the target\n";
            first = false;
            text += "  " + v.name(s) + (where(what.stages[s].source).empty() ? "" : " (" + where(what.stages[s].source) + ")") + "\n";
        }
    return text;
}

CONSTAGE_INLINE std::string to_dot(plan const& what, resolution const& how) {
    using namespace picture_detail;
    auto const v = make_view(what, how);
    auto const images = externals(v);
    std::string text =
        "digraph plan {\n  rankdir=LR;\n  label=" + quoted(header(v), "\\n") + ";\n  node [shape=box, fontname=\"sans-serif\"];\n";
    for (std::size_t i = 0; i != images.names.size(); ++i)
        text += "  i" + std::to_string(i) + " [shape=cylinder, label=" + quoted(images.names[i], "\\n") + "];\n";
    for (std::size_t s = 0; s != what.stages.size(); ++s) {
        text += "  s" + std::to_string(s) + " [label=" + quoted(caption(v, s), "\\n");
        if (!how.stages[s].needed)
            text += ", style=dashed, color=gray, fontcolor=gray";
        else if (v.is_critical(s))
            text += ", color=red";
        if (v.is_target(s)) text += ", peripheries=2";
        text += "];\n";
    }
    for (std::size_t level = 0; level != how.levels; ++level) {
        text += "  { rank=same;";
        for (auto const s : how.order)
            if (how.stages[s].level == level) text += " s" + std::to_string(s) + ";";
        text += " }\n";
    }
    auto const arrow = [&](std::string const& from, std::size_t to, edge_kind kind, bool followed, bool critical) {
        text += "  " + from + " -> s" + std::to_string(to) + " [label=\"" + word(kind) + "\", style=" + dot_style(kind);
        text += std::string(critical ? ", color=red" : followed ? "" : ", color=gray, fontcolor=gray") + "];\n";
    };
    for (auto const& u : images.uses) arrow("i" + std::to_string(u.image), u.user, u.kind, how.stages[u.user].needed, false);
    for (auto const& e : how.edges) arrow("s" + std::to_string(e.used), e.user, e.kind, v.is_followed(e), v.is_critical(e));
    return text + "}\n";
}

CONSTAGE_INLINE std::string to_mermaid(plan const& what, resolution const& how) {
    using namespace picture_detail;
    auto const v = make_view(what, how);
    auto const images = externals(v);
    std::string text = "flowchart LR\n  %% " + header(v) + "\n";
    for (std::size_t i = 0; i != images.names.size(); ++i)
        text += "  i" + std::to_string(i) + "[(" + quoted(images.names[i], "<br>") + ")]\n";
    auto const node = [&](std::size_t s) { text += "    s" + std::to_string(s) + "[" + quoted(caption(v, s), "<br>") + "]\n"; };
    for (std::size_t level = 0; level != how.levels; ++level) {
        text += "  subgraph level" + std::to_string(level) + "[\"level " + std::to_string(level) + "\"]\n";
        for (auto const s : how.order)
            if (how.stages[s].level == level) node(s);
        text += "  end\n";
    }
    for (std::size_t s = 0; s != what.stages.size(); ++s)
        if (!how.stages[s].needed) node(s);
    for (auto const& u : images.uses)
        text += "  i" + std::to_string(u.image) + mermaid_arrow(u.kind) + "|" + word(u.kind) + "| s" + std::to_string(u.user) + "\n";
    for (auto const& e : how.edges)
        text += "  s" + std::to_string(e.used) + mermaid_arrow(e.kind) + "|" + word(e.kind) + "| s" + std::to_string(e.user) + "\n";
    text +=
        "  classDef pruned fill:none,stroke-dasharray:4,color:#888\n  classDef critical stroke:#c00\n  classDef target stroke-width:4px\n";
    auto const classes = [&](char const* name, auto const& holds) {
        for (std::size_t s = 0; s != what.stages.size(); ++s)
            if (holds(s)) text += "  class s" + std::to_string(s) + " " + name + "\n";
    };
    classes("pruned", [&](std::size_t s) { return !how.stages[s].needed; });
    classes("critical", [&](std::size_t s) { return v.is_critical(s); });
    classes("target", [&](std::size_t s) { return v.is_target(s); });
    return text;
}

}  // namespace constage::plan

#endif
