# SPDX-License-Identifier: BSL-1.0
"""For the tests that treat the builder badly: a build with every kind of step, as root or as an ordinary user, and what it leaves behind."""
import contextlib, hashlib, io, json, os, pwd, shutil, subprocess, sys, tarfile, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
TOOL = os.environ.get("CONSTAGE_BUILD", os.path.join(HERE, "../../build")) + "/constage"
USER = "constage-test"

# RUN, COPY, ADD of an archive, heredocs, whiteouts, mounts of all kinds, several stages, a base image.
DOCKERFILE = r"""
FROM base AS tools
WORKDIR /w
ADD archive.tar.gz /w/in/
RUN --mount=type=cache,target=/cache,sharing=locked echo x >> /cache/log && cp -r in out && wc -c < out/5 > out/size
RUN --mount=type=bind,source=src,target=/s --mount=type=tmpfs,target=/t cat /s/[0-9]* > /t/all && cp /t/all all
FROM base AS other
COPY src /src/
RUN --mount=type=secret,id=key mkdir -p /o/d && cp /run/secrets/key /o/k && rm /src/1 && rm -r /src/d && mkdir /src/d && ln /o/k /o/d/hard
RUN <<EOF
for i in $(seq 200); do echo $i > /o/$i; done
EOF
FROM base AS template
ONBUILD COPY --from=other /o/k /onbuilt/
ONBUILD WORKDIR /onbuilt
FROM template
ARG N=0
COPY --from=tools /w /w
COPY --from=other --chown=1:2 /o /o
COPY --chmod=600 <<EOF /text
here
EOF
RUN --network=none echo $N > /n && rm -rf /w/in && chown 3:4 /w/all && chmod 4711 /w/all
CMD ["cat", "/n"]
"""


class Skip(Exception):
    pass


def need(condition, why):
    if not condition:
        raise Skip(why)


def main(run):
    """Runs a test program; its exit code is 77 where it cannot run."""
    try:
        need(os.path.exists("/bin/busybox"), "/bin/busybox is not there (Debian: busybox-static)")
        need(shutil.which("crun") or shutil.which("runc"), "there is no OCI runtime")
        need(os.geteuid() == 0, "needs root")
        with scratch() as work:
            sys.exit(run(work))
    except Skip as e:
        print("skipped:", e, file=sys.stderr)
        sys.exit(77)


@contextlib.contextmanager
def scratch():
    path = tempfile.mkdtemp(prefix="constage-fault-")
    os.chmod(path, 0o755)
    try:
        yield path
    finally:
        subprocess.run(["rm", "-rf", path])


def make_user():
    """An ordinary user with subordinate ids, or none."""
    if not shutil.which("newuidmap"):
        return None
    try:
        pwd.getpwnam(USER)
    except KeyError:
        subprocess.run(["useradd", "--create-home", "--shell", "/bin/sh", USER], check=True)
    return USER if f"{USER}:" in open("/etc/subuid").read() else None


def pack(entries):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as t:
        for name, text in entries:
            info = tarfile.TarInfo(name)
            info.size = len(text)
            t.addfile(info, io.BytesIO(text))
    return data.getvalue()


def make_context(work):
    path = work + "/context"
    os.makedirs(path + "/src/d")
    for i in range(40):
        with open(f"{path}/src/{i}", "w") as f:
            f.write(f"file {i}\n" * 500)
    with open(path + "/src/d/x", "w") as f:
        f.write("x")
    with open(path + "/archive.tar.gz", "wb") as f:
        f.write(pack([(str(i), bytes([i]) * 20_000) for i in range(60)]))
    with open(path + "/Dockerfile", "w") as f:
        f.write(DOCKERFILE)
    with open(work + "/key", "w") as f:
        f.write("secret")
    return path


