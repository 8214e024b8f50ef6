// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_IMPORT_IPP_INCLUDED
#define CONSTAGE_DOCKERFILE_IMPORT_IPP_INCLUDED

#include <constage/dockerfile/cpp_text.hpp>
#include <constage/dockerfile/directive.hpp>
#include <constage/dockerfile/escape.hpp>
#include <constage/dockerfile/import.hpp>
#include <constage/dockerfile/import_step.hpp>
#include <constage/dockerfile/meaning.hpp>
#include <constage/dockerfile/read.hpp>
#include <constage/dockerfile/stages.hpp>
#include <constage/dockerfile/text.hpp>
#include <constage/dsl/check/image.hpp>
#include <constage/failure.hpp>

#include <algorithm>

namespace constage::dockerfile {

namespace import_detail {

struct stage_cpp {
    from_line from;
    std::string name;  ///< of the stage in C++: "build", "3" for the nameless
    std::string variable;
    std::vector<instruction const*> steps;
    instruction const* line = nullptr;
};

struct importer {
    document const& what;
    std::vector<stage_cpp> stages{};
    stage_names names_of_stages{{}};
    std::vector<std::string> notes{};  ///< about names
    std::string out{};

    void collect() {
        std::set<std::string> names, variables;
        for (auto const& i : what.instructions) {
            if (i.keyword != "FROM") {
                if (!stages.empty()) stages.back().steps.push_back(&i);
                continue;
            }
            auto& s = stages.emplace_back();
            s.line = &i;
            s.from = with_backslashes(read_from(i), what.escape);
            s.name = s.from.name.empty() ? std::to_string(stages.size() - 1) : s.from.name;
            bool const reserved = s.name == "scratch" || s.name == "context";
            for (int n = 2; (reserved && n == 2 && s.name == s.from.name) || !names.insert(s.name).second; ++n)
                s.name = s.from.name + "-" + std::to_string(n);
        }
        std::vector<std::string> list;
        for (auto& s : stages) {
            list.push_back(s.from.name);
            auto const wanted = !s.from.name.empty() ? s.from.name : &s == &stages.back() ? "image" : "stage_" + s.name;
            s.variable = cpp_name(wanted, variables);
        }
        names_of_stages = stage_names(std::move(list));
    }

    void comment(comment const& c, char const* before) { out += before + cpp_comment(c.text) + "\n"; }
    std::string from(std::size_t index) const;
    void stage(std::size_t index);
    void step(instruction const& i, bool last);
    void graph();
    void head();
};

CONSTAGE_INLINE void importer::head() {
    auto const absolute = what.file.starts_with('/');
    out += cpp_comment("Imported from " + what.file.substr(absolute ? what.file.rfind('/') + 1 : 0) + " by constage.") + "\n";
    auto const& first = what.instructions.front();
    for (auto const& c : first.comments) {
        if (c.line > first.first_line) break;
        directive_reader reader;
        if (auto const d = reader.read("#" + c.text); d && d->key != "check") continue;
        comment(c, "");
    }
    if (what.escape == '`') out += "// Its escape character was `: words are written with \\ here.\n";
    out += "#include <constage/dsl.hpp>\n\nusing namespace constage;\n";
}

CONSTAGE_INLINE std::string importer::from(std::size_t index) const {
    auto const& s = stages[index];
    auto const r = names_of_stages.base(s.from.base, index);
    std::string inner;
    switch (r.what) {
        case plan::reference::kind::scratch:
            inner = "scratch";
            break;
        case plan::reference::kind::stage:
            inner = stages[r.stage].variable;
            break;
        case plan::reference::kind::select:
            inner = "select(" + checked_literal(r.text, dsl::check::variables);
            for (auto const c : r.choices) inner += ", " + stages[c].variable;
            inner += ")";
            break;
        default:
            inner = checked_literal(r.text, dsl::check::image);
    }
    auto const platform = s.from.platform.empty() ? "" : ".platform(" + checked_literal(s.from.platform, dsl::check::platform) + ")";
    return "from(" + inner + ")" + platform;
}

CONSTAGE_INLINE void importer::step(instruction const& i, bool last) {
    imported_step s;
    try {
        auto const meaning = with_backslashes(
            to_plan(i, [&](std::string const& name, bool numbers) { return names_of_stages.from(name, numbers); }), what.escape);
        s = write_step(i, meaning, [&](std::size_t stage) { return stages[stage].variable; });
    } catch (failure const& f) { s.notes = {std::string("left out (") + f.what() + "): " + i.text}; }
    for (auto const& c : i.comments)
        if (c.line < i.first_line || !s.comments_inside) comment(c, "    ");
    for (auto const& n : s.notes) out += "    " + cpp_comment(n) + "\n";
    if (!s.code.empty()) out += "    " + s.code + (last ? "" : ",") + "\n";
}

CONSTAGE_INLINE void importer::stage(std::size_t index) {
    auto const& s = stages[index];
    out += "\n";
    if (s.line != &what.instructions.front())
        for (auto const& c : s.line->comments) comment(c, "");
    if (!s.from.name.empty() && s.name != s.from.name) out += cpp_comment("its name was " + s.from.name) + "\n";
    out += "constexpr auto " + s.variable + " = stage<\"" + s.name + "\">(\n";
    auto const begin = out.size();
    out += "    " + from(index) + ",\n";
    for (auto const* i : s.steps) step(*i, false);
    auto const comma = out.rfind(",\n");  // of the last instruction; comments may follow it
    auto end = out.size();
    for (auto line = out.rfind('\n', end - 2); line != out.npos && line >= begin; line = out.rfind('\n', line - 1)) {
        if (!std::string_view(out).substr(line + 1).starts_with("    //")) break;
        end = line + 1;
    }
    auto const tail = out.substr(end);
    out.resize(std::max(end, begin));
    if (out.ends_with(",\n")) out.resize(out.size() - 2);
    static_cast<void>(comma);
    out += tail.empty() ? ");\n" : "\n" + tail + "    );\n";
}

CONSTAGE_INLINE void importer::graph() {
    out += "\nconstexpr auto image_graph = graph(\n";
    bool any = false;
    for (auto const& i : what.instructions) {
        if (i.stage >= 0) break;
        if (&i != &what.instructions.front())
            for (auto const& c : i.comments) {
                if (!any) out += "    args(\n";
                any = true;
                comment(c, "        ");
            }
        auto const meaning = with_backslashes(to_plan(i, {}), what.escape);
        for (auto const& a : std::get<plan::args>(meaning).list) {
            if (!any) out += "    args(\n";
            any = true;
            out += "        " + write_arg(a) + ",\n";
        }
    }
    if (any) {
        out.resize(out.size() - 2);
        out += "),\n";
    }
    std::string line = "   ";
    for (auto const& s : stages) {
        if (line.size() + s.variable.size() > 110) {
            out += line + "\n";
            line = "   ";
        }
        line += " " + s.variable + (&s == &stages.back() ? "" : ",");
    }
    out += line + ");\n\nint main(int argc, char** argv) { return constage::main(argc, argv, image_graph); }\n";
}

}  // namespace import_detail

CONSTAGE_INLINE std::string to_cpp(document const& what) {
    read(what);
    import_detail::importer i{what};
    i.collect();
    i.head();
    for (std::size_t s = 0; s != i.stages.size(); ++s) i.stage(s);
    if (!what.last_comments.empty()) i.out += "\n";
    for (auto const& c : what.last_comments) i.comment(c, "");
    i.graph();
    return std::move(i.out);
}

}  // namespace constage::dockerfile

#endif
