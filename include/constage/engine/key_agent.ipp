// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_KEY_AGENT_IPP_INCLUDED
#define CONSTAGE_ENGINE_KEY_AGENT_IPP_INCLUDED

#include <unistd.h>

#include <constage/engine/key_agent.hpp>
#include <constage/failure.hpp>
#include <constage/sandbox/connection.hpp>
#include <constage/sandbox/process.hpp>

namespace constage::engine {

struct key_agent::process {
    sandbox::child running;
    explicit process(sandbox::child c) : running(std::move(c)) {}
    ~process() {
        running.kill();
        running.wait();
    }
};

namespace key_agent_detail {

CONSTAGE_INLINE std::string program_of_openssh(std::string const& name) {
    auto const path = sandbox::find_program(name);
    if (path.empty())
        throw failure(name + " is not installed, which holds the keys of --ssh")
            .with_hint("install openssh-client, or pass an agent's socket");
    return path;
}

/// Everything that a program prints until it has ended, and its exit code. Relative paths are in `directory`.
CONSTAGE_INLINE int run(sandbox::program what, std::string& printed) {
    auto [out, out_end] = sandbox::make_pipe();
    auto [err, err_end] = sandbox::make_pipe();
    what.out = out_end.get();
    what.err = err_end.get();
    auto const running = sandbox::spawn(what);
    out_end.reset();
    err_end.reset();
    return sandbox::watch(running, out.get(), err.get(), {}, [&](int, std::string_view bytes) { printed += bytes; });
}

}  // namespace key_agent_detail

CONSTAGE_INLINE key_agent::key_agent(std::vector<std::string> const& keys, std::string const& directory) : socket_(directory + "/socket") {
    using namespace key_agent_detail;
    sandbox::program agent;
    agent.argv = {program_of_openssh("ssh-agent"), "-D", "-a", "socket"};  // an address is short, the directory's path may not be
    agent.directory = directory;
    auto [out, out_end] = sandbox::make_pipe();
    agent.out = agent.err = out_end.get();
    process_ = std::make_unique<process>(sandbox::spawn(agent));
    out_end.reset();
    char first = 0;
    if (::read(out.get(), &first, 1) != 1 || ::access(socket_.c_str(), F_OK) != 0)
        throw failure("ssh-agent does not start");  // it says where it listens
    for (auto const& key : keys) {
        sandbox::program add;
        // From standard input: so it does not matter who else may read the file.
        add.argv = {"/bin/sh", "-c", "exec \"$0\" -q - <\"$1\"", program_of_openssh("ssh-add"), key};
        add.env = {"SSH_AUTH_SOCK=socket", "SSH_ASKPASS_REQUIRE=never"};
        add.directory = directory;
        std::string printed;
        if (run(add, printed) != 0)
            throw failure("cannot use the key " + key + " of --ssh: " + printed.substr(0, printed.find('\n')))
                .with_hint("give a private key without passphrase, or the socket of an agent that holds it");
    }
}

CONSTAGE_INLINE key_agent::~key_agent() = default;

}  // namespace constage::engine

#endif
