# SPDX-License-Identifier: BSL-1.0
"""constage and its peers behind one face: forget(bases), build(job) → Cost, tree_archive(job)."""
import os
import subprocess
import time
from dataclasses import dataclass, field

from disk import Disk, quiet
from measure import Failed, run

REGISTRY = "127.0.0.1:5090"


@dataclass
class Job:
    context: str
    dockerfile: str
    archive: bool = False  # the result is an archive; else it stays in the builder's own store
    cold: bool = True
    push: str = ""         # a name in the registry: the result goes there
    bases: dict = field(default_factory=dict)  # name in FROM → OCI layout
    log: bool = False      # what commands print is printed, as Cost.inside needs


class Builder:
    """One with all its state below `work`, a file system of its own."""

    def __init__(self, work):
        self.work, self.out = work, work + "/out.tar"
        self.disk, self.kept = Disk(work), None

    def start(self):
        pass

    def stop(self):
        pass

    def forget(self, bases):
        """Begins anew, with nothing but base images and a first build. On a new file system: ext4 takes minutes to reuse inodes, and until
        then searches past them for every file that anyone makes, so deleting would be paid for by whoever comes next. Loading bases takes
        up to a minute, so the file system is kept as it is then, and the next time begins with a copy."""
        self.rest()
        if self.kept != bases:
            self.kept = None
            self.disk.renew()
            self.start()
            self.load(bases)
            self.first_build(bases)
            self.stop()
            self.disk.keep()
            self.kept = dict(bases)
        self.disk.restore()
        self.start()
        self.first_build(bases)

    def load(self, bases):
        pass

    def first_build(self, bases):
        """A base is unpacked, and a daemon has done all that it does once."""
        context = self.work + ".first"
        os.makedirs(context, exist_ok=True)
        for base in bases or ["scratch"]:
            with open(context + "/Dockerfile", "w") as file:
                file.write(f"FROM {base}\n" + ("RUN true\n" if bases else "COPY Dockerfile /\n"))
            self.build(Job(context, context + "/Dockerfile", bases=bases))

    def rest(self):
        """Leaves no process, and nothing in memory that others would have to make room for."""
        if self.disk.mounted:
            self.stop()
            self.disk.drop()

    def leave(self):
        self.rest()
        self.disk.remove()


class Constage(Builder):
    name = "constage"

    def __init__(self, work, tool):
        super().__init__(work)
        self.tool, self.store = os.path.abspath(tool), work + "/store"
        self.version = quiet(self.tool, "--version").strip()

    def argv(self, job):
        argv = [self.tool, "build", *(["--progress", "plain"] if job.log else ["-q"]), "--store", self.store, "-f", job.dockerfile]
        for name, layout in job.bases.items():
            argv += ["--build-context", f"{name}=oci-layout://{layout}:latest"]
        argv += ["--insecure-registry", REGISTRY, "--network", "none"]  # as the peers, which have no network here
        if job.push:
            argv += ["--push", "-t", f"{REGISTRY}/{job.push}"]
        else:
            argv += ["-o", "type=oci,dest=" + self.out] if job.archive else ["-t", "bench:1"]
        return argv + [job.context]

    def build(self, job):
        return run(self.argv(job), log=job.log)

    def tree_archive(self, job):
        """An archive of what build() made."""
        if not job.archive:
            job = Job(job.context, job.dockerfile, True, False, bases=job.bases)
            run(self.argv(job))
        return self.out


