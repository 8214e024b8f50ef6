// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_OWNER_IPP_INCLUDED
#define CONSTAGE_FILES_OWNER_IPP_INCLUDED

#include <constage/failure.hpp>
#include <constage/files/owner.hpp>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>
#include <sstream>

namespace constage::files {

namespace owner_detail {

/// A line of /etc/passwd or /etc/group, at its colons.
using fields = std::vector<std::string>;

inline constexpr std::uint64_t largest_database = 16u << 20;

/// The lines of a small file of the image; none if it is missing or no regular file.
CONSTAGE_INLINE std::vector<fields> read_database(tree const& root, std::string_view path) {
    auto const found = root.find(path);
    if (!found || !found->node || found->node->type != type::file) return {};
    auto const& n = *found->node;
    if (n.size > largest_database)
        throw failure("/" + found->path + " of the image has " + std::to_string(n.size) + " bytes: that is no list of users");
    std::stringstream text;
    if (n.content.path.empty()) {
        text << n.content.text;
    } else {
        std::ifstream file(n.content.path, std::ios::binary);
        if (!file) throw failure("cannot read " + n.content.path + " (/" + found->path + " of the image)");
        text << file.rdbuf();
    }
    std::vector<fields> lines;
    for (std::string line; std::getline(text, line);) {
        fields parts;
        std::stringstream rest(line);
        for (std::string part; std::getline(rest, part, ':');) parts.push_back(part);
        if (parts.size() >= 3) lines.push_back(std::move(parts));
    }
    return lines;
}

CONSTAGE_INLINE std::optional<std::uint32_t> number(std::string_view text) {
    std::uint32_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    bool const whole = !text.empty() && end == text.data() + text.size();
    if (whole && error == std::errc()) return value;
    if (std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }) && !text.empty())
        throw failure("\"" + std::string(text) + "\" is no user or group id: the largest is 4294967295");
    return std::nullopt;
}

CONSTAGE_INLINE std::uint32_t number_or_zero(fields const& line, std::size_t index) {
    return index < line.size() ? number(line[index]).value_or(0) : 0;
}

CONSTAGE_INLINE fields const* by_name(std::vector<fields> const& lines, std::string_view name) {
    auto const found = std::find_if(lines.begin(), lines.end(), [&](fields const& f) { return f[0] == name; });
    return found == lines.end() ? nullptr : &*found;
}

CONSTAGE_INLINE bool is_member(fields const& group, std::string_view user) {
    if (group.size() < 4) return false;
    std::stringstream names(group[3]);
    for (std::string name; std::getline(names, name, ',');)
        if (name == user) return true;
    return false;
}

/// scratch has nobody; BuildKit refuses to look a name up in it.
CONSTAGE_INLINE void need_files(std::string_view text, tree const& root) {
    if (!root.root()->entries.empty()) return;
    throw failure("invalid user index: \"" + std::string(text) + "\" has a name, but it is looked up in an empty root without /etc/passwd")
        .with_hint("write numeric ids (--link looks names up in an empty root always)");
}

/// "user:group" at its first colon; no group: none, "user:": "".
CONSTAGE_INLINE std::pair<std::string, std::optional<std::string>> split(std::string_view text) {
    auto const colon = text.find(':');
    if (colon == text.npos) return {std::string(text), std::nullopt};
    return {std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

}  // namespace owner_detail

CONSTAGE_INLINE owner owner_of(std::string_view text, tree const& root) {
    using namespace owner_detail;
    auto const [user, group] = owner_detail::split(text);
    owner result;
    if (auto const id = number(user)) {
        result = {*id, *id};
    } else if (user != "root" && !user.empty()) {
        need_files(text, root);
        auto const lines = read_database(root, "etc/passwd");
        if (auto const* line = by_name(lines, user)) result = {number_or_zero(*line, 2), number_or_zero(*line, 3)};
    }
    if (!group) return result;
    if (auto const id = number(*group)) {
        result.gid = *id;
    } else {
        result.gid = 0;
        if (group->empty() || *group == "root") return result;
        need_files(text, root);
        auto const lines = read_database(root, "etc/group");
        if (auto const* line = by_name(lines, *group)) result.gid = number_or_zero(*line, 2);
    }
    return result;
}

CONSTAGE_INLINE account account_of(std::string_view user, tree const& root) {
    using namespace owner_detail;
    auto const [name, group] = owner_detail::split(user.empty() ? "0" : user);
    auto const id = number(name);
    account result;
    if (id) result.ids.uid = *id;
    std::string login;
    for (auto const& line : read_database(root, "etc/passwd")) {
        if (id ? number_or_zero(line, 2) != *id : line[0] != name) continue;
        login = line[0];
        result.ids = {number_or_zero(line, 2), number_or_zero(line, 3)};
        if (line.size() > 5 && !line[5].empty()) result.home = line[5];
        break;
    }
    if (login.empty() && !id && name != "root")
        throw failure("unable to find user " + name + ": no matching entries in passwd file")
            .with_hint("create the user in an earlier RUN, or name its id: USER 1000:1000");
    auto const groups = read_database(root, "etc/group");
    if (group && !group->empty()) {
        if (auto const gid = number(*group)) {
            result.ids.gid = *gid;
        } else if (auto const* line = by_name(groups, *group)) {
            result.ids.gid = number_or_zero(*line, 2);
        } else {
            throw failure("unable to find group " + *group + ": no matching entries in group file")
                .with_hint("create the group in an earlier RUN, or name its id");
        }
    }
    result.groups.push_back(result.ids.gid);
    if (group && !group->empty()) return result;
    for (auto const& line : groups)
        if (auto const gid = number_or_zero(line, 2); !login.empty() && is_member(line, login) && gid != result.ids.gid)
            result.groups.push_back(gid);
    return result;
}

}  // namespace constage::files

#endif
