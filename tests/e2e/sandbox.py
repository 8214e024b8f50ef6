#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""What a RUN is and may, seen from inside by sandbox_probe.cpp, as root and as an ordinary user: capabilities, system calls, masked and read-only
places, devices, namespaces, limits, hosts, and what --security=insecure, --network, --add-host, --ulimit and --shm-size change.

The expected values are those of BuildKit's sandbox."""
import os, resource, shlex, subprocess, sys

import builder

MASKED = {"/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
          "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap"}
READ_ONLY = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"}
DEVICES = {"null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts", "shm", "mqueue", "fd", "stdin", "stdout", "stderr", "core", "console"}
WORK = {"socket(AF_INET)", "socket(AF_NETLINK)", "personality(query)", "ptrace", "chroot", "chown", "setuid", "mknod(fifo)", "memfd_create"}
# Beyond the filter they ask for a right on the machine itself, which the root of a user namespace has not.
WORK_FOR_ROOT = {"mknod(character device)", "mknod(block device)"}
READ_ONLY_CALLS = {"write(/proc/sys)", "write(/etc/hosts)", "write(/etc/resolv.conf)", "write(/sys)"}


class Report:
    """What the probe printed."""

    def __init__(self, text):
        rows = [line.split(" ", 1) for line in text.splitlines() if " " in line]
        of = lambda kind: [row[1] for row in rows if row[0] == kind]
        pairs = lambda kind: dict(row.rsplit(" ", 1) for row in of(kind))
        self.status = {k: v.strip() for k, _, v in (row.partition(":") for row in of("status"))}
        self.calls, self.namespaces, self.limits = pairs("call"), pairs("namespace"), pairs("limit")
        self.mounts = {}
        for row in of("mount"):
            left, _, right = row.partition(" - ")
            root, at, options = left.split()[3:6]
            kind, source, more = right.split()[:3]
            self.mounts[at] = {"type": kind, "options": set(options.split(",")), "super": set(more.split(",")), "root": root}
        self.entries = {}
        for row in of("entry"):
            directory, name = row.rsplit(" ", 1)
            self.entries.setdefault(directory, set()).add(name)
        self.hosts, self.resolv, self.host = of("hosts"), of("resolv"), pairs("host")["name"]


class Checks:
    def __init__(self, who):
        self.who, self.bad = who, []

    def same(self, what, got, want):
        if got != want:
            self.bad.append(f"{self.who}: {what} is {got!r}, expected {want!r}")

    def true(self, what, holds, seen=""):
        if not holds:
            self.bad.append(f"{self.who}: not so: {what} {seen}")


