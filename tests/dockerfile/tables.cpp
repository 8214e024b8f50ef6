// SPDX-License-Identifier: BSL-1.0
// The shared tables of the reference parser's own cases.
#include "../tables.hpp"

#include <constage/dockerfile/directive.hpp>
#include <constage/dockerfile/flags.hpp>
#include <constage/dockerfile/lint.hpp>
#include <constage/dockerfile/meaning.hpp>
#include <constage/dockerfile/parse.hpp>
#include <constage/dockerfile/read.hpp>
#include <constage/dockerfile/text.hpp>
#include <constage/dockerfile/words.hpp>
#include <constage/failure.hpp>

#include <catch2/catch.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

using namespace constage;
using json = nlohmann::json;

namespace {

std::optional<json> table(std::string const& name) {
    auto const path = tables::find("conformance/parser/" + name);
    if (path) return json::parse(tables::read(*path));
    WARN("skipped: " << name << " is not there");
    return {};
}

/// Everything that reading a text can refuse.
std::string error_of(std::string const& text) {
    try {
        auto const document = dockerfile::parse(text);
        for (auto const& i : document.instructions) check(i);
        return "";
    } catch (failure const& f) { return f.what(); }
}

std::string quoted(std::string const& text) {
    std::string result = "\"";
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        char hex[8];
        static constexpr std::string_view special = "\"\\\a\b\f\n\r\t\v", letters = "\"\\abfnrtv";
        if (auto const known = special.find(c); known != special.npos)
            result += std::string("\\") + letters[known];
        else if (byte < 0x20 || byte == 0x7f)
            result += (std::snprintf(hex, sizeof hex, "\\x%02x", byte), hex);
        else
            result += c;
    }
    return result + "\"";
}

/// The dump that the cases of ast/ were recorded with.
std::string dump(dockerfile::instruction const& i) {
    auto text = dockerfile::to_lower(i.name);
    for (std::size_t n = 0; n != i.flags.size(); ++n) text += (n ? " " : " [") + quoted(i.flags[n]) + (n + 1 == i.flags.size() ? "]" : "");
    if (!i.trigger.empty()) return text + " (" + dump(i.trigger.front()) + ")";
    for (auto const& a : i.arguments) text += " " + quoted(a);
    return text;
}

}  // namespace

TEST_CASE("table: syntax trees") {
    auto const root = tables::find("conformance/parser/ast");
    if (!root) {
        WARN("skipped: ast is not there");
        return;
    }
    for (auto const& entry : std::filesystem::directory_iterator(*root)) {
        INFO(entry.path().filename().string());
        std::string text;
        for (auto const& i : dockerfile::parse(tables::read(entry.path() / "Dockerfile")).instructions) text += "(" + dump(i) + ")\n";
        auto wanted = tables::read(entry.path() / "result");
        while (!wanted.empty() && wanted.back() == '\n') wanted.pop_back();
        CHECK(text == wanted + "\n");
    }
    for (auto const& entry : std::filesystem::directory_iterator(*tables::find("conformance/parser/ast-negative"))) {
        INFO(entry.path().filename().string());
        CHECK(!error_of(tables::read(entry.path() / "Dockerfile")).empty());
    }
}

TEST_CASE("table: lines") {
    auto const expected = table("lines/expected.json");
    if (!expected) return;
    auto const d = dockerfile::parse(tables::read(*tables::find("conformance/parser/lines/Dockerfile")));
    json lines = json::array();
    for (auto const& i : d.instructions) lines.push_back({i.first_line, i.last_line});
    CHECK(lines == (*expected)["children"]);
}

TEST_CASE("table: words and JSON arrays") {
    if (auto const rows = table("parse_words.json"))
        for (auto const& row : *rows) CHECK(json(dockerfile::quoted_words(row["input"].get<std::string>(), '\\')) == row["expect"]);
    if (auto const rows = table("json_arrays.json")) {
        for (auto const& row : (*rows)["valid"])
            CHECK(json(dockerfile::json_words(row["input"].get<std::string>()).value()) == row["expect"]);
        for (auto const& row : (*rows)["invalid"]) {
            auto const input = row["input"].get<std::string>();
            INFO(input);
            if (row.contains("error") && row["error"].is_string())
                CHECK_THROWS_WITH(dockerfile::json_words(input), row["error"].get<std::string>());
            else
                CHECK(!dockerfile::json_words(input));
        }
    }
}

TEST_CASE("table: flags") {
    auto const rows = table("flags.json");
    if (!rows) return;
    for (auto const& row : (*rows)["flags"]["cases"]) {
        std::vector<std::string> names;
        std::vector<dockerfile::flag> known;
        for (auto const& [name, kind] : row["declare"].items()) names.push_back(name);
        std::size_t n = 0;
        for (auto const& [name, kind] : row["declare"].items())
            known.push_back({names[n++], kind[0] == "bool" ? dockerfile::flag_kind::truth : dockerfile::flag_kind::text});
        auto args = row["args"].get<std::vector<std::string>>();
        INFO(row.dump());
        if (row.value("error", false)) {
            CHECK_THROWS_AS(dockerfile::flag_values(args, known), failure);
            continue;
        }
        std::erase(args, "--");  // ends the flags already when the line is split
        dockerfile::flag_values const values(args, known);
        if (!row.contains("values")) continue;
        for (auto const& [name, value] : row["values"].items())
            if (value.is_boolean() && values.given(name))
                CHECK(values.truth(name) == value.get<bool>());
            else if (value.is_string() && values.given(name))
                CHECK(values.text(name) == value.get<std::string>());
    }
}

