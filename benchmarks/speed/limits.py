# SPDX-License-Identifier: BSL-1.0
"""What no builder can beat on this machine. Each is measured in every round, between the builds, as the machine is then: seconds."""
import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
import zlib

from measure import Failed, compiled, run


# Not the slowest part, but what their sum takes if every processor always has something to do.
TOGETHER = "all parts, spread over the processors"


def seconds(*argv, **more):
    begin = time.perf_counter()
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **more)
    if done.returncode:
        raise Failed(f"{argv[0]}: {done.stderr[-600:].decode(errors='replace')}")
    return time.perf_counter() - begin


def median_wall(argv, times):
    return statistics.median(run(argv).wall for _ in range(times))


def statx_walk(directory):
    """One process that calls statx for every entry."""
    return median_wall([compiled("walk"), directory], 3)


def process():
    """Starting the smallest program."""
    return median_wall(["/bin/true"], 5)


def crun_runs(rootfs, count):
    """`count` bare `crun run` of `true`, one after the other."""
    with tempfile.TemporaryDirectory() as bundle:
        subprocess.run(["crun", "spec"], cwd=bundle, check=True)
        spec = json.load(open(bundle + "/config.json"))
        spec["process"].update(terminal=False, args=["/bin/true"], env=["PATH=/bin"])
        spec["root"] = {"path": rootfs, "readonly": False}
        json.dump(spec, open(bundle + "/config.json", "w"))

        # crun refuses machines that mix v1 and v2 of cgroups: it must not see them.
        script = ("mount -t tmpfs none /sys/fs/cgroup; "
                  f"for i in $(seq {count}); do crun --cgroup-manager=disabled run limit-$$-$i || exit 1; done")
        return seconds("unshare", "-m", "sh", "-c", script, cwd=bundle)


class Maven:
    """`mvn` as the Dockerfile calls it, in the image's files and in nothing else: no builder, no container."""

    def __init__(self, layout, project):
        self.layout, self.bundle, self.project = layout, os.path.dirname(project) + "/maven-bundle", project
        text = open(project + "/Dockerfile").read()
        options = re.search(r"^ENV (MAVEN_OPTS=\S+)$", text, re.MULTILINE)[1]
        self.command = ["env", "-i", "HOME=/root", "PATH=/usr/local/bin:/usr/bin:/bin", options,
                        "sh", "-c", re.search(r"^RUN .*?(mvn .*)$", text, re.MULTILINE)[1]]

    def __call__(self):
        app = self.bundle + "/rootfs/app"
        if not os.path.exists(app):
            seconds("umoci", "unpack", "--image", self.layout + ":latest", self.bundle)
            os.makedirs(app)
            shutil.copytree(self.project + "/src", app + "/src")
            shutil.copy(self.project + "/pom.xml", app)
        script = 'mount -t proc proc "$1/proc" && exec chroot "$@"'
        return {"`mvn` alone": seconds("unshare", "-m", "sh", "-c", script, "sh", self.bundle + "/rootfs", *self.command)}


class ArchiveParts:
    """Each part that a compressed archive of `directory` cannot do without."""

    def __init__(self, directory):
        self.directory, work = directory, os.path.dirname(directory)
        self.tar, self.out = work + "/limit.tar", work + "/limit.out"

    def prepare(self):
        subprocess.run(["tar", "-C", self.directory, "-cf", self.tar, "."], check=True)
        self.size = os.path.getsize(self.tar)
        if shutil.which("igzip"):
            counted = subprocess.run(["sh", "-c", 'igzip -2 -c "$1" | wc -c', "sh", self.tar], check=True, capture_output=True, text=True)
            self.compressed = int(counted.stdout)
        else:
            with open(self.tar, "rb") as file:
                self.sample = [file.read(1 << 20) for _ in range(max(1, min(64, self.size >> 20)))]
            self.share = self.size / sum(map(len, self.sample))
            self.compressed = sum(len(zlib.compress(block, 4)) for block in self.sample) * self.share

    def gzip(self):
        """On one thread; by ISA-L at constage's level, or by zlib at the level that a build without it has."""
        if shutil.which("igzip"):
            return seconds("igzip", "-2", "-c", self.tar)
        begin = time.perf_counter()
        for block in self.sample:
            zlib.compress(block, 4)
        return (time.perf_counter() - begin) * self.share

    def __call__(self):
        if not os.path.exists(self.tar):
            self.prepare()
        gzip = self.gzip()
        parts = {
            # Not -f /dev/null: tar would see that nobody reads, and not read either.
            "read": seconds("sh", "-c", 'tar -C "$1" -cf - . | cat >/dev/null', "sh", self.directory),
            # Once over the tar and once over the blob.
            "sha256 twice": seconds("openssl", "sha256", self.tar) * (1 + self.compressed / self.size),
            "gzip on 2 threads": gzip / 2,
            "write": seconds("dd", "if=" + self.tar, "of=" + self.out, "bs=1M", f"count={int(self.compressed) >> 20}"),
        }
        os.unlink(self.out)
        parts[TOGETHER] = (sum(parts.values()) + gzip / 2) / len(os.sched_getaffinity(0))
        return parts
