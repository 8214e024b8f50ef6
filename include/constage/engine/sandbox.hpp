// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_SANDBOX_HPP_INCLUDED
#define CONSTAGE_ENGINE_SANDBOX_HPP_INCLUDED

#include <constage/failure.hpp>
#include <constage/files/owner.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace constage::sandbox {
class connection_pool;
}

/// RUN: one command in a root file system made of snapshot directories, through an OCI runtime.
namespace constage::engine {

/// Something that is mounted for the length of one RUN. Sources are on this machine and already resolved inside their own root.
struct sandbox_mount {
    enum class kind : unsigned char { bind, tmpfs, overlay };
    kind what = kind::bind;
    std::string target;              ///< absolute path in the container
    std::string source;              ///< bind: directory or file on this machine
    std::vector<std::string> lower;  ///< overlay (bind mounts of a stage with rw, or of several layers): snapshot directories, top first
    std::string sub_path;            ///< overlay, bind of a directory: what of it is mounted, resolved inside it
    bool readonly = false;
    bool discard_writes = false;  ///< rw bind: an overlay on top, thrown away afterwards (R008)
    std::uint64_t size = 0;       ///< tmpfs; 0: no limit
    bool noexec = false;
};

struct sandbox_request {
    std::vector<std::string> lower;  ///< snapshot directories, top first; may be empty (scratch)
    std::string upper;               ///< empty directory: after run() it holds the step's diff
    std::string work;                ///< scratch directory of this step on the same file system as `upper`; run() may put anything in it
    std::vector<std::string> argv;
    std::vector<std::string> env;  ///< "K=V"; HOME is added if missing (R003)
    std::string cwd = "/";
    files::account user;
    std::vector<sandbox_mount> mounts;  ///< in mount order (parents first)
    std::vector<std::pair<std::string, std::string>>
        files;  ///< extra read-only files: target, content (secrets, heredoc scripts): on a tmpfs, never on disk
    std::vector<std::uint32_t> file_modes;  ///< same length as `files` or empty (0400)
    std::vector<files::owner> file_owners;  ///< same length as `files` or empty (0:0)
    std::string network = "default";        ///< default, none, host
    bool insecure = false;                  ///< --security=insecure
    std::string hostname = "buildkitsandbox";
    std::vector<std::string> extra_hosts;  ///< "name:ip"
    std::uint64_t shm_size = 64u << 20;
    std::vector<std::string> ulimits;  ///< "nofile=1024:2048"
    bool terminal = false;  ///< the command has a terminal that is connected to standard input and error of this process; no `output` then
    std::function<void(int fd, std::string_view bytes)> output;  ///< 1: stdout, 2: stderr, as it comes; called from one thread
};

struct sandbox_result {
    int exit_code = 0;       ///< 128 + signal if killed
    bool cancelled = false;  ///< the stop token fired; the container was killed
};

struct sandbox_host {
    std::string runtime = {};                                 ///< path of crun, runc or another OCI runtime; empty: find crun, else runc
    std::shared_ptr<sandbox::connection_pool> networks = {};  ///< of share_networks(); none: each container starts its own pasta
};

/// Network connections that the containers of a build use one after the other (never two at once): starting pasta costs more than running
/// a container. Made once for a build, in a process where has_privilege(); nothing is started before a container needs it.
std::shared_ptr<sandbox::connection_pool> share_networks();

/// Runs the command. Mounts live in a private mount namespace of a thread: nothing is left behind, even after SIGKILL.
/// What the runtime had to make as mount points (of the step's mounts, /dev, /proc, /sys, /etc/hosts, /etc/resolv.conf) is removed from
/// `upper` again if it is empty, with the parents that were made for it, as BuildKit does. A command that is not there gives exit code 127,
/// with the runtime's words on stderr. The network `default` is a private one by pasta; without pasta or /dev/net/tun it is this machine's.
/// Throws constage::failure with a hint when this machine cannot run containers at all (no runtime, no user namespaces, …).
sandbox_result run_in_sandbox(sandbox_request const& what, sandbox_host const& host, std::stop_token stop);

/// A RUN, in a process that may not run any. A program calls enter_user_namespace() then, and begins again.
class privilege_failure : public failure {
public:
    privilege_failure() : failure("RUN needs root or a user namespace, and this process has neither") {
        hint = "a program calls engine::enter_user_namespace() first, as the constage command does";
    }
};

/// True if this process can mount overlays and map ids: it is root, or already inside such a user namespace.
bool has_privilege();

/// Re-executes this program inside a user namespace with the subordinate ids of /etc/subuid and /etc/subgid (newuidmap, newgidmap) and
/// a mount namespace of its own; returns the exit code of that process, or none if has_privilege() already. Signals are passed on.
/// Only for programs (cli/): a library never calls it. Throws constage::failure with the one-line fix when the machine does not allow it.
std::optional<int> enter_user_namespace(int argc, char** argv);

/// What this machine allows, for `constage doctor`: name, ok, what was found, fix.
struct finding {
    std::string name;
    bool ok = false;
    std::string found;
    std::string fix;
};
/// `store`: where a build would write.
std::vector<finding> examine_host(sandbox_host const& host, std::string const& store);

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/sandbox.ipp>
#endif
#endif