TEST_CASE("table: heredocs") {
    if (auto const rows = table("heredoc/words.json")) {
        for (auto const& word : (*rows)["valid_word_name_EOF"])
            CHECK(dockerfile::heredoc_marker(word.get<std::string>()).value().name == "EOF");
        for (auto const& word : (*rows)["error"]) CHECK_THROWS_AS(dockerfile::heredoc_marker(word.get<std::string>()), failure);
        for (auto const& word : (*rows)["not_heredoc"]) CHECK(!dockerfile::heredoc_marker(word.get<std::string>()));
        for (auto const& row : (*rows)["from_line"]) {
            std::vector<std::string> names;
            for (auto const& d : dockerfile::heredoc_markers(row[0].get<std::string>())) names.push_back(d.name);
            INFO(row.dump());
            CHECK(json(names) == row[1]);
        }
        for (auto const& line : (*rows)["json_form_has_none"])
            CHECK(dockerfile::parse(line.get<std::string>()).instructions.front().heredocs.empty());
        for (auto const& [from, to] : (*rows)["chomp"].items()) CHECK(dockerfile::without_tabs(from) == to.get<std::string>());
    }
    if (auto const expected = table("heredoc/expected.json")) {
        auto const d = dockerfile::parse(tables::read(*tables::find("conformance/parser/heredoc/Dockerfile")));
        REQUIRE(d.instructions.size() == (*expected)["children"].size() + 1);
        for (std::size_t n = 0; n != (*expected)["children"].size(); ++n) {
            json docs;
            for (auto const& h : d.instructions[n + 1].heredocs)
                docs.push_back({{"name", h.name}, {"content", h.content}, {"expand", h.expand}, {"chomp", h.chomp}, {"fd", h.fd}});
            CHECK(docs == (*expected)["children"][n]);
        }
    }
    if (auto const rows = table("heredoc/instructions.json")) {
        for (auto const& row : (*rows)["copy"]) {
            auto const p = dockerfile::read("FROM scratch\n" + row["dockerfile"].get<std::string>());
            auto const& c = std::get<plan::copy>(p.stages[0].steps[0].what);
            INFO(row.dump());
            CHECK(json(c.sources) == row["sources"]);
            CHECK(c.destination == row["dest"].get<std::string>());
            json contents = json::array();
            for (auto const& f : c.files) contents.push_back({{"path", f.name}, {"data", f.body}, {"expand", f.expand}});
            CHECK(contents == row["contents"]);
        }
        for (auto const& row : (*rows)["errors"])
            CHECK(error_of(row["dockerfile"].get<std::string>()).find(row["error_contains"].get<std::string>()) != std::string::npos);
    }
}

TEST_CASE("table: instructions") {
    auto const rows = table("instructions.json");
    if (!rows) return;
    for (auto const& row : (*rows)["errors"]) {
        auto const error = error_of(row["dockerfile"].get<std::string>());
        INFO(row.dump() << " gave " << error);
        CHECK(error.find(row.value("error", row.value("error_contains", "?"))) != std::string::npos);
    }
    for (auto const& row : (*rows)["ok"]) CHECK(error_of(row["dockerfile"].get<std::string>()).empty());
}

TEST_CASE("table: directives, warnings and limits", "[F002]") {
    if (auto const rows = table("directives.json"))
        for (auto const* list : {"detect_syntax", "directive_check"})
            for (auto const& row : (*rows)[list]) {
                auto const found =
                    dockerfile::find_directive(list[0] == 'd' && list[1] == 'e' ? "syntax" : "check", row["text"].get<std::string>());
                INFO(row.dump());
                CHECK(found.has_value() == row["found"].get<bool>());
                if (!found) continue;
                CHECK(found->value == row["value"].get<std::string>());
                if (row["line"].is_number()) CHECK(found->line == row["line"].get<int>());
            }
    if (auto const rows = table("warnings_and_limits.json")) {
        std::vector<std::string> with_blanks;
        for (auto const& i : dockerfile::parse((*rows)[0]["dockerfile"].get<std::string>()).instructions)
            if (!i.blank_continuations.empty()) with_blanks.push_back(i.text);
        CHECK(json(with_blanks) == (*rows)[0]["warnings"]);
    }
    CHECK(error_of("FROM image\nLABEL test=" + std::string(65536, 'a') + "\n") == "dockerfile line greater than max allowed size of 65535");
    CHECK(error_of("FROM image\nLABEL test=" + std::string(65535 - 11, 'a') + "\n").empty());
}

TEST_CASE("table: build checks") {
    auto const root = tables::find("conformance/buildkit");
    if (!root) {
        WARN("skipped: conformance/buildkit is not there");
        return;
    }
    for (auto const& entry : std::filesystem::directory_iterator(*root)) {
        auto const name = entry.path().filename().string();
        if (name.rfind("lint.", 0) != 0 || name.rfind("lint.copyignored", 0) == 0) continue;
        auto const row = json::parse(tables::read(entry.path()));
        if (!row.contains("dockerfile") || !row["dockerfile"].is_string()) continue;
        INFO(name << "\n" << row["dockerfile"].get<std::string>());
        dockerfile::lint_options how;
        for (auto const& [key, value] : row["build_args"].items()) how.choice.build_args[key] = value.get<std::string>();
        auto const& expect = row["expect"];
        auto wanted = expect.contains("warnings_all_stages") ? expect["warnings_all_stages"] : expect["warnings"];
        json got = json::array();
        for (auto const& w : dockerfile::lint(dockerfile::parse(row["dockerfile"].get<std::string>()), how))
            got.push_back({{"rule", w.rule}, {"line", w.line}, {"detail", w.detail}});
        CHECK(got == wanted);
    }
}
