// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_PLAN_JSON_IPP_INCLUDED
#define CONSTAGE_PLAN_JSON_IPP_INCLUDED

#include <constage/failure.hpp>
#include <constage/plan/json.hpp>
#include <constage/plan/json_fields.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <set>

namespace constage::plan {

namespace json_detail {

using nlohmann::json;

// ---- bytes ----------------------------------------------------------------------------------------------------------

/// Length of the UTF-8 sequence that begins at `i`; 0: none does.
CONSTAGE_INLINE std::size_t sequence(std::string_view text, std::size_t i) {
    auto const byte = [&](std::size_t k) { return static_cast<unsigned char>(text[k]); };
    auto const first = byte(i);
    std::size_t const length = first < 0x80                    ? 1
                               : first >= 0xc2 && first < 0xe0 ? 2
                               : (first & 0xf0) == 0xe0        ? 3
                               : first >= 0xf0 && first < 0xf5 ? 4
                                                               : 0;
    if (length == 0 || i + length > text.size()) return 0;
    for (std::size_t k = 1; k < length; ++k)
        if ((byte(i + k) & 0xc0) != 0x80) return 0;
    auto const second = length > 1 ? byte(i + 1) : 0u;
    bool const wrong = (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) || (first == 0xf0 && second < 0x90) ||
                       (first == 0xf4 && second > 0x8f);
    return wrong ? 0 : length;
}

CONSTAGE_INLINE bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        auto const n = sequence(text, i);
        if (n == 0) return false;
        i += n;
    }
    return true;
}

// ---- writing --------------------------------------------------------------------------------------------------------

template <class T>
json write(T const& value);

CONSTAGE_INLINE json write(std::string const& text) {
    if (is_utf8(text)) return text;
    std::string hex;
    for (char const c : text) {
        hex += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
        hex += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
    }
    return {{"bytes", hex}};
}
CONSTAGE_INLINE json write(bool value) { return value; }
CONSTAGE_INLINE json write(int value) { return value; }
CONSTAGE_INLINE json write(std::size_t value) { return value; }
CONSTAGE_INLINE json write(reference::kind value) { return kind_names[static_cast<std::size_t>(value)]; }
CONSTAGE_INLINE json write(std::pair<std::string, std::string> const& p) { return json::array({write(p.first), write(p.second)}); }

template <class T>
json write(std::vector<T> const& list) {
    auto result = json::array();
    for (auto const& element : list) result.push_back(write(element));
    return result;
}
CONSTAGE_INLINE json write(std::map<std::string, std::string> const& map) {
    auto result = json::object();
    for (auto const& [key, value] : map) {
        if (!is_utf8(key)) throw failure("the name of a mount option is not UTF-8");
        result[key] = write(value);
    }
    return result;
}
template <class T>
json write(std::optional<T> const& value) {
    return value ? write(*value) : json();
}
CONSTAGE_INLINE json write(command const& c) {
    if (!c.shell) return write(c.words);
    if (c.words.size() == 1) return write(c.words.front());
    return {{"shell", write(c.words)}};
}

/// Sources compare equal whatever they are.
template <class T>
bool is_default(T const& value) {
    if constexpr (std::is_same_v<T, source>)
        return value.file.empty() && value.line == 0 && value.last_line == 0;
    else
        return value == T{};
}

template <class T>
void write_fields(json& to, T const& value) {
    T const defaults{};
    auto const one = [&](auto const& f) {
        auto const& member = value.*f.member;
        using member_type = std::remove_cvref_t<decltype(member)>;
        if constexpr (std::is_same_v<member_type, source>) {
            if (is_default(member)) return;
        } else if (member == defaults.*f.member) {
            return;
        }
        to[f.name] = write(member);
    };
    std::apply([&](auto const&... f) { (one(f), ...); }, fields(type<T>{}));
}

template <class T>
json write(T const& value) {
    auto result = json::object();
    if constexpr (std::is_same_v<T, step>) {
        result["instruction"] = instruction_names[value.what.index()];
        std::visit([&](auto const& what) { write_fields(result, what); }, value.what);
    }
    if constexpr (std::is_same_v<T, global_arg>) write_fields(result, value.what);
    if constexpr (std::is_same_v<T, reference>) {
        result["kind"] = write(value.what);
        if (value.what == reference::kind::stage) result["stage"] = value.stage;
    }
    write_fields(result, value);
    return result;
}

