// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_AUTH_IPP_INCLUDED
#define CONSTAGE_OCI_AUTH_IPP_INCLUDED

#include <fcntl.h>
#include <openssl/evp.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <constage/failure.hpp>
#include <constage/files/digest.hpp>
#include <constage/oci/auth.hpp>
#include <constage/oci/json_reader.ipp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

extern char** environ;

namespace constage::oci {

namespace auth_detail {

CONSTAGE_INLINE std::optional<std::string> decode(std::string text) {
    std::erase_if(text, [](char c) { return c == '\n' || c == '\r' || c == ' '; });
    auto const padding = text.ends_with("==") ? 2u : text.ends_with('=') ? 1u : 0u;
    std::string result(text.size() / 4 * 3 + 3, '\0');
    auto const n = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(result.data()), reinterpret_cast<unsigned char const*>(text.data()),
                                   static_cast<int>(text.size()));
    if (n < static_cast<int>(padding)) return std::nullopt;
    result.resize(static_cast<std::size_t>(n) - padding);
    return result;
}

CONSTAGE_INLINE std::string config_path(std::string const& given) {
    if (!given.empty()) return given;
    if (auto const* folder = std::getenv("DOCKER_CONFIG"); folder && *folder) return std::string(folder) + "/config.json";
    auto const* home = std::getenv("HOME");
    return home ? std::string(home) + "/.docker/config.json" : "";
}

/// "https://index.docker.io/v1/" → "index.docker.io"
CONSTAGE_INLINE std::string host_of(std::string key) {
    if (auto const scheme = key.find("://"); scheme != key.npos) key.erase(0, scheme + 3);
    return key.substr(0, key.find('/'));
}

/// The name under which Docker keeps a registry's login.
CONSTAGE_INLINE std::string server_of(std::string const& registry) {
    return registry == "docker.io" ? "https://index.docker.io/v1/" : registry;
}

/// Runs `docker-credential-NAME get`. A socket instead of pipes: writing to a helper that is gone must not raise SIGPIPE here.
class helper {
public:
    explicit helper(std::string const& name) : program_("docker-credential-" + name) {
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) throw failed(std::strerror(errno));
        fd_ = ends[0];
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, ends[1], 0);
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
        std::string word = "get";
        char* arguments[] = {program_.data(), word.data(), nullptr};
        int const error = ::posix_spawnp(&pid_, program_.c_str(), &actions, nullptr, arguments, environ);
        posix_spawn_file_actions_destroy(&actions);
        ::close(ends[1]);
        if (error != 0) {
            pid_ = -1;
            ::close(fd_);
            throw failed(std::strerror(error));
        }
    }
    helper(helper const&) = delete;
    helper& operator=(helper const&) = delete;
    ~helper() {
        ::close(fd_);
        if (pid_ < 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }

    /// Output and whether it succeeded.
    std::pair<std::string, bool> ask(std::string const& server) {
        (void)::send(fd_, server.data(), server.size(), MSG_NOSIGNAL);  // too short to block; a helper that is gone has said why
        ::shutdown(fd_, SHUT_WR);
        std::string out;
        char buffer[4096];
        for (;;) {
            pollfd ready{fd_, POLLIN, 0};
            auto const answered = ::poll(&ready, 1, 60'000);
            if (answered < 0 && errno == EINTR) continue;
            if (answered == 0) throw failed("it does not answer");
            auto const n = ::read(fd_, buffer, sizeof buffer);
            if (n <= 0) break;
            out.append(buffer, static_cast<std::size_t>(n));
            if (out.size() > 65536) throw failed("its answer is too long");
        }
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {}
        pid_ = -1;
        return {out, WIFEXITED(status) && WEXITSTATUS(status) == 0};
    }

    failure failed(std::string const& why) const {
        return failure("the credential helper " + program_ + " failed: " + why)
            .with_hint("repair it, or remove it from Docker's config.json");
    }

private:
    std::string program_;
    int fd_ = -1;
    pid_t pid_ = -1;
};

CONSTAGE_INLINE std::optional<credentials> ask_helper(std::string const& name, std::string const& registry) {
    if (!std::all_of(name.begin(), name.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || std::strchr("-_.", c); }))
        throw failure("\"" + name + "\" is no name of a credential helper");
    helper h(name);
    auto const [out, ok] = h.ask(server_of(registry));
    if (!ok) {
        if (out.find("not found") != out.npos) return std::nullopt;  // "credentials not found in native keychain"
        throw h.failed(out.substr(0, out.find('\n')));
    }
    auto const parsed = json_reader::parse(out, "the answer of docker-credential-" + name, 65536);
    json_reader const from(parsed, "docker-credential-" + name);
    credentials found;
    found.user = from["Username"].text();
    (found.user == "<token>" ? found.identity_token : found.password) = from["Secret"].text();
    return found;
}

