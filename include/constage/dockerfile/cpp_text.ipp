// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_CPP_TEXT_IPP_INCLUDED
#define CONSTAGE_DOCKERFILE_CPP_TEXT_IPP_INCLUDED

#include <constage/dockerfile/cpp_text.hpp>
#include <constage/dsl/copy.hpp>
#include <constage/failure.hpp>

#include <algorithm>
#include <iterator>

namespace constage::dockerfile {

namespace cpp_text_detail {

/// Names that mean something else in a build program: keywords, words of constage, what the C library declares globally.
inline constexpr std::string_view reserved[] = {
    "alignas", "alignof", "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break", "case", "catch", "char", "char8_t",
    "char16_t", "char32_t", "class", "co_await", "co_return", "co_yield", "compl", "concept", "const", "const_cast", "consteval",
    "constexpr", "constinit", "continue", "decltype", "default", "delete", "do", "double", "dynamic_cast", "else", "enum", "explicit",
    "export", "extern", "false", "float", "for", "friend", "goto", "if", "inline", "int", "long", "mutable", "namespace", "new", "noexcept",
    "not", "not_eq", "nullptr", "operator", "or", "or_eq", "private", "protected", "public", "register", "reinterpret_cast", "requires",
    "return", "short", "signed", "sizeof", "static", "static_assert", "static_cast", "struct", "switch", "template", "this", "thread_local",
    "throw", "true", "try", "typedef", "typeid", "typename", "union", "unsigned", "using", "virtual", "void", "volatile", "wchar_t",
    "while", "xor", "xor_eq",
    // words of constage
    "add", "arg", "args", "at_runtime", "cmd", "constage", "copy", "detail", "dockerfile", "dsl", "engine", "entrypoint", "env", "error",
    "exec", "exporter", "expose", "failure", "file", "files", "fixed_string", "from", "graph", "graph_view", "healthcheck", "image_graph",
    "label", "lint", "lit", "main", "maintainer", "none", "oci", "onbuild", "plan", "policy", "query", "ref", "report", "require", "run",
    "sandbox", "scratch", "script", "select", "shell", "stage", "steps", "stopsignal", "strict", "target", "targets", "user", "view",
    "volume", "workdir", "bind_options", "cache_options", "secret_options", "ssh_options", "tmpfs_options", "healthcheck_options", "hana",
    "boost", "cli",
    // the C library and compilers
    "abort", "abs", "accept", "access", "alarm", "bind", "calloc", "clock", "close", "connect", "daemon", "div", "environ", "errno",
    "execl", "exit", "exp", "fork", "free", "gamma", "getenv", "index", "j0", "j1", "jn", "kill", "labs", "link", "linux", "listen", "log",
    "malloc", "nice", "open", "pause", "pipe", "pow", "printf", "puts", "rand", "random", "read", "remove", "rename", "send", "signal",
    "sin", "sleep", "socket", "sqrt", "stat", "std", "stderr", "stdin", "stdout", "sync", "system", "tan", "time", "truncate", "unix",
    "unlink", "wait", "write", "y0", "y1", "yn"};

CONSTAGE_INLINE bool is_plain(char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; }

CONSTAGE_INLINE std::string escaped(std::string_view text) {
    static constexpr std::string_view special = "\"\\\n\r\t", letters = "\"\\nrt";
    std::string result = "\"";
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        if (auto const known = special.find(c); known != special.npos) {
            result += '\\';
            result += letters[known];
        } else if (!is_plain(c)) {
            result += '\\';
            for (int shift = 6; shift >= 0; shift -= 3) result += static_cast<char>('0' + ((byte >> shift) & 7));
        } else {
            result += c;
        }
    }
    return result + "\"";
}

/// What stands between `R"` and `(`.
CONSTAGE_INLINE std::string delimiter(std::string_view text) {
    for (std::string const d : {"", "text", "sh", "raw", "body"})
        if (text.find(")" + d + "\"") == text.npos) return d;
    std::string d = "x";
    while (d.size() < 15 && text.find(")" + d + "\"") != text.npos) d += 'x';
    return d;
}

CONSTAGE_INLINE std::string raw(std::string_view text, std::string_view before = "") {
    auto const d = delimiter(text);
    return "R\"" + d + "(" + std::string(before) + std::string(text) + ")" + d + "\"";
}

}  // namespace cpp_text_detail

CONSTAGE_INLINE std::string cpp_literal(std::string_view text) {
    using namespace cpp_text_detail;
    bool const plain = std::all_of(text.begin(), text.end(), is_plain);
    return plain && text.find_first_of("\"\\") != text.npos ? raw(text) : escaped(text);
}

CONSTAGE_INLINE std::string cpp_body(std::string_view text) {
    using namespace cpp_text_detail;
    auto const good = [](char c) { return is_plain(c) || c == '\n' || c == '\t'; };
    if (std::all_of(text.begin(), text.end(), good)) return raw(text, "\n");
    std::string result = "\"\\n\"";  // a line is a literal
    for (std::size_t begin = 0; begin < text.size();) {
        auto const end = std::min(text.find('\n', begin), text.size() - 1) + 1;
        result += "\n        " + escaped(text.substr(begin, end - begin));
        begin = end;
    }
    return result;
}

CONSTAGE_INLINE std::string cpp_comment(std::string_view text) {
    std::string result = "//";
    if (!text.empty()) result += ' ';
    for (char const c : text) result += cpp_text_detail::is_plain(c) ? c : ' ';
    while (result.back() == ' ') result.pop_back();
    if (result.back() == '\\') result += " //";  // else the next line would be comment too
    return result;
}

CONSTAGE_INLINE std::string cpp_name(std::string_view wanted, std::set<std::string>& taken) {
    using cpp_text_detail::reserved;
    std::string name;
    for (char const c : wanted) {
        bool const good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (good)
            name += c;
        else if (!name.empty() && name.back() != '_')
            name += '_';
    }
    while (!name.empty() && name.back() == '_') name.pop_back();
    if (name.empty() || (name[0] >= '0' && name[0] <= '9')) name = "stage_" + name;
    if (std::find(std::begin(reserved), std::end(reserved), name) != std::end(reserved)) name += "_stage";
    auto result = name;
    for (int n = 2; !taken.insert(result).second; ++n) result = name + "_" + std::to_string(n);
    return result;
}

CONSTAGE_INLINE bool passes(void (*check)(detail::text_view), std::string_view text) {
    try {
        if (check) check(detail::text_view(text.data(), static_cast<unsigned>(text.size())));
        return true;
    } catch (failure const&) { return false; }
}

CONSTAGE_INLINE std::string checked_literal(std::string_view text, void (*check)(detail::text_view)) {
    auto const literal = cpp_literal(text);
    return passes(check, text) ? literal : "at_runtime(" + literal + ")";
}

}  // namespace constage::dockerfile

#endif
