// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FILES_GIT_IPP_INCLUDED
#define CONSTAGE_FILES_GIT_IPP_INCLUDED

#include <unistd.h>

#include <constage/failure.hpp>
#include <constage/files/download.hpp>
#include <constage/files/edited_tree.hpp>
#include <constage/files/git.hpp>
#include <constage/files/scan.hpp>
#include <constage/sandbox/connection.hpp>
#include <constage/sandbox/process.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace constage::files {

namespace git_detail {

CONSTAGE_INLINE bool is_hex(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}
CONSTAGE_INLINE bool is_commit(std::string_view text) { return text.size() == 40 && is_hex(text); }

/// The git program, with one repository and one remote.
class repository {
public:
    repository(git_request const& what, std::string directory)
        : what_(what), directory_(std::move(directory)), program_(sandbox::find_program("git")) {
        if (program_.empty()) throw failure("ADD of " + shown_url(what.source.remote) + " needs the program git, which is not installed");
    }

    struct answer {
        int code = 0;
        std::string out, err;
    };

    answer try_run(std::vector<std::string> const& words) const {
        auto [out_read, out_write] = sandbox::make_pipe();
        auto [err_read, err_write] = sandbox::make_pipe();
        sandbox::program p;
        p.argv = {program_,
                  "-c",
                  "core.autocrlf=false",
                  "-c",
                  "core.hooksPath=/dev/null",
                  "-c",
                  "advice.detachedHead=false",
                  "-c",
                  "init.defaultBranch=master"};
        p.argv.insert(p.argv.end(), words.begin(), words.end());
        p.env = environment();
        p.directory = directory_;
        p.out = out_write.get();
        p.err = err_write.get();
        auto const child = sandbox::spawn(p);
        out_write.reset();
        err_write.reset();
        answer a;
        a.code = sandbox::watch(child, out_read.get(), err_read.get(), what_.stop,
                                [&](int from, std::string_view bytes) { (from == 1 ? a.out : a.err) += bytes; });
        return a;
    }

    std::string run(std::vector<std::string> const& words) const {
        auto a = try_run(words);
        if (a.code == 0) return std::move(a.out);
        while (!a.err.empty() && a.err.back() == '\n') a.err.pop_back();
        throw failure("git " + words.front() + " of " + shown_url(what_.source.remote) + " failed: " + a.err.substr(a.err.rfind('\n') + 1))
            .with_hint(a.err);
    }

private:
    /// The caller's, but of git's own variables only ours: GIT_DIR and the like speak of another repository.
    std::vector<std::string> environment() const {
        std::vector<std::string> env;
        for (char** v = environ; *v; ++v)
            if (!std::string_view(*v).starts_with("GIT_") || std::string_view(*v).starts_with("GIT_SS")) env.emplace_back(*v);
        env.emplace_back("GIT_TERMINAL_PROMPT=0");
        env.emplace_back("LC_ALL=C");
        if (!what_.authorization.empty()) {
            env.emplace_back("GIT_CONFIG_COUNT=1");
            env.push_back("GIT_CONFIG_KEY_0=http." + what_.source.remote + ".extraHeader");
            env.push_back("GIT_CONFIG_VALUE_0=Authorization: " + what_.authorization);
        }
        return env;
    }

