// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_FETCH_IPP_INCLUDED
#define CONSTAGE_ENGINE_FETCH_IPP_INCLUDED

#include <constage/engine/context.hpp>
#include <constage/engine/fetch.hpp>
#include <constage/engine/lower_instructions.hpp>
#include <constage/failure.hpp>
#include <constage/files/archive.hpp>
#include <constage/files/digest.hpp>
#include <constage/files/download.hpp>
#include <constage/files/git.hpp>
#include <constage/system_failure.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>

namespace constage::engine {

namespace fetch_detail {

CONSTAGE_INLINE bool is_remote(std::string const& source) { return lower_detail::is_git(source) || lower_detail::is_url(source); }

/// The Authorization header that the secrets hold for the URL's host: a whole one, or a token.
CONSTAGE_INLINE std::string authorization_of(options const& how, std::string const& url, bool git) {
    auto host = files::shown_url(url);
    host.erase(0, host.find("://") + 3);
    host.erase(0, host.find('@') < host.find('/') ? host.find('@') + 1 : 0);
    host = host.substr(0, host.find_first_of("/?#"));
    std::string const kind = git ? "GIT_AUTH_" : "HTTP_AUTH_";
    auto const trimmed = [](std::string text) {
        while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
        return text;
    };
    for (auto const& end : {"." + host, "_" + host, std::string()}) {
        if (end.empty() && !git) break;
        if (auto const header = secret_value(how, kind + "HEADER" + end)) return trimmed(*header);
        auto const token = secret_value(how, kind + "TOKEN" + end);
        if (token) return git ? "basic " + files::base64("x-access-token:" + trimmed(*token)) : "Bearer " + trimmed(*token);
    }
    return {};
}

CONSTAGE_INLINE files::copy_request::inline_file fetch_repository(lowered_copy const& c, std::string const& text, options const& how,
                                                                  store& where) {
    files::git_request r;
    auto const source = files::parse_git(text);
    if (!source) throw failure("\"" + text + "\" is no git reference").with_hint("write https://HOST/PROJECT.git#BRANCH");
    r.source = *source;
    if (c.keep_git_dir) {
        if (r.source.keep_git_dir && r.source.keep_git_dir != c.keep_git_dir)
            throw failure("keep-git-dir of " + files::shown_url(text) + " conflicts with --keep-git-dir");
        r.source.keep_git_dir = c.keep_git_dir;
    }
    if (!c.checksum.empty()) {
        if (!r.source.checksum.empty() && r.source.checksum != c.checksum)
            throw failure("checksum of " + files::shown_url(text) + " conflicts with --checksum=" + c.checksum);
        r.source.checksum = c.checksum;
    }
    if (text.starts_with("http")) r.authorization = authorization_of(how, text, true);
    r.directory = where.root() + "/git";
    auto const parts = where.make_temporary();
    r.parts = parts.path();
    r.stop = how.stop;
    return {"", files::fetch_git(r).root};
}

CONSTAGE_INLINE files::copy_request::inline_file fetch_file(lowered_copy const& c, std::string const& url, options const& how,
                                                            store& where) {
    files::download_request r;
    r.url = url;
    r.checksum = c.checksum;
    r.authorization = authorization_of(how, url, false);
    r.directory = where.root() + "/downloads";
    auto const parts = where.make_temporary();
    r.parts = parts.path();
    r.stop = how.stop;
    return {files::name_of_url(url), files::download(r)};
}

}  // namespace fetch_detail

CONSTAGE_INLINE std::vector<std::string> local_sources(lowered_copy const& c) {
    if (!c.add) return c.sources;
    std::vector<std::string> result;
    std::remove_copy_if(c.sources.begin(), c.sources.end(), std::back_inserter(result), fetch_detail::is_remote);
    return result;
}

CONSTAGE_INLINE std::vector<std::string> remote_sources(lowered_copy const& c) {
    std::vector<std::string> result;
    for (auto const& s : c.sources)
        if (c.add && fetch_detail::is_remote(s)) result.push_back(files::shown_url(s));
    return result;
}

CONSTAGE_INLINE std::vector<files::copy_request::inline_file> fetch_sources(lowered_copy const& c, options const& how, store& where) {
    std::vector<files::copy_request::inline_file> result;
    if (!c.add) return result;
    for (auto const& s : c.sources) {
        if (lower_detail::is_git(s))
            result.push_back(fetch_detail::fetch_repository(c, s, how, where));
        else if (lower_detail::is_url(s))
            result.push_back(fetch_detail::fetch_file(c, s, how, where));
    }
    return result;
}

CONSTAGE_INLINE files::diff unpacked(std::string const& archive, std::string digest, options const& how, store& where) {
    if (digest.empty()) digest = files::digest_of_file(archive);
    auto const place = where.path("layers", digest + "-add");
    if (!read_file(place + "/diff"))
        where.make(place, [&](std::string const& made) {
            auto const diff = files::read_archive(archive, made + "/data", false, how.unpack, how.stop);
            write_file(made + "/diff", files::save(diff, made));
        });
    return files::load(*read_file(place + "/diff"), place);
}

CONSTAGE_INLINE std::optional<std::string> secret_value(options const& how, std::string const& id) {
    std::optional<std::string> value;
    for (auto const& s : how.secrets) {
        if (s.id != id) continue;
        if (!s.env.empty()) {
            if (auto const* text = std::getenv(s.env.c_str())) value = text;
        } else if (!(value = read_file(s.src, most_secret_bytes))) {
            throw system_failure("read the secret " + id + " from", s.src).with_hint("src= of --secret is a path on this machine");
        }
    }
    return value;
}

// ---- contexts -----------------------------------------------------------------------------------------------------------

CONSTAGE_INLINE bool is_fetched(std::string const& context) { return fetch_detail::is_remote(context); }

CONSTAGE_INLINE std::optional<std::int64_t> newest_file(files::tree const& in) {
    std::optional<std::int64_t> newest;
    for (auto const& c : files::difference({}, in))
        if (c.node && c.node->type == files::type::file) newest = std::max(newest.value_or(0), c.node->mtime_ns / 1'000'000'000);
    return newest;
}

CONSTAGE_INLINE fetched_context open_context(std::string const& path, options const& how) {
    fetched_context result;
    store where(how.store.empty() ? default_store() : how.store);
    auto const in_use = where.lock("use", true);
    if (files::is_archive(path)) {
        result.files = std::make_shared<files::tree const>(files::tree().apply(unpacked(path, "", how, where)));
        result.time = newest_file(*result.files);
    } else {
        result.files = std::make_shared<files::tree const>();
        auto text = read_file(path);
        if (!text) throw system_failure("read the build context from", path);
        result.dockerfile = std::move(*text);
    }
    return result;
}

CONSTAGE_INLINE fetched_context fetch_context(std::string const& context, options const& how) {
    store where(how.store.empty() ? default_store() : how.store);
    auto const in_use = where.lock("use", true);
    lowered_copy what;
    if (auto const keep = how.build_args.find("BUILDKIT_CONTEXT_KEEP_GIT_DIR"); keep != how.build_args.end())
        what.keep_git_dir = keep->second == "1" || keep->second == "true";
    if (lower_detail::is_git(context)) {
        files::tree const repository(fetch_detail::fetch_repository(what, context, how, where).node);
        return {std::make_shared<files::tree const>(repository), std::nullopt, newest_file(repository)};  // they all have the commit's
    }
    auto const file = fetch_detail::fetch_file(what, context, how, where).node;
    auto result = open_context(file->content.path, how);
    if (file->mtime_ns != 0) result.time = file->mtime_ns / 1'000'000'000;
    return result;
}

CONSTAGE_INLINE std::optional<std::string> file_of(fetched_context const& context, std::string const& path) {
    auto const found = context.files->find(path);
    if (!found || !found->node) return std::nullopt;
    auto const& content = found->node->content;
    return content.path.empty() ? content.text : read_file(content.path);
}

}  // namespace constage::engine

#endif
