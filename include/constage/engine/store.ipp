// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_STORE_IPP_INCLUDED
#define CONSTAGE_ENGINE_STORE_IPP_INCLUDED

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <constage/engine/build.hpp>
#include <constage/engine/layer_format.hpp>
#include <constage/engine/store.hpp>
#include <constage/failure.hpp>
#include <constage/files/digest.hpp>
#include <constage/system_failure.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <thread>
#include <utility>

namespace constage::engine {

namespace store_detail {

inline constexpr char const* version = "1\n";

CONSTAGE_INLINE failure cannot(std::string const& action, std::string const& path, int code = errno) {
    bool const refused = code == EACCES || code == EROFS || code == EPERM;
    bool const no_locks = code == ENOLCK || code == ENOSYS || code == EOPNOTSUPP;
    return system_failure(action, path, code)
        .with_hint(refused    ? "choose a store that you may write with --store DIR"
                   : no_locks ? "choose a store on a file system that has locks (not every network's has) with --store DIR"
                              : "");
}

CONSTAGE_INLINE std::string hex(std::string const& digest) { return digest.substr(digest.find(':') + 1); }

/// Which byte of the file of locks is the one of this name.
CONSTAGE_INLINE off_t lock_number(std::string const& name) {
    static_assert(sizeof(off_t) == 8, "compile with -D_FILE_OFFSET_BITS=64");
    auto const digest = files::digest_of(name);
    return static_cast<off_t>(std::stoull(digest.substr(7, 15), nullptr, 16));  // 60 bits: never negative
}

/// The store's root, with all its folders.
CONSTAGE_INLINE std::string prepare(std::string const& given, bool must_exist) {
    std::error_code error;
    auto root = std::filesystem::absolute(given, error).lexically_normal().string();
    while (root.size() > 1 && root.ends_with('/')) root.pop_back();
    if (auto const found = read_file(root + "/version")) {
        if (*found != version)
            throw failure("the store " + root + " has version " + found->substr(0, found->find('\n')) + ", this constage knows version 1")
                .with_hint("use a newer constage, or another store with --store DIR");
    } else if (must_exist)
        throw failure("there is no store at " + root).with_hint("builds make one; --store DIR chooses another place");
    std::filesystem::create_directories(root, error);
    if (error) throw cannot("make the directory", root, error.value());
    auto const make = [&](std::string const& path) {  // also what somebody deleted
        if (::mkdir(path.c_str(), 0777) != 0 && errno != EEXIST) throw cannot("make the directory", path);
    };
    for (auto const* folder : {"/tmp", "/blobs", "/blobs/sha256"}) make(root + folder);
    for (auto const& folder : store_folders) make(root + "/" + folder.name);
    return root;
}

}  // namespace store_detail

CONSTAGE_INLINE std::optional<std::string> read_file(std::string const& path, std::uint64_t most) {
    int const fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return std::nullopt;
    std::string text;
    char buffer[65536];
    for (ssize_t n; (n = ::read(fd, buffer, sizeof buffer)) > 0;) {
        text.append(buffer, static_cast<std::size_t>(n));
        if (text.size() > most) break;
    }
    ::close(fd);
    return text;
}

CONSTAGE_INLINE void write_file(std::string const& path, std::string_view text) {
    int const fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) throw store_detail::cannot("write", path);
    while (!text.empty()) {
        auto const n = ::write(fd, text.data(), text.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            auto f = store_detail::cannot("write", path);
            ::close(fd);
            ::unlink(path.c_str());
            throw f;
        }
        text.remove_prefix(static_cast<std::size_t>(n));
    }
    ::close(fd);
}

CONSTAGE_INLINE file_lock& file_lock::operator=(file_lock&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
}
CONSTAGE_INLINE file_lock::~file_lock() {
    if (fd_ >= 0) ::close(fd_);
}

CONSTAGE_INLINE void remove_all(std::string const& path) noexcept {
    std::error_code error;
    std::filesystem::remove_all(path, error);
    if (!error) return;
    for (auto at = std::filesystem::recursive_directory_iterator(path, std::filesystem::directory_options::skip_permission_denied, error);
         !error && at != std::filesystem::recursive_directory_iterator(); at.increment(error))
        if (at->is_directory(error) && !at->is_symlink(error)) ::chmod(at->path().c_str(), 0700);
    std::filesystem::remove_all(path, error);
}

