// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_PARSE_IPP_INCLUDED
#define CONSTAGE_DOCKERFILE_PARSE_IPP_INCLUDED

#include <constage/dockerfile/directive.hpp>
#include <constage/dockerfile/parse.hpp>
#include <constage/dockerfile/text.hpp>
#include <constage/dockerfile/words.hpp>
#include <constage/failure.hpp>

#include <algorithm>

namespace constage::dockerfile {

namespace parse_detail {

inline constexpr std::size_t longest_line = 65535;  ///< bytes without the newline (F002)

CONSTAGE_INLINE std::string lines_of(std::string const& file, int first, int last) {
    return file + ":" + std::to_string(first) + (last > first ? "-" + std::to_string(last) : "");
}

CONSTAGE_INLINE std::string shown(std::string_view text) {
    return text.size() <= 200 ? std::string(text) : std::string(text.substr(0, 200)) + "…";
}

CONSTAGE_INLINE void split_words_of(instruction& i, char escape);

/// The arguments, as the syntax of the keyword has them.
CONSTAGE_INLINE void split_arguments(instruction& i, std::string_view rest, char escape) {
    std::string_view const k = i.keyword;
    auto const json = [&] {
        auto words = json_words(rest);
        i.json = words.has_value();
        if (words) i.arguments.insert(i.arguments.end(), words->begin(), words->end());
        return i.json;
    };
    if (rest.empty()) return;
    if (k == "FROM" || k == "EXPOSE") {
        i.arguments = split_words(rest);
    } else if (k == "ADD" || k == "COPY" || k == "VOLUME") {
        if (!json()) i.arguments = split_words(rest);
    } else if (k == "RUN" || k == "CMD" || k == "ENTRYPOINT" || k == "SHELL") {
        if (!json()) i.arguments.emplace_back(rest);
    } else if (k == "ARG") {
        i.arguments = quoted_words(rest, escape);
    } else if (k == "ENV" || k == "LABEL") {
        auto const words = quoted_words(rest, escape);
        if (!words.empty() && words[0].find('=') == std::string::npos) {
            auto const [name, value] = cut_word(rest);
            if (name.size() == rest.size()) throw failure(i.keyword + " must have two arguments");
            i.arguments = {std::string(name), std::string(value), ""};
            return;
        }
        for (auto const& word : words) {
            auto const equals = word.find('=');
            if (equals == std::string::npos)
                throw failure("Syntax error - can't find = in \"" + shown(word) + "\". Must be of the form: name=value");
            i.arguments.insert(i.arguments.end(), {word.substr(0, equals), word.substr(equals + 1), "="});
        }
    } else if (k == "HEALTHCHECK") {
        auto end = std::size_t{0};
        while (end != rest.size() && !blank_length(rest.substr(end))) ++end;
        i.arguments.emplace_back(rest.substr(0, end));
        rest = trim_left(rest.substr(end));
        if (!rest.empty() && !json()) i.arguments.emplace_back(rest);
    } else if (k == "ONBUILD") {
        auto& inner = i.trigger.emplace_back();
        inner.text = rest;
        split_words_of(inner, escape);
        i.arguments = {inner.name};
        i.arguments.insert(i.arguments.end(), inner.arguments.begin(), inner.arguments.end());
    } else if (k == "MAINTAINER" || k == "STOPSIGNAL" || k == "USER" || k == "WORKDIR") {
        i.arguments.emplace_back(rest);
    }
}

/// Everything that follows from the text of an instruction.
CONSTAGE_INLINE void split_words_of(instruction& i, char escape) {
    auto const [name, after] = cut_word(trim(i.text));
    i.name = name;
    i.keyword = to_upper(name);
    auto split = split_flags(after);
    i.flags = std::move(split.flags);
    auto const rest = trim(split.rest);
    if (i.keyword == "ONBUILD" &&  // must not nest without end
        to_upper(cut_word(rest).first) == "ONBUILD")
        throw failure("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
    split_arguments(i, rest, escape);
}

CONSTAGE_INLINE bool takes_heredocs(instruction const& i) {
    auto const& inner = i.trigger.empty() ? i : i.trigger.front();
    return (inner.keyword == "RUN" || inner.keyword == "COPY" || inner.keyword == "ADD") && !inner.json;
}

/// The physical lines of a file.
struct parser {
    document& out;
    std::string_view text;
    int line = 0;  ///< number of the last line read
    directive_reader directives{};
    std::vector<comment> comments{};
    std::vector<std::string> above{};

    [[noreturn]] void fail(failure f, int first, int last, std::string_view what) const {
        throw std::move(f).with_where(lines_of(out.file, std::max(first, 1), last)).with_instruction(shown(what));
    }

    /// The next line with its newline; false: the end.
    bool next(std::string_view& result) {
        if (text.empty()) return false;
        auto const end = text.find('\n');
        result = text.substr(0, end == text.npos ? end : end + 1);
        ++line;
        if (result.size() - (end != text.npos) > longest_line)
            fail(failure("dockerfile line greater than max allowed size of 65535"), line, line, result);
        text.remove_prefix(result.size());
        return true;
    }
    static std::string_view without_newline(std::string_view l) {
        while (!l.empty() && (l.back() == '\n' || l.back() == '\r')) l.remove_suffix(1);
        return l;
    }

    /// Whether the line goes on below; the escape character and what follows then go (F005).
    bool continues(std::string_view& l) const {
        auto end = l.size();
        while (end != 0 && (l[end - 1] == ' ' || l[end - 1] == '\t')) --end;
        if (end == 0 || l[end - 1] != out.escape || (end > 1 && l[end - 2] == out.escape)) return false;
        l = l.substr(0, end - 1);
        return true;
    }

    void directive_of(std::string_view l) {
        try {
            auto const d = directives.read(l);
            if (!d || d->key != "escape") return;
            if (d->value != "\\" && d->value != "`") throw failure("invalid escape token '" + d->value + "' does not match ` or \\");
            out.escape = d->value[0];
        } catch (failure& f) { fail(std::move(f), line, line, l); }
    }

    void note_comment(std::string_view l) {
        auto const body = trim(l.substr(1));
        comments.push_back({std::string(body), line});
    }

    void run();
    void instruction_from(std::string_view first);
    void read_heredocs(instruction& i);
};

CONSTAGE_INLINE void parser::run() {
    std::string_view l;
    while (next(l)) {
        if (line == 1 && l.starts_with("\xef\xbb\xbf")) l.remove_prefix(3);
        l = trim_left(without_newline(l));
        directive_of(l);
        if (l.starts_with('#')) {
            note_comment(l);
            above.push_back(comments.back().text);
        } else if (l.empty()) {
            above.clear();
        } else {
            instruction_from(l);
            above.clear();
        }
    }
    if (out.instructions.empty())
        throw failure("file with no instructions").with_where(out.file).with_hint("a Dockerfile needs at least FROM");
    out.last_comments = std::move(comments);
    out.lines = line;
}

CONSTAGE_INLINE void parser::instruction_from(std::string_view first) {
    int const stage = out.instructions.empty() ? -1 : out.instructions.back().stage;
    auto& i = out.instructions.emplace_back();
    i.first_line = line;
    i.pieces = {{0, line}};
    bool more = continues(first);
    i.text = first;
    std::string_view l;
    while (more && next(l)) {
        auto const bare = without_newline(l);
        auto const trimmed = trim_left(bare);
        if (trimmed.starts_with('#')) {
            note_comment(trimmed);
        } else if (trimmed.empty()) {
            i.blank_continuations.push_back(line);
        } else {
            auto part = bare;
            more = continues(part);
            i.pieces.push_back({i.text.size(), line});
            i.text += part;
        }
    }
    try {
        split_words_of(i, out.escape);
        read_heredocs(i);
    } catch (failure& f) { fail(std::move(f), i.first_line, line, i.text); }
    i.last_line = line;
    i.comments_above = std::move(above);
    i.comments = std::move(comments);
    comments.clear();
    i.stage = stage + (i.keyword == "FROM");
}

CONSTAGE_INLINE void parser::read_heredocs(instruction& i) {
    if (!takes_heredocs(i) || i.text.find("<<") == std::string::npos) return;
    for (auto& doc : heredoc_markers(i.text)) {
        std::string_view l;
        for (;;) {
            if (!next(l)) throw failure("unterminated heredoc").with_hint("no line is exactly \"" + shown(doc.name) + "\"");
            auto end = without_newline(l);
            while (doc.chomp && end.starts_with('\t')) end.remove_prefix(1);
            if (end == doc.name) break;
            doc.content += l;
        }
        i.heredocs.push_back(std::move(doc));
    }
}

}  // namespace parse_detail

CONSTAGE_INLINE document parse(std::string_view text, std::string file_name) {
    document result;
    result.file = std::move(file_name);
    parse_detail::parser{result, text}.run();
    try {
        if (auto found = find_directive("syntax", text)) result.syntax = found->value;
        if (auto found = find_directive("check", text)) result.check = found->whole;
    } catch (failure& f) { throw std::move(f).with_where(result.file); }
    return result;
}

CONSTAGE_INLINE instruction parse_instruction(std::string_view text) {
    document result;
    result.file = "ONBUILD";
    parse_detail::parser p{result, text};
    static_cast<void>(p.directives.read(""));  // no directives here
    p.run();
    if (result.instructions.size() != 1) throw failure("an ONBUILD trigger should be a single instruction: " + parse_detail::shown(text));
    return std::move(result.instructions.front());
}

CONSTAGE_INLINE std::string place(document const& in, instruction const& which) {
    return parse_detail::lines_of(in.file, which.first_line, which.last_line);
}

}  // namespace constage::dockerfile

#endif
