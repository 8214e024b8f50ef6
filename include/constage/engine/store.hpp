// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_STORE_HPP_INCLUDED
#define CONSTAGE_ENGINE_STORE_HPP_INCLUDED

#include <constage/detail/config.hpp>
#include <constage/files/index.hpp>
#include <constage/oci/source.hpp>

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

/// The store: a directory that several processes share.
///
/// - `version`: "1", the layout below
/// - `blobs/sha256/HEX`: layers, configs, manifests; with `oci-layout` and `index.json` the store is an OCI layout for other tools too
/// - `steps/HEX`: one record a step key: result, ingredients, times (JSON)
/// - `snapshots/HEX/`: a change by its content: `diff` (files::save) and, if something mounts it, `fs/` (an overlay upper directory)
/// - `layers/HEX/`: a base image's layer by its blob's digest: `diff`, `bytes` (of regular files), and, when contents were needed, `fs/` or
///   `data/` (contents only, made without privilege)
/// - `blobs-of/HEX`: which blob a change became with which compression (JSON)
/// - `lists/HEX`: the files that an ingredient of that digest consists of (JSON), to name what changed
/// - `builds/HEX`: what the last build of a project did with each step, and their keys, for "why did this run" (JSON)
/// - `logs/HEX`: what the step with that key printed, secrets hidden
/// - `contexts/HEX/fs/`: parts of build contexts that a RUN mounts, by content
/// - `mounts/HEX/`: cache mounts
/// - `downloads/HEX`, `git/COMMIT/`: what ADD got from elsewhere
/// - `files.idx`: digests of files by inode and times
/// - `lock`: see lock()
/// - `tmp/PID-N/`: of one process while it lives
///
/// Everything is written below tmp/ and renamed, so a killed build leaves only rubbish in tmp/, which the next build removes.
namespace constage::engine {

/// A folder of the store whose entries can be made or fetched again.
struct store_folder {
    char const* name;
    char const* what;            ///< for people; folders of the same kind stand together
    bool only_if_asked = false;  ///< prune() leaves it alone without --all
};
inline constexpr store_folder store_folders[] = {
    {"layers", "base layers, unpacked"}, {"snapshots", "changes of steps"},
    {"steps", "records of steps"},       {"blobs-of", "records of steps"},
    {"lists", "records of steps"},       {"builds", "records of steps"},
    {"logs", "logs of steps"},           {"contexts", "parts of contexts"},
    {"downloads", "downloads"},          {"git", "downloads"},
    {"mounts", "cache mounts", true},
};

/// An advisory lock, held until destruction; freed by the kernel if the process dies.
class file_lock {
public:
    file_lock() = default;
    explicit file_lock(int fd) : fd_(fd) {}
    file_lock(file_lock&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
    file_lock& operator=(file_lock&& other) noexcept;
    ~file_lock();
    explicit operator bool() const { return fd_ >= 0; }

private:
    int fd_ = -1;
};

/// What is known of a step that has run.
struct step_record {
    std::string result;                              ///< digest of what it changed
    std::map<std::string, std::string> ingredients;  ///< what the key was made of, by name
    std::uint64_t file_bytes = 0;                    ///< bytes of the regular files that the step put
    std::int64_t time = 0;                           ///< nanoseconds that it took
};

/// A snapshot as a compressed layer.
struct layer_record {
    oci::descriptor blob;
    std::string diff_id;
    std::uint64_t uncompressed = 0;
};

/// Records as the store keeps them (JSON). A damaged one is the same as none.
std::string text_of(step_record const& r);
std::optional<step_record> parse_step(std::string const& text);
std::string text_of(layer_record const& r);
std::optional<layer_record> parse_layer(std::string const& text);

class store {
public:
    /// Opens or makes it. Throws constage::failure: not writable, from a newer version.
    explicit store(std::string root, bool must_exist = false);
    static constexpr bool must_exist = true;
    ~store();
    store(store const&) = delete;
    store& operator=(store const&) = delete;

    std::string const& root() const { return root_; }
    oci::blob_store& blobs() { return blobs_; }
    files::file_index& index() { return index_; }

    std::optional<step_record> find_step(std::string const& key) const;
    void put_step(std::string const& key, step_record const& r);
    std::optional<layer_record> find_layer(std::string const& name) const;     ///< only if its blob is there
    std::optional<layer_record> find_change(std::string const& change) const;  ///< a layer of it, whatever build compressed it
    void put_layer(std::string const& name, layer_record const& r);
    std::optional<std::string> find_text(std::string const& path) const;  ///< a small file of the store
    void put_text(std::string const& path, std::string_view text);

    /// root/folder/HEX of a "sha256:HEX".
    std::string path(std::string_view folder, std::string const& digest) const;
    bool has(std::string_view folder, std::string const& digest) const;

    /// A directory below tmp/, removed with the object.
    class temporary {
    public:
        explicit temporary(std::string path) : path_(std::move(path)) {}
        temporary(temporary&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }
        ~temporary();
        std::string const& path() const { return path_; }

    private:
        std::string path_;
    };
    temporary make_temporary();
    /// What processes that have ended left in tmp/: paths below the store.
    std::vector<std::string> rubbish() const;
    void remove_rubbish();
    /// Makes a directory of the store: `fill` puts into a new one what belongs there, then it gets its place. If something is there already
    /// it stays, for equal names have equal content. Throws constage::failure.
    void make(std::string const& place, std::function<void(std::string const& directory)> const& fill);
    /// The second half of that, for a directory that is made already.
    void publish(std::string const& from, std::string const& to);

    /// Waits for the lock of this name (or returns an empty one at once if `wait` is false and another holds it).
    file_lock lock(std::string const& name, bool shared = false, bool wait = true) const;
    /// Waits as long as nobody asks to stop; then it is a constage::failure, "cancelled". For what another process may hold for minutes.
    file_lock lock(std::string const& name, std::stop_token stop) const;

private:
    std::string new_name();
    std::string root_;
    oci::blob_store blobs_;
    files::file_index index_;
    file_lock alive_;  ///< of tmp/PID-…, so that others know that this process still uses it
    std::string mine_;
    std::mutex making_;
};

/// The bytes of a file, the first `most` of them, or none if it cannot be opened.
std::optional<std::string> read_file(std::string const& path, std::uint64_t most = std::numeric_limits<std::uint64_t>::max());
/// For files that nobody sees yet: below tmp/. Throws constage::failure.
void write_file(std::string const& path, std::string_view text);

/// Removes a tree, even where directories are not writable. Errors are ignored: what is left is rubbish in tmp/.
void remove_all(std::string const& path) noexcept;

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/store.ipp>
#endif
#endif