CONSTAGE_INLINE store::store(std::string root, bool there)
    : root_(store_detail::prepare(root, there)), blobs_(root_), index_(root_ + "/files.idx") {
    if (find_text("version")) return;
    put_text("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}");
    put_text("version", store_detail::version);  // last: before it, this is no store
}

CONSTAGE_INLINE store::~store() {
    try {
        if (index_.changed()) index_.save(new_name());
    } catch (failure const&) {  // losing it costs only time
    }
    if (!mine_.empty()) remove_all(mine_);
}

CONSTAGE_INLINE std::string text_of(step_record const& r) {
    nlohmann::json const json = {{"result", r.result}, {"ingredients", r.ingredients}, {"file_bytes", r.file_bytes}, {"time", r.time}};
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

CONSTAGE_INLINE std::optional<step_record> parse_step(std::string const& text) {
    auto const json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object() || !json.contains("result") || !json["result"].is_string()) return std::nullopt;
    step_record r;
    try {
        r.result = json["result"];
        r.ingredients = json.value("ingredients", r.ingredients);
        r.file_bytes = json.value("file_bytes", r.file_bytes);
        r.time = json.value("time", r.time);
    } catch (nlohmann::json::exception const&) { return std::nullopt; }
    if (!files::is_digest(r.result)) return std::nullopt;
    return r;
}

CONSTAGE_INLINE std::string text_of(layer_record const& r) {
    nlohmann::json const json = {{"media_type", r.blob.media_type},
                                 {"digest", r.blob.digest},
                                 {"size", r.blob.size},
                                 {"diff_id", r.diff_id},
                                 {"uncompressed", r.uncompressed}};
    return json.dump();
}

CONSTAGE_INLINE std::optional<layer_record> parse_layer(std::string const& text) {
    auto const json = nlohmann::json::parse(text, nullptr, false);
    layer_record r;
    try {
        r.blob.media_type = json.at("media_type");
        r.blob.digest = json.at("digest");
        r.blob.size = json.at("size");
        r.diff_id = json.at("diff_id");
        r.uncompressed = json.at("uncompressed");
    } catch (nlohmann::json::exception const&) { return std::nullopt; }
    if (!files::is_digest(r.blob.digest) || !files::is_digest(r.diff_id)) return std::nullopt;
    return r;
}

CONSTAGE_INLINE std::optional<step_record> store::find_step(std::string const& key) const {
    auto const text = read_file(path("steps", key));
    return text ? parse_step(*text) : std::nullopt;
}
CONSTAGE_INLINE void store::put_step(std::string const& key, step_record const& r) {
    put_text("steps/" + store_detail::hex(key), text_of(r));
}

CONSTAGE_INLINE std::optional<layer_record> store::find_layer(std::string const& name) const {
    auto const text = read_file(path("blobs-of", name));
    auto r = text ? parse_layer(*text) : std::nullopt;
    return r && blobs_.has(r->blob.digest, r->blob.size) ? r : std::nullopt;
}
CONSTAGE_INLINE std::optional<layer_record> store::find_change(std::string const& change) const {
    for (auto const& name : default_layer_names(change))
        if (auto found = find_layer(name)) return found;
    return std::nullopt;
}
CONSTAGE_INLINE void store::put_layer(std::string const& name, layer_record const& r) {
    put_text("blobs-of/" + store_detail::hex(name), text_of(r));
}

CONSTAGE_INLINE std::optional<std::string> store::find_text(std::string const& path) const { return read_file(root_ + "/" + path); }
CONSTAGE_INLINE void store::put_text(std::string const& path, std::string_view text) {
    auto const made = new_name();
    write_file(made, text);
    if (::rename(made.c_str(), (root_ + "/" + path).c_str()) == 0) return;
    auto f = store_detail::cannot("write", root_ + "/" + path);
    ::unlink(made.c_str());
    throw f;
}

CONSTAGE_INLINE std::string store::path(std::string_view folder, std::string const& digest) const {
    return root_ + "/" + std::string(folder) + "/" + store_detail::hex(digest);
}

CONSTAGE_INLINE bool store::has(std::string_view folder, std::string const& digest) const {
    return ::access(path(folder, digest).c_str(), F_OK) == 0;
}

CONSTAGE_INLINE store::temporary::~temporary() {
    if (!path_.empty()) remove_all(path_);
}