class BuildKit(Builder):
    """BuildKit inside Debian's docker.io. Its built-in front end; archives by `docker save` (uncompressed layers)."""
    name = "BuildKit"
    daemon = None

    def __init__(self, work):
        super().__init__(work)
        self.env = dict(os.environ, DOCKER_BUILDKIT="1", DOCKER_HOST=f"unix://{work}/sock", HOME=work)

    def start(self):
        w = self.work
        self.daemon = subprocess.Popen(
            ["dockerd", "--iptables=false", "--ip6tables=false", "--bridge=none", "--ip-forward=false", "--ip-masq=false",
             "--storage-driver=overlay2", f"--data-root={w}/data", f"--exec-root={w}/exec", f"--pidfile={w}/pid", "-H", f"unix://{w}/sock",
             "--insecure-registry", REGISTRY], stdout=open(w + "/log", "wb"), stderr=subprocess.STDOUT)
        for _ in range(300):
            time.sleep(0.1)
            try:
                self.version = "docker " + self.docker("version", "--format", "{{.Server.Version}}").strip() + " (its BuildKit)"
                return
            except Failed:
                if self.daemon.poll() is not None:
                    break
        raise Failed("dockerd does not start: " + open(w + "/log").read()[-300:])

    def stop(self):
        if self.daemon:
            self.daemon.terminate()
            self.daemon.wait()

    def docker(self, *argv):
        return quiet("/usr/bin/docker", *argv, env=self.env)

    def load(self, bases):
        for name, layout in bases.items():
            archive = self.work + "/base.tar"
            if os.path.exists(archive):
                os.unlink(archive)
            quiet("skopeo", "copy", "--insecure-policy", f"oci:{layout}:latest", f"docker-archive:{archive}:{name}:latest")
            self.docker("load", "-i", archive)
            os.unlink(archive)

    def build(self, job):
        tag = f"{REGISTRY}/{job.push}" if job.push else "bench:1"
        cost = run(["/usr/bin/docker", "build", *(["--progress", "plain"] if job.log else ["-q"]), "--network", "none",
                    "-f", job.dockerfile, "-t", tag, job.context], [self.daemon.pid], env=self.env, log=job.log)
        more = ["push", "-q", tag] if job.push else ["save", "-o", self.out, tag] if job.archive else None
        return plus(cost, run(["/usr/bin/docker", *more], [self.daemon.pid], env=self.env)) if more else cost

    def tree_archive(self, job):
        self.docker("save", "-o", self.out, "bench:1")
        return self.out


class Buildah(Builder):
    """With runc: crun refuses machines whose cgroups are mixed. Archives are compressed with gzip."""
    name = "Buildah"

    def __init__(self, work):
        super().__init__(work)
        self.options = ["--storage-driver", "overlay", "--root", work + "/root", "--runroot", work + "/run"]
        self.version = quiet("buildah", "--version").strip()

    def stop(self):
        subprocess.run(["buildah", *self.options, "umount", "-a"], capture_output=True)
        subprocess.run(["umount", "-q", self.work + "/root/overlay"], capture_output=True)

    def buildah(self, *argv):
        return quiet("buildah", *self.options, *argv)

    def load(self, bases):
        for name, layout in bases.items():
            storage = f"[overlay@{self.work}/root+{self.work}/run]"  # `buildah pull oci:…` does not like the path of every directory
            quiet("skopeo", "copy", "--insecure-policy", f"oci:{layout}:latest", f"containers-storage:{storage}localhost/{name}:latest")

    def build(self, job):
        tag = f"{REGISTRY}/{job.push}" if job.push else "localhost/result:1"
        cost = run(["buildah", *self.options, "bud", *([] if job.log else ["-q"]), "--runtime", "/usr/sbin/runc", "--layers", "--jobs", "8",
                    "--network", "none", "--tls-verify=false", *(["--pull-never"] if job.bases else []), "-f", job.dockerfile, "-t", tag,
                    job.context], log=job.log)
        if not job.push and not job.archive:
            return cost
        if job.archive and os.path.exists(self.out):
            os.unlink(self.out)
        to = "docker://" + tag if job.push else "oci-archive:" + self.out
        return plus(cost, run(["buildah", *self.options, "push", "-q", "--tls-verify=false", tag, to]))

    def tree_archive(self, job):
        if os.path.exists(self.out):
            os.unlink(self.out)
        self.buildah("push", "-q", "localhost/result:1", "oci-archive:" + self.out)
        return self.out


def plus(a, b):
    """One after the other."""
    a.wall, a.cpu, a.written, a.memory = a.wall + b.wall, a.cpu + b.cpu, a.written + b.written, max(a.memory, b.memory)
    return a