def probe(work):
    """The program, in a build context."""
    path = work + "/probe"
    os.makedirs(path)
    source = os.path.join(builder.HERE, "sandbox_probe.cpp")
    built = subprocess.run([*shlex.split(os.environ.get("CXX", "g++")), "-std=c++20", "-O1", "-static", source, "-o", path + "/probe"],
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    builder.need(built.returncode == 0, "no static program can be made: " + built.stdout.decode(errors="replace"))
    return path


def seen(b, context, flags="", *options):
    """The report of a RUN with these flags, in a build with these options; or what the build said when it failed."""
    with open(context + "/Dockerfile", "w") as f:
        f.write(f'FROM scratch\nCOPY probe /\nRUN {flags} ["/probe"]\n')
    code, text = b.run("build", "--progress", "plain", "--no-cache", "--store", b.store, *options, context)
    if code:
        return text
    lines = [line.split(" ", 2)[2] for line in text.splitlines() if line.startswith("#") and line.count(" ") > 1]
    return Report("\n".join(lines))


def in_sandbox(c, r, root):
    for name, want in {"CapPrm": "00000000a80425fb", "CapEff": "00000000a80425fb", "CapBnd": "00000000a80425fb", "CapInh": "0" * 16,
                       "CapAmb": "0" * 16, "NoNewPrivs": "0", "Seccomp": "2", "Uid": "0\t0\t0\t0", "Gid": "0\t0\t0\t0"}.items():
        c.same(name, r.status[name], want)
    for name, answer in r.calls.items():
        if name == "clone3":
            c.same(name, answer, "ENOSYS")
        elif name in WORK or (root and name in WORK_FOR_ROOT):
            c.same(name, answer, "ok")
        elif name in READ_ONLY_CALLS:
            c.true(f"{name} is refused", answer == "EROFS" or (answer == "EACCES" and not root), answer)
        elif name != "socket(raw)" and name not in WORK_FOR_ROOT:
            c.same(name, answer, "EPERM")
    c.true("the probe tries all it should", len(r.calls) > 50, len(r.calls))
    for path in MASKED:
        if os.path.lexists(path):
            c.true(f"{path} is masked", path in r.mounts and not r.entries.get(path), r.mounts.get(path))
    for path in READ_ONLY:
        if os.path.exists(path):
            c.true(f"{path} is read-only", "ro" in r.mounts.get(path, {"options": ()})["options"], r.mounts.get(path))
    c.true("only harmless devices", r.entries["/dev"] <= DEVICES, r.entries["/dev"])
    c.true("all harmless devices", DEVICES - {"core", "console"} <= r.entries["/dev"], r.entries["/dev"])
    for path, kind, options in (("/proc", "proc", {"rw", "nosuid", "nodev", "noexec"}), ("/dev", "tmpfs", {"rw", "nosuid"}),
                                ("/dev/pts", "devpts", {"rw", "nosuid", "noexec"}), ("/dev/shm", "tmpfs", {"rw", "nosuid", "nodev", "noexec"}),
                                ("/dev/mqueue", "mqueue", {"rw", "nosuid", "nodev", "noexec"}), ("/sys", "sysfs", {"ro", "nosuid", "nodev", "noexec"})):
        at = r.mounts.get(path, {"type": "nothing", "options": set()})
        c.same(f"the type of {path}", at["type"], kind)
        c.true(f"{path} is mounted {options}", options <= at["options"], at["options"])
    for path in ("/etc/hosts", "/etc/resolv.conf"):
        c.true(f"{path} is a read-only bind", {"ro", "nosuid", "nodev", "noexec"} <= r.mounts[path]["options"], r.mounts.get(path))
    c.true("/dev is 64 MiB, 0755", {"size=65536k", "mode=755"} <= r.mounts["/dev"]["super"], r.mounts["/dev"])
    c.true("/dev/shm is 64 MiB", "size=65536k" in r.mounts["/dev/shm"]["super"], r.mounts["/dev/shm"])
    c.true("no /run of its own", "/run" not in r.mounts)
    c.true("the root is an overlay", r.mounts["/"]["type"] == "overlay", r.mounts["/"])
    for name in ("mnt", "pid", "ipc", "uts") + (() if root else ("user",)):
        c.true(f"a {name} namespace of its own", r.namespaces[name] != os.readlink("/proc/self/ns/" + name))
    if os.path.exists("/sys/fs/cgroup/cgroup.controllers"):
        c.true("a cgroup namespace of its own", r.namespaces["cgroup"] != os.readlink("/proc/self/ns/cgroup"))
        c.true("/sys/fs/cgroup is read-only", "ro" in r.mounts["/sys/fs/cgroup"]["options"], r.mounts.get("/sys/fs/cgroup"))
    soft, hard = (n if n != resource.RLIM_INFINITY else 2**64 - 1 for n in resource.getrlimit(resource.RLIMIT_NOFILE))
    c.same("the limit of open files is the builder's", r.limits["nofile"], f"{soft}:{hard}")
    c.same("the host name", r.host, "buildkitsandbox")
    c.true("hosts name localhost and the container", "127.0.0.1\tlocalhost buildkitsandbox" in r.hosts, r.hosts)


def in_insecure(c, r, root):
    full = r.status["CapBnd"]
    c.true("all capabilities", int(full, 16) & 1 << 21, full)
    for name in ("CapPrm", "CapEff", "CapInh", "CapAmb"):
        c.same(name, r.status[name], full)
    c.same("Seccomp", r.status["Seccomp"], "0")
    for name in ("mount", "umount2", "move_mount", "keyctl", "add_key", "setns"):
        c.true(f"{name} is not filtered", r.calls[name] != "EPERM", r.calls[name])
    c.same("unshare(CLONE_NEWNS)", r.calls["unshare(CLONE_NEWNS)"], "ok")
    masked = {p for p in MASKED | READ_ONLY if p in r.mounts}
    c.true("nothing is masked or read-only", not masked, masked)
    c.true("/sys is writable", "rw" in r.mounts["/sys"]["options"], r.mounts["/sys"])


def run(work):
    context, bad = probe(work), []
    user = builder.make_user()
    for who in [None, user] if user else [None]:
        root, name = who is None, who or "root"
        b, c = builder.Builder(work, name, who), Checks(name)
        c_net = os.readlink("/proc/self/ns/net")

        def report(flags="", *options):
            r = seen(b, context, flags, *options)
            if isinstance(r, str):
                sys.exit(f"{name}: RUN {flags} with {options} failed:\n{r}")
            return r
        r = report("--network=none")
        in_sandbox(c, r, root)
        c.true("none is a network of its own", r.namespaces["net"] != c_net)
        c.same("socket(raw) in a network of its own", r.calls["socket(raw)"], "ok")

        refused = seen(b, context, "--security=insecure")
        c.true("insecure needs --allow", isinstance(refused, str) and "security.insecure" in refused, refused)
        in_insecure(c, report("--security=insecure", "--allow", "security.insecure"), root)

        refused = seen(b, context, "--network=host")
        c.true("the host's network needs --allow", isinstance(refused, str) and "network.host" in refused, refused)
        r = report("--network=host", "--allow", "network.host")
        c.same("the network of host", r.namespaces["net"], c_net)
        in_sandbox(c, r, root)

        r = report("", "--add-host", "db:10.1.2.3", "--add-host", "v6=[fd00::5]", "--ulimit", "nofile=100:200", "--ulimit", "core=0",
                   "--shm-size", "128m", "--build-arg", "BUILDKIT_SANDBOX_HOSTNAME=elsewhere")
        c.true("--add-host", {"10.1.2.3\tdb", "fd00::5\tv6"} <= set(r.hosts), r.hosts)
        c.same("--ulimit", (r.limits["nofile"], r.limits["core"]), ("100:200", "0:0"))
        c.true("--shm-size", "size=131072k" in r.mounts["/dev/shm"]["super"], r.mounts["/dev/shm"])
        c.same("the host name that was asked for", r.host, "elsewhere")
        c.true("resolv.conf names a server", any(line.startswith("nameserver") for line in r.resolv) or
               "nameserver" not in open("/etc/resolv.conf").read(), r.resolv)
        bad += c.bad
        print(f"{name}: {'as BuildKit' if not c.bad else f'{len(c.bad)} differences'}")
    if not user:
        print("only as root: there is no user with subordinate ids")
    print("\n".join(bad))
    return 1 if bad else 0


builder.main(run)
