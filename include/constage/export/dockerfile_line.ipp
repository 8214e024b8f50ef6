// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_EXPORT_DOCKERFILE_LINE_IPP_INCLUDED
#define CONSTAGE_EXPORT_DOCKERFILE_LINE_IPP_INCLUDED

#include <constage/dockerfile/text.hpp>
#include <constage/dockerfile/words.hpp>
#include <constage/export/dockerfile_line.hpp>
#include <constage/failure.hpp>

#include <algorithm>

namespace constage::exporter::dockerfile_detail {

inline constexpr std::size_t longest_line = 60000;

/// Bytes that are no UTF-8 stay as they are: the reader takes them.
CONSTAGE_INLINE std::string json_string(std::string const& word) {
    static constexpr char hex[] = "0123456789abcdef";
    std::string text = "\"";
    for (char const c : word) {
        auto const byte = static_cast<unsigned char>(c);
        if (byte < 0x20) {
            text += std::string("\\u00") + hex[byte >> 4] + hex[byte & 15];
            continue;
        }
        if (c == '"' || c == '\\') text += '\\';
        text += c;
    }
    return text + '"';
}

CONSTAGE_INLINE std::string json_array(std::vector<std::string> const& words) {
    std::string text = "[";
    for (auto const& w : words) text += (text.size() > 1 ? ", " : "") + json_string(w);
    return text + "]";
}

CONSTAGE_INLINE std::string flag(std::string_view name, std::string_view value) {
    std::string text = " --" + std::string(name) + "=";
    if (value.find_first_of(" \t\"'\\\v\f\r\n") == value.npos) return text + std::string(value);
    text += '"';
    for (char const c : value) {
        if (c == '"' || c == '\\') text += '\\';
        text += c;
    }
    return text + '"';
}

CONSTAGE_INLINE std::string assignment(std::string const& key, std::string const& value) {
    auto const text = key + "=" + value;
    if (dockerfile::quoted_words(text, '\\') == std::vector<std::string>{text}) return text;
    std::string result = key + "=";
    char quote = 0;
    for (std::size_t i = 0; i != value.size(); ++i) {
        char const c = value[i];
        if (c == '\\' && quote != '\'' && i + 1 != value.size()) {
            result += c;
            result += value[++i];
            continue;
        }
        if (quote == c)
            quote = 0;
        else if (!quote && (c == '"' || c == '\''))
            quote = c;
        if (!quote && dockerfile::blank_length(value.substr(i, 1))) result += '\\';
        result += c;
    }
    return result;
}

CONSTAGE_INLINE std::string wrapped(std::string_view line) {
    if (line.ends_with('\\') && !line.ends_with("\\\\"))
        throw failure("a line that ends with a backslash cannot be written in a Dockerfile")
            .with_instruction(std::string(line.substr(0, 200)));
    std::string result;
    std::size_t begin = 0;
    auto const blank = [&](std::size_t i) { return line[i] == ' ' || line[i] == '\t'; };
    for (std::size_t i = 1; i + 1 < line.size(); ++i) {
        if (!blank(i)) continue;
        auto next = i + 1;
        while (next != line.size() && blank(next)) ++next;
        if (next == line.size()) break;
        bool const wide = next - i > 2 && i - begin > 8, long_line = next - begin > longest_line - 5000;
        // what comes first must not read as a comment, nor what comes last as an escaped backslash
        if ((wide || long_line) && line[next] != '#' && line[i - 1] != '\\') {
            result += std::string(line.substr(begin, i + 1 - begin)) + "\\\n";
            begin = i + 1;
        }
        i = next;
    }
    return result + std::string(line.substr(begin)) + "\n";
}

CONSTAGE_INLINE std::string free_delimiter(std::string_view body) {
    auto const taken = [&](std::string const& d) { return ("\n" + std::string(body)).find("\n" + d + "\n") != std::string::npos; };
    std::string delimiter = "EOF";
    for (int n = 1; taken(delimiter); ++n) delimiter = "EOF" + std::to_string(n);
    return delimiter;
}

CONSTAGE_INLINE void append_body(std::string& to, std::string const& body, std::string const& name) {
    to += body;
    if (!body.empty() && body.back() != '\n') to += '\n';
    to += name + "\n";
}

CONSTAGE_INLINE std::string csv(std::string const& field) {
    if (field.find_first_of(",\"") == field.npos) return field;
    std::string text = "\"";
    for (char const c : field) text += c == '"' ? std::string("\"\"") : std::string(1, c);
    return text + "\"";
}

CONSTAGE_INLINE std::string mount_flag(plan::mount const& m, naming const& name) {
    std::string text;
    auto const add = [&](std::string const& field) { text += (text.empty() ? "" : ",") + csv(field); };
    if (auto const type = m.options.find("type"); type != m.options.end()) add("type=" + type->second);
    if (m.from.what != plan::reference::kind::context) add("from=" + name(m.from));
    for (auto const& [key, value] : m.options)
        if (key != "type") add(key + "=" + value);
    return flag("mount", text);
}

CONSTAGE_INLINE std::string write_run(plan::run const& r, naming const& name) {
    std::string line = "RUN";
    for (auto const& m : r.mounts) line += mount_flag(m, name);
    if (!r.network.empty()) line += flag("network", r.network);
    if (!r.security.empty()) line += flag("security", r.security);
    for (auto const& d : r.devices) line += flag("device", d);
    if (!r.what.shell) return line + " " + json_array(r.what.words) + "\n";
    auto const& text = r.what.words.front();
    if (r.heredocs.empty() && text.find('\n') != text.npos) {
        auto const delimiter = free_delimiter(text);
        line += " <<" + delimiter + "\n";
        append_body(line, text, delimiter);
        return line;
    }
    if (text.starts_with("--")) line += " --";
    if (!text.empty()) line += " " + text;
    line = wrapped(line);
    for (auto const& d : r.heredocs) append_body(line, d.body, d.name);
    return line;
}

/// `<<-"name"`
CONSTAGE_INLINE std::string marker(plan::heredoc const& d) {
    auto text = (d.fd ? std::to_string(d.fd) : "") + "<<" + (d.chomp ? "-" : "");
    return text + (d.expand ? d.name : d.name.find('"') == d.name.npos ? "\"" + d.name + "\"" : "'" + d.name + "'");
}

CONSTAGE_INLINE std::string write_copy(plan::copy const& c, naming const& name) {
    std::string line = c.add ? "ADD" : "COPY";
    if (c.from.what != plan::reference::kind::context) line += flag("from", name(c.from));
    if (!c.chown.empty()) line += flag("chown", c.chown);
    if (!c.chmod.empty()) line += flag("chmod", c.chmod);
    if (!c.checksum.empty()) line += flag("checksum", c.checksum);
    if (c.link) line += " --link";
    if (c.parents) line += " --parents";
    for (auto const& e : c.exclude) line += flag("exclude", e);
    if (c.keep_git_dir) line += flag("keep-git-dir", *c.keep_git_dir ? "true" : "false");
    if (c.unpack) line += flag("unpack", *c.unpack ? "true" : "false");
    auto words = c.sources;
    words.push_back(c.destination);
    bool const json = std::any_of(words.begin(), words.end(), [](std::string const& w) {
        return w.empty() || w.find_first_of(" \t\v\f\r\n") != w.npos || w.starts_with("--") || w.starts_with("[") || w.find("<<") != w.npos;
    });
    if (json && c.files.empty()) return line + " " + json_array(words) + "\n";
    if (json) throw failure("a path with a blank beside an inline file cannot be written in a Dockerfile");
    words.pop_back();
    for (auto const& s : words) line += " " + s;
    for (auto const& f : c.files) line += " " + marker(f);
    line = wrapped(line + " " + c.destination);
    for (auto const& f : c.files) {
        if (("\n" + f.body).find("\n" + f.name + "\n") != std::string::npos)
            throw failure("an inline file that has its own name as a line cannot be written in a Dockerfile: " + f.name);
        append_body(line, f.body, f.name);
    }
    return line;
}

}  // namespace constage::exporter::dockerfile_detail

#endif
