// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_HISTORY_IPP_INCLUDED
#define CONSTAGE_ENGINE_HISTORY_IPP_INCLUDED

#include <constage/engine/history.hpp>

#include <algorithm>

namespace constage::engine {

namespace history_detail {

CONSTAGE_INLINE std::string quoted(std::string const& word) {
    std::string text = "\"";
    for (char const c : word) {
        if (c == '"' || c == '\\')
            (text += '\\') += c;
        else if (c == '\n')
            text += "\\n";
        else if (c == '\t')
            text += "\\t";
        else if (c == '\r')
            text += "\\r";
        else
            text += c;
    }
    return text + '"';
}

}  // namespace history_detail

CONSTAGE_INLINE std::string quoted_list(std::vector<std::string> const& words) {
    std::string text = "[";
    for (auto const& w : words) text += (text.size() > 1 ? " " : "") + history_detail::quoted(w);
    return text + "]";
}

CONSTAGE_INLINE std::string plain_list(std::vector<std::string> const& words) {
    std::string text = "[";
    for (auto const& w : words) text += (text.size() > 1 ? " " : "") + w;
    return text + "]";
}

CONSTAGE_INLINE std::string run_history(std::vector<std::string> const& argv, build_args const& args, variables const& env) {
    variables shown;
    for (auto const& [name, value] : args) {
        auto const now = std::find_if(env.begin(), env.end(), [&name = name](auto const& v) { return v.first == name; });
        auto const text = now != env.end() ? now->second : value.value_or("");
        auto const before = std::find_if(shown.begin(), shown.end(), [&name = name](auto const& v) { return v.first == name; });
        if (before != shown.end())
            before->second = text;
        else
            shown.emplace_back(name, text);
    }
    std::string line = "RUN";
    if (!shown.empty()) line += " |" + std::to_string(shown.size());
    for (auto const& [name, value] : shown) line += " " + name + "=" + value;
    for (auto const& word : argv) line += " " + word;
    return line + " # buildkit";
}

}  // namespace constage::engine

#endif