    git_request const& what_;
    std::string directory_, program_;
};

/// The commit that the reference means on the remote; empty if only the repository itself can tell (the first digits of a commit).
CONSTAGE_INLINE std::string commit_of(repository const& git, git_source const& source) {
    auto const& ref = source.reference;
    if (is_commit(ref)) return ref;
    if (source.fetch_by_commit && is_commit(source.checksum)) return source.checksum;
    std::stringstream lines(git.run({"ls-remote", "--", source.remote}));
    std::map<std::string, std::string> known;
    for (std::string line; std::getline(lines, line);)
        if (auto const tab = line.find('\t'); tab != std::string::npos) known[line.substr(tab + 1)] = line.substr(0, tab);
    if (ref.empty()) {
        auto const head = known.find("HEAD");
        if (head == known.end()) throw failure(shown_url(source.remote) + " has no commit");
        return head->second;
    }
    for (auto const* prefix : {"", "refs/tags/", "refs/heads/", "refs/"})
        for (auto const* suffix : {"^{}", ""})  // of an annotated tag the commit
            if (auto const found = known.find(prefix + ref + suffix); found != known.end()) return found->second;
    if (ref.size() >= 7 && is_hex(ref)) return {};
    throw failure("repository " + shown_url(source.remote) + " does not contain ref " + ref);
}

CONSTAGE_INLINE void check(git_source const& source, std::string const& commit) {
    if (commit.starts_with(source.checksum)) return;
    throw failure("expected checksum to match " + source.checksum + ", got " + commit + " (" + shown_url(source.remote) + ")")
        .with_hint("the reference has moved since the checksum was written, or is not the one that was meant");
}

/// Fetches the commit, or all of the repository if the server does not give single commits or it is not known in full.
CONSTAGE_INLINE std::string fetch(repository const& git, git_source const& source, std::string const& commit) {
    git.run({"init", "--quiet"});
    git.run({"remote", "add", "origin", source.remote});
    if (commit.empty() || git.try_run({"fetch", "--quiet", "--depth=1", "--no-tags", "origin", commit}).code != 0)
        git.run({"fetch", "--quiet", "--tags", "origin", "+refs/heads/*:refs/remotes/origin/*"});
    auto const wanted = commit.empty() ? source.reference : commit;
    auto found = git.try_run({"rev-parse", "--verify", "--quiet", "--end-of-options", wanted + "^{commit}"});
    while (!found.out.empty() && found.out.back() == '\n') found.out.pop_back();
    if (found.code != 0 || !is_commit(found.out))
        throw failure("repository " + shown_url(source.remote) + " does not contain commit " + wanted);
    return found.out;
}

CONSTAGE_INLINE void check_out(repository const& git, git_source const& source, std::string const& commit, std::string const& directory) {
    git.run({"checkout", "--quiet", "--force", "--detach", commit});
    if (source.submodules.value_or(true) && std::filesystem::exists(directory + "/.gitmodules"))
        if (git.try_run({"submodule", "--quiet", "update", "--init", "--recursive", "--depth=1"}).code != 0)
            git.run({"submodule", "--quiet", "update", "--init", "--recursive"});
    if (source.keep_git_dir.value_or(false)) return;
    std::filesystem::remove_all(directory + "/.git");
    for (auto i = std::filesystem::recursive_directory_iterator(directory); i != std::filesystem::recursive_directory_iterator(); ++i)
        if (i->path().filename() == ".git") {  // of submodules
            i.disable_recursion_pending();
            std::filesystem::remove_all(i->path());
        }
}

CONSTAGE_INLINE node_ptr normalised(node const& n, std::int64_t time) {
    auto made = attributes_of(n);
    made->uid = made->gid = 0;
    made->mtime_ns = time;
    made->inode = 0;
    if (n.type == type::directory) made->mode = 0755;
    if (n.type == type::file) made->mode = (n.mode & 0100) != 0 ? 0755 : 0644;
    for (auto const& [name, child] : n.entries) made->entries.put(name, normalised(*child, time));
    return made;
}

/// The time of a checkout's commit is kept in a small file beside it, in seconds.
CONSTAGE_INLINE void write_time(std::string const& path, std::string const& seconds) {
    std::ofstream out(path);
    out << seconds;
    if (!out.flush()) throw failure("cannot write " + path);
}
CONSTAGE_INLINE std::int64_t read_time(std::string const& path) {
    std::int64_t seconds = 0;
    if (!(std::ifstream(path) >> seconds)) throw failure("cannot read " + path);
    return seconds * 1'000'000'000;
}

}  // namespace git_detail

CONSTAGE_INLINE git_tree fetch_git(git_request const& what) try {
    using namespace git_detail;
    auto const& source = what.source;
    std::filesystem::create_directories(what.directory);
    auto commit = commit_of(repository(what, what.directory), source);
    auto const place_of = [&] {
        return what.directory + "/" + commit + (source.keep_git_dir.value_or(false) ? "-git" : "") +
               (source.submodules.value_or(true) ? "" : "-alone");
    };
    if (!commit.empty() && !source.checksum.empty()) check(source, commit);
    if (commit.empty() || !std::filesystem::exists(place_of())) {
        auto const part = (what.parts.empty() ? what.directory : what.parts) + "/.part-" + std::to_string(::getpid()) + "-" +
                          std::to_string(next_inode());
        struct remover {
            std::string const& path;
            ~remover() {
                std::error_code ignored;
                std::filesystem::remove_all(path, ignored);
            }
        } const cleaner{part};
        auto const files = part + "/files";
        std::filesystem::create_directories(files);
        repository const git(what, files);
        commit = fetch(git, source, commit);
        if (!source.checksum.empty()) check(source, commit);
        auto const seconds = git.run({"show", "--no-patch", "--format=%ct", commit});
        check_out(git, source, commit, files);
        std::error_code taken;  // by another process: then what is there is the same
        write_time(part + "/time", seconds);
        std::filesystem::rename(part, place_of(), taken);
        if (taken && !std::filesystem::exists(place_of()))
            throw failure("cannot keep a checkout in " + place_of() + ": " + taken.message());
    }
    auto const place = place_of();
    auto const whole = scan_context(place + "/files", context_options{});
    auto const found = whole.find(source.directory);
    if (!found || !found->node || found->node->type != type::directory)
        throw failure("repository " + shown_url(source.remote) + " has no directory " + source.directory + " at " + commit);
    return {commit, normalised(*found->node, read_time(place + "/time"))};
} catch (std::filesystem::filesystem_error const& e) {
    throw failure("cannot keep what " + shown_url(what.source.remote) + " holds: " + e.what());
}

}  // namespace constage::files

#endif