def make_base(work):
    """An OCI layout with busybox; its one layer is a compressed tar."""
    rootfs = io.BytesIO()
    with tarfile.open(fileobj=rootfs, mode="w") as t:
        t.add("/bin/busybox", "bin/busybox", filter=lambda m: m.replace(mtime=0, mode=0o755))
        for name in ("sh", "cat", "cp", "rm", "mkdir", "ln", "seq", "wc", "chown", "chmod", "echo", "sleep", "id", "touch", "dd"):
            info = tarfile.TarInfo("bin/" + name)
            info.type, info.linkname, info.mode = tarfile.SYMTYPE, "busybox", 0o777
            t.addfile(info)
    plain = rootfs.getvalue()
    layer = subprocess.run(["gzip", "-1n"], input=plain, stdout=subprocess.PIPE, check=True).stdout
    path = work + "/base"
    os.makedirs(path + "/blobs/sha256")

    def blob(data, kind):
        digest = hashlib.sha256(data).hexdigest()
        with open(f"{path}/blobs/sha256/{digest}", "wb") as f:
            f.write(data)
        return {"mediaType": "application/vnd.oci.image." + kind, "digest": "sha256:" + digest, "size": len(data)}
    config = {"architecture": "amd64", "os": "linux", "config": {"Env": ["PATH=/bin"]},
              "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(plain).hexdigest()]}}
    manifest = {"schemaVersion": 2, "config": blob(json.dumps(config).encode(), "config.v1+json"),
                "layers": [blob(layer, "layer.v1.tar+gzip")]}
    index = {"schemaVersion": 2, "manifests": [blob(json.dumps(manifest).encode(), "manifest.v1+json")]}
    for name, value in {"index.json": index, "oci-layout": {"imageLayoutVersion": "1.0.0"}}.items():
        with open(path + "/" + name, "w") as f:
            json.dump(value, f)
    return path


def make_inputs(work):
    if not os.path.exists(work + "/context"):
        make_context(work)
        make_base(work)


class Builder:
    """One builder: an identity, a store, a place for its results."""

    def __init__(self, work, name, user=None):
        self.work, self.user, self.place = work, user, f"{work}/{name}"
        os.makedirs(self.place)
        self.store = self.place + "/store"
        make_inputs(work)
        if user:
            shutil.chown(self.place, user)

    def command(self, *words):
        if not self.user:
            return [TOOL, *words]
        return ["setpriv", "--reuid", self.user, "--regid", self.user, "--init-groups", "env", "HOME=" + self.place, TOOL, *words]

    def build_words(self, *more, output=True, context=None):
        words = ["build", "--progress", "plain", "--store", self.store, "--secret", f"id=key,src={self.work}/key",
                 "--build-context", f"base=oci-layout://{self.work}/base", "--iidfile", self.place + "/iid"]
        if output:
            words += ["-t", "image:1", "-o", "type=image", "-o", f"type=oci,dest={self.place}/out.tar"]
        return [*words, *more, context or self.work + "/context"]

    def start(self, *more, log=None, **how):
        with open(log or self.place + "/log", "w") as out:
            return subprocess.Popen(self.command(*self.build_words(*more, **how)), stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                    start_new_session=True)

    def build(self, *more, **how):
        """Returns the exit code; the digest and what was printed are kept."""
        for name in ("/iid", "/out.tar"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.place + name)
        code = self.start(*more, **how).wait()
        self.text = open(self.place + "/log", errors="replace").read()
        self.digest = open(self.place + "/iid").read().strip() if code == 0 else ""
        return code

    def archive(self):
        with open(self.place + "/out.tar", "rb") as f:
            return hashlib.sha256(f.read()).hexdigest()

    def run(self, *words):
        done = subprocess.run(self.command(*words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout.decode(errors="replace")

    def check(self):
        """What `constage store check` complains about; empty: nothing."""
        code, text = self.run("store", "check", "--store", self.store)
        return "" if code == 0 else f"exit code {code}: {text}"

    def prune(self, *more):
        return self.run("prune", "--all", "--store", self.store, *more)


def run_tests(of, names, after=lambda: None):
    """Runs methods of `of`, says how each went. Returns how many failed."""
    bad = 0
    for name in names:
        try:
            getattr(of, name)()
            print(f"{of.b.user or 'root'}: {name}: ok", flush=True)
        except AssertionError as e:
            bad += 1
            print(f"{of.b.user or 'root'}: {name}: {e}", flush=True)
        after()
    return bad


def mounts():
    return open("/proc/self/mountinfo").read()


def processes(place):
    """Processes that have something to do with a builder's place, but the test itself: by their words, their directory, or what is mounted for them."""
    name = "/".join(place.split("/")[-2:])  # a mount's path begins where its file system does
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        seen = []
        for read in (lambda: open(f"/proc/{pid}/cmdline", errors="replace").read().replace("\0", " "), lambda: os.readlink(f"/proc/{pid}/cwd"),
                     lambda: open(f"/proc/{pid}/mountinfo", errors="replace").read()):
            with contextlib.suppress(OSError):
                seen.append(read())
        if int(pid) != os.getpid() and any(name in s for s in seen):
            found.append(f"{pid} {seen[0]}")
    return found


def left_behind(place, mounts_before):
    """Waits until nothing of a killed build runs any more; returns what stays."""
    for _ in range(200):
        alive = processes(place)
        if not alive:
            break
        time.sleep(0.05)
    else:
        return "processes: " + "; ".join(alive)
    new = set(mounts().splitlines()) - set(mounts_before.splitlines())
    ours = [m for m in new if place in m]
    return "mounts: " + "; ".join(ours) if ours else ""