CONSTAGE_INLINE std::optional<credentials> read_entry(json_reader const& from) {
    credentials found;
    found.identity_token = from["identitytoken"].text();
    found.user = from["username"].text();
    found.password = from["password"].text();
    if (auto const both = from["auth"].text(); !both.empty()) {
        auto const text = decode(both);
        auto const colon = text ? text->find(':') : std::string::npos;
        if (colon == std::string::npos) throw failure(from.name() + ".auth is no base64 of user:password");
        found.user = text->substr(0, colon);
        found.password = text->substr(colon + 1);
    }
    if (found.user.empty() && found.identity_token.empty()) return std::nullopt;
    return found;
}

}  // namespace auth_detail

CONSTAGE_INLINE std::optional<credentials> find_credentials(std::string const& registry, std::string const& path) {
    using namespace auth_detail;
    auto const file = config_path(path);
    std::ifstream in(file, std::ios::binary);
    if (!in) return std::nullopt;
    auto const parsed = json_reader::parse(std::string(std::istreambuf_iterator<char>(in), {}), file, 16u << 20);
    json_reader const from(parsed, file);
    auto const host = host_of(server_of(registry));
    std::string helper = from["credsStore"].text();
    std::optional<credentials> found;
    from["credHelpers"].members([&](std::string const& key, json_reader const& name) {
        if (host_of(key) == host || key == registry) helper = name.text();
    });
    if (!helper.empty()) found = ask_helper(helper, registry);
    from["auths"].members([&](std::string const& key, json_reader const& entry) {
        if (!found && host_of(key) == host) found = read_entry(entry);
    });
    return found;
}

CONSTAGE_INLINE std::string basic_authorization(credentials const& who) { return "Basic " + files::base64(who.user + ":" + who.password); }

CONSTAGE_INLINE std::vector<challenge> parse_challenges(std::string_view text) {
    std::vector<challenge> all;
    auto const blank = [](char c) { return c == ' ' || c == '\t' || c == ','; };
    auto const name_end = [](char c) { return c == ' ' || c == '\t' || c == ',' || c == '='; };
    while (!text.empty()) {
        if (blank(text.front()) || text.front() == '=') {
            text.remove_prefix(1);
            continue;
        }
        auto const end = static_cast<std::size_t>(std::find_if(text.begin(), text.end(), name_end) - text.begin());
        std::string name(text.substr(0, end));
        std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        text.remove_prefix(end);
        if (!text.starts_with('=')) {
            all.push_back({name, {}});
            continue;
        }
        text.remove_prefix(1);
        std::string value;
        if (text.starts_with('"')) {
            text.remove_prefix(1);
            while (!text.empty() && text.front() != '"') {
                if (text.front() == '\\' && text.size() > 1) text.remove_prefix(1);
                value += text.front();
                text.remove_prefix(1);
            }
            if (!text.empty()) text.remove_prefix(1);
        } else {
            while (!text.empty() && !blank(text.front())) {
                value += text.front();
                text.remove_prefix(1);
            }
        }
        if (!all.empty()) all.back().values[name] = value;
    }
    return all;
}

}  // namespace constage::oci

#endif
