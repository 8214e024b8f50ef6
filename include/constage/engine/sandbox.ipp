// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_SANDBOX_IPP_INCLUDED
#define CONSTAGE_ENGINE_SANDBOX_IPP_INCLUDED

#include <fcntl.h>
#include <unistd.h>

#include <constage/engine/sandbox.hpp>
#include <constage/failure.hpp>
#include <constage/sandbox/descriptor.hpp>
#include <constage/sandbox/examine.hpp>
#include <constage/sandbox/mounts.hpp>
#include <constage/sandbox/network.hpp>
#include <constage/sandbox/private_mounts.hpp>
#include <constage/sandbox/process.hpp>
#include <constage/sandbox/runtime.hpp>
#include <constage/sandbox/spec.hpp>
#include <constage/sandbox/stubs.hpp>
#include <constage/sandbox/user_namespace.hpp>

#include <atomic>
#include <exception>
#include <future>
#include <thread>
#include <tuple>

namespace constage::engine {

namespace sandbox_detail {

CONSTAGE_INLINE std::string hosts_file(sandbox_request const& what) {
    std::string text = "127.0.0.1\tlocalhost " + what.hostname + "\n::1\tlocalhost ip6-localhost ip6-loopback\n";
    for (auto const& entry : what.extra_hosts) {
        auto const end = entry.find_first_of(":=");
        if (end == std::string::npos) throw failure("invalid extra host \"" + entry + "\"").with_hint("write name:address").as_usage();
        auto address = entry.substr(end + 1);
        if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
        text += address + "\t" + entry.substr(0, end) + "\n";
    }
    return text;
}

/// What the container talks to.
struct streams {
    int in = -1, out = -1, err = -1;
};

/// One RUN, from the point of view of the thread that owns the container's mounts. It must live as long as the container: the kernel
/// kills the container when its starter ends, so that nothing survives a killed builder.
class container_thread {
public:
    container_thread(sandbox_request const& what, sandbox::runtime const& runtime, std::shared_ptr<sandbox::connection_pool> networks,
                     streams io)
        : networks_(std::move(networks)), thread_([&what, &runtime, io, this] { live(what, runtime, io); }) {}
    ~container_thread() {
        if (thread_.joinable()) end();
    }

    /// Throws what went wrong on the way.
    sandbox::child started() { return started_.get_future().get(); }
    /// After the container: cleans up. Returns what the runtime complained about.
    std::string finish() {
        end();
        if (failed_) std::rethrow_exception(failed_);
        return complaint_;
    }

private:
    void end() {
        ended_.set_value();
        thread_.join();
    }
    void live(sandbox_request const& what, sandbox::runtime const& runtime, streams io) noexcept {
        sandbox::blocked_signals const blocked;
        bool running = false;
        try {
            prepare_and_run(what, runtime, io, running);
        } catch (...) {
            if (running)
                failed_ = std::current_exception();
            else
                started_.set_exception(std::current_exception());
        }
    }
    void prepare_and_run(sandbox_request const& what, sandbox::runtime const& runtime, streams io, bool& running);

    std::shared_ptr<sandbox::connection_pool> networks_;
    std::promise<sandbox::child> started_;
    std::promise<void> ended_;
    std::string complaint_;
    std::exception_ptr failed_;
    std::thread thread_;  // last: it uses the others
};

CONSTAGE_INLINE void container_thread::prepare_and_run(sandbox_request const& what, sandbox::runtime const& runtime, streams io,
                                                       bool& running) {
    static std::atomic<unsigned> count{0};
    auto const id = "constage-" + std::to_string(::getpid()) + "-" + std::to_string(count++);
    sandbox::enter_private_mounts();
    sandbox::bundle bundle(what);
    sandbox::network const network(what, networks_, bundle.path());
    bundle.add_file("/etc/resolv.conf", network.resolv_conf(), 0644, 0, 0);
    bundle.add_file("/etc/hosts", hosts_file(what), 0644, 0, 0);
    sandbox::spec_host host;
    host.root = bundle.root();
    host.mounts = bundle.mounts();
    host.new_network = network.runtime_makes_it();
    host.own_network = network.is_own() || sandbox::in_initial_user_namespace();
    runtime.describe(host, id);
    std::vector<std::string> targets;
    for (auto const& m : sandbox::standard_mounts(what, host)) targets.push_back(m.target);
    for (auto const& m : host.mounts) targets.push_back(m.target);
    sandbox::stubs const stubs(bundle.root(), targets);
    stubs.make_parents(bundle.root());
    sandbox::write_new_file(bundle.path() + "/config.json", sandbox::spec_of(what, host), 0600);
    runtime.prepare_cgroup(what.insecure);
    sandbox::program program;
    program.argv = runtime.command(bundle.path(), id);
    program.executable = runtime.executable();
    program.env = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"};
    program.directory = bundle.path();
    program.in = io.in;
    program.out = io.out;
    program.err = io.err;
    program.session = !what.terminal;
    program.pid_namespace = true;
    auto ended = ended_.get_future();
    auto child = sandbox::spawn(program);
    running = true;
    started_.set_value(std::move(child));
    ended.wait();
    complaint_ = sandbox::runtime::complaint(bundle.path() + "/log");
    bundle.unmount_root();
    stubs.remove_from(what.upper);
}

}  // namespace sandbox_detail

CONSTAGE_INLINE sandbox_result run_in_sandbox(sandbox_request const& what, sandbox_host const& host, std::stop_token stop) {
    if (what.argv.empty()) throw failure("RUN without a command");
    if (!has_privilege()) throw privilege_failure();
    sandbox::runtime const runtime(host.runtime);
    if (stop.stop_requested()) return {0, true};
    sandbox::descriptor out, out_end, err, err_end;
    sandbox_detail::streams io{STDIN_FILENO, STDERR_FILENO, STDERR_FILENO};
    if (!what.terminal) {
        std::tie(out, out_end) = sandbox::make_pipe();
        std::tie(err, err_end) = sandbox::make_pipe();
        io = {-1, out_end.get(), err_end.get()};
    }
    sandbox_detail::container_thread container(what, runtime, host.networks, io);
    auto const child = container.started();
    out_end.reset();
    err_end.reset();
    sandbox_result result;
    result.exit_code = sandbox::watch(child, out.get(), err.get(), stop, what.output);
    auto const complaint = container.finish();
    result.cancelled = stop.stop_requested();
    if (result.cancelled || complaint.empty()) return result;
    auto const code = sandbox::exit_code_of(complaint);
    if (code == 0)
        throw failure("the OCI runtime " + runtime.path() + " could not run the container: " + complaint)
            .with_hint("`constage doctor` says what this machine allows");
    result.exit_code = code;  // the runtime has printed its complaint on stderr
    return result;
}

CONSTAGE_INLINE std::shared_ptr<sandbox::connection_pool> share_networks() { return std::make_shared<sandbox::connection_pool>(); }

CONSTAGE_INLINE bool has_privilege() { return sandbox::has_privilege(); }

CONSTAGE_INLINE std::optional<int> enter_user_namespace(int argc, char** argv) { return sandbox::enter_user_namespace(argc, argv); }

CONSTAGE_INLINE std::vector<finding> examine_host(sandbox_host const& host, std::string const& store) {
    return sandbox::examine(host.runtime, store);
}

}  // namespace constage::engine

#endif