// ---- reading --------------------------------------------------------------------------------------------------------

/// A place in the text: what is there and how to name it.
struct place {
    json const& value;
    std::string path;

    place at(std::string const& key) const { return {value.at(key), path.empty() ? key : path + "." + key}; }
    place at(std::size_t index) const { return {value.at(index), path + "[" + std::to_string(index) + "]"}; }
    [[noreturn]] void refuse(std::string const& why) const {
        throw failure("this is no plan: " + (path.empty() ? std::string("the document") : path) + " " + why);
    }
    void want(bool holds, char const* what) const {
        if (!holds) refuse(std::string("must be ") + what);
    }
};

template <class T>
void read(place const& from, T& value);

CONSTAGE_INLINE void read(place const& from, std::string& text) {
    if (from.value.is_string()) {
        text = from.value.get_ref<std::string const&>();
        return;
    }
    from.want(from.value.is_object() && from.value.size() == 1 && from.value.contains("bytes") && from.value["bytes"].is_string(),
              "a string");
    auto const& hex = from.value["bytes"].get_ref<std::string const&>();
    auto const digit = [&](char c) {
        from.want((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'), "bytes in hexadecimal");
        return c <= '9' ? c - '0' : c - 'a' + 10;
    };
    from.want(hex.size() % 2 == 0, "bytes in hexadecimal");
    for (std::size_t i = 0; i < hex.size(); i += 2) text += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
}
CONSTAGE_INLINE void read(place const& from, bool& value) {
    from.want(from.value.is_boolean(), "true or false");
    value = from.value.get<bool>();
}
CONSTAGE_INLINE void read(place const& from, std::size_t& value) {
    from.want(from.value.is_number_unsigned(), "a number of at least 0");
    value = from.value.get<std::size_t>();
}
CONSTAGE_INLINE void read(place const& from, int& value) {
    std::size_t wide = 0;
    read(from, wide);
    from.want(wide <= static_cast<std::size_t>(std::numeric_limits<int>::max()), "a smaller number");
    value = static_cast<int>(wide);
}
CONSTAGE_INLINE void read(place const& from, reference::kind& value) {
    auto const known = std::find_if(std::begin(kind_names), std::end(kind_names),
                                    [&](char const* name) { return from.value.is_string() && from.value == name; });
    from.want(known != std::end(kind_names), "context, scratch, stage, image or select");
    value = static_cast<reference::kind>(known - kind_names);
}
CONSTAGE_INLINE void read(place const& from, std::pair<std::string, std::string>& p) {
    from.want(from.value.is_array() && from.value.size() == 2, "[key, value]");
    read(from.at(0), p.first);
    read(from.at(1), p.second);
}
template <class T>
void read(place const& from, std::vector<T>& list) {
    from.want(from.value.is_array(), "an array");
    list.resize(from.value.size());
    for (std::size_t i = 0; i != list.size(); ++i) read(from.at(i), list[i]);
}
CONSTAGE_INLINE void read(place const& from, std::map<std::string, std::string>& map) {
    from.want(from.value.is_object(), "an object");
    for (auto const& [key, value] : from.value.items()) read(from.at(key), map[key]);
}
template <class T>
void read(place const& from, std::optional<T>& value) {
    read(from, value.emplace());
}
CONSTAGE_INLINE void read(place const& from, command& c) {
    if (from.value.is_array()) {
        c.shell = false;
        read(from, c.words);
    } else if (from.value.is_object() && from.value.size() == 1 && from.value.contains("shell")) {
        read(from.at("shell"), c.words);
    } else {
        read(from, c.words.emplace_back());
    }
}

/// Reads the fields that are there and strikes them from `unknown`.
template <class T>
void read_fields(place const& from, T& value, std::set<std::string>& unknown) {
    auto const one = [&](auto const& f) {
        if (unknown.erase(f.name) != 0) read(from.at(f.name), value.*f.member);
    };
    std::apply([&](auto const&... f) { (one(f), ...); }, fields(type<T>{}));
}

template <std::size_t Index = 0>
void choose(std::size_t index, instruction& what) {
    if constexpr (Index < std::variant_size_v<instruction>) {
        if (Index == index)
            what.emplace<Index>();
        else
            choose<Index + 1>(index, what);
    }
}

CONSTAGE_INLINE void read_instruction(place const& from, instruction& what, std::set<std::string>& unknown) {
    from.want(unknown.erase("instruction") != 0, "an object with a field \"instruction\"");
    auto const& name = from.value.at("instruction");
    auto const known = std::find_if(std::begin(instruction_names), std::end(instruction_names),
                                    [&](char const* n) { return name.is_string() && name == n; });
    if (known == std::end(instruction_names)) from.at("instruction").refuse("names no instruction that is known");
    choose(static_cast<std::size_t>(known - instruction_names), what);
    std::visit([&](auto& w) { read_fields(from, w, unknown); }, what);
}

template <class T>
void read(place const& from, T& value) {
    from.want(from.value.is_object(), "an object");
    std::set<std::string> unknown;
    for (auto const& [key, ignored] : from.value.items()) unknown.insert(key);
    if constexpr (std::is_same_v<T, step>) read_instruction(from, value.what, unknown);
    if constexpr (std::is_same_v<T, global_arg>) read_fields(from, value.what, unknown);
    if constexpr (std::is_same_v<T, plan>) unknown.erase("version");
    read_fields(from, value, unknown);
    if (!unknown.empty()) from.at(*unknown.begin()).refuse("is not a field that is known");
}

/// Indices must name stages that are there: back ends do not check again.
CONSTAGE_INLINE void check_reference(plan const& p, reference const& r, std::string const& path) {
    auto const check = [&](std::size_t stage) {
        if (stage >= p.stages.size())
            throw failure("this is no plan: " + path + " names stage " + std::to_string(stage) + ", but there are " +
                          std::to_string(p.stages.size()));
    };
    if (r.what == reference::kind::stage) check(r.stage);
    for (auto const c : r.choices) check(c);
}

CONSTAGE_INLINE void check(plan const& p) {
    for (std::size_t s = 0; s != p.stages.size(); ++s) {
        auto const path = "stages[" + std::to_string(s) + "]";
        check_reference(p, p.stages[s].from, path + ".from");
        for (std::size_t i = 0; i != p.stages[s].steps.size(); ++i) {
            auto const& what = p.stages[s].steps[i].what;
            auto const step_path = path + ".steps[" + std::to_string(i) + "]";
            if (auto const* c = std::get_if<copy>(&what)) check_reference(p, c->from, step_path + ".from");
            if (auto const* r = std::get_if<run>(&what))
                for (auto const& m : r->mounts) check_reference(p, m.from, step_path + ".mounts");
        }
    }
    for (auto const t : p.targets)
        if (t >= p.stages.size())
            throw failure("this is no plan: targets names stage " + std::to_string(t) + ", but there are " +
                          std::to_string(p.stages.size()));
}

}  // namespace json_detail

CONSTAGE_INLINE std::string to_json(plan const& what, int indent) {
    auto result = json_detail::write(what);
    result["version"] = plan::version;
    if (!result.contains("stages")) result["stages"] = nlohmann::json::array();
    return result.dump(indent);
}

CONSTAGE_INLINE plan from_json(std::string_view text) {
    using json_detail::json;
    if (text.size() > (64u << 20)) throw failure("this is no plan: the text is longer than 64 MiB");
    json document;
    try {
        document = json::parse(text);
    } catch (json::parse_error const& e) {
        throw failure("this is no plan: not JSON at byte " + std::to_string(e.byte)).with_hint("give the output of `plan --format json`");
    }
    json_detail::place const root{document, ""};
    root.want(document.is_object(), "an object");
    if (!document.contains("version")) root.refuse("has no field \"version\"");
    if (document["version"] != plan::version)
        throw failure("the plan has version " + document["version"].dump() + ", this program reads version " +
                      std::to_string(plan::version))
            .with_hint("write it and read it with the same constage");
    plan result;
    json_detail::read(root, result);
    json_detail::check(result);
    return result;
}

}  // namespace constage::plan

#endif