CONSTAGE_INLINE std::vector<std::string> store::rubbish() const {
    auto const guard = lock("tmp");
    std::vector<std::string> dead;
    std::error_code error;
    for (auto const& entry : std::filesystem::directory_iterator(root_ + "/tmp", error)) {
        int const fd = ::open((entry.path().string() + "/alive").c_str(), O_RDONLY | O_CLOEXEC);
        if (fd < 0 ? errno == ENOENT : ::flock(fd, LOCK_EX | LOCK_NB) == 0) dead.push_back("tmp/" + entry.path().filename().string());
        if (fd >= 0) ::close(fd);
    }
    return dead;
}

CONSTAGE_INLINE void store::remove_rubbish() {
    for (auto const& path : rubbish()) remove_all(root_ + "/" + path);
}

/// A name that nothing has yet, in this process's own directory below tmp/.
CONSTAGE_INLINE std::string store::new_name() {
    static std::atomic<unsigned> count{0};
    std::lock_guard const hold(making_);
    if (mine_.empty()) {
        auto const guard = lock("tmp");
        do mine_ = root_ + "/tmp/" + std::to_string(::getpid()) + "-" + std::to_string(count++);
        while (::mkdir(mine_.c_str(), 0700) != 0 && errno == EEXIST);  // process ids are not unique among containers
        if (::access(mine_.c_str(), W_OK) != 0) throw store_detail::cannot("make the directory", std::exchange(mine_, ""));
        int const fd = ::open((mine_ + "/alive").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0 || ::flock(fd, LOCK_SH | LOCK_NB) != 0) throw store_detail::cannot("lock", mine_);
        alive_ = file_lock(fd);
    }
    return mine_ + "/" + std::to_string(count++);
}

CONSTAGE_INLINE store::temporary store::make_temporary() {
    auto const path = new_name();
    if (::mkdir(path.c_str(), 0755) != 0) throw store_detail::cannot("make the directory", path);
    return temporary(path);
}

CONSTAGE_INLINE void store::make(std::string const& place, std::function<void(std::string const&)> const& fill) {
    auto const temporary = make_temporary();
    auto const made = temporary.path() + "/made";
    if (::mkdir(made.c_str(), 0755) != 0) throw store_detail::cannot("make the directory", made);
    fill(made);
    publish(made, place);
}

CONSTAGE_INLINE void store::publish(std::string const& from, std::string const& to) {
    if (::rename(from.c_str(), to.c_str()) == 0 || errno == EEXIST || errno == ENOTEMPTY) return;
    throw store_detail::cannot("write", to);
}

/// One byte of one file: a file for each name would stay for ever, and cost more than most of what it guards.
CONSTAGE_INLINE file_lock store::lock(std::string const& name, bool shared, bool wait) const {
    auto const path = root_ + "/lock";
    int const fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) throw store_detail::cannot("lock", path);
    file_lock held(fd);
    struct flock byte {};
    byte.l_type = shared ? F_RDLCK : F_WRLCK;
    byte.l_whence = SEEK_SET;
    byte.l_start = store_detail::lock_number(name);
    byte.l_len = 1;
    while (::fcntl(fd, wait ? F_OFD_SETLKW : F_OFD_SETLK, &byte) != 0) {
        if (errno == EINTR) continue;
        if (errno == EAGAIN || errno == EACCES) return {};
        throw store_detail::cannot("lock", path);
    }
    return held;
}

/// The kernel wakes who waits for a lock, but not who is told to stop: so this one asks again, first after 1 ms, then less and less often.
CONSTAGE_INLINE file_lock store::lock(std::string const& name, std::stop_token stop) const {
    for (auto pause = std::chrono::milliseconds(1);; pause = std::min(2 * pause, std::chrono::milliseconds(50))) {
        if (auto held = lock(name, false, false)) return held;
        if (stop.stop_requested()) throw failure("cancelled");
        std::this_thread::sleep_for(pause);
    }
}

CONSTAGE_INLINE std::string default_store() {
    if (::geteuid() == 0 && !std::getenv("CONSTAGE_USER_NAMESPACE")) return "/var/lib/constage";
    if (auto const* data = std::getenv("XDG_DATA_HOME"); data && *data) return std::string(data) + "/constage";
    auto const* home = std::getenv("HOME");
    return std::string(home && *home ? home : ".") + "/.local/share/constage";
}

}  // namespace constage::engine

#endif
