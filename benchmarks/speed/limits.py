# SPDX-License-Identifier: BSL-1.0
"""What no builder can beat on this machine, measured in the same run: seconds, medians as everywhere."""
import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
import zlib

from measure import compiled, run


# Not the slowest part, but what their sum takes if every processor always has something to do.
TOGETHER = "all parts, spread over the processors"


def median(action, times):
    results = []
    for _ in range(times):
        begin = time.perf_counter()
        action()
        results.append(time.perf_counter() - begin)
    return statistics.median(results)


def statx_walk(directory, times=9):
    """One process that calls statx for every entry."""
    return median_wall([compiled("walk"), directory], times)


def median_wall(argv, times):
    return statistics.median(run(argv).wall for _ in range(times))


def process():
    """Starting the smallest program."""
    return median_wall(["/bin/true"], 40)


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

        def all_runs():
            subprocess.run(["unshare", "-m", "sh", "-c", script], cwd=bundle, check=True, stdin=subprocess.DEVNULL)
        return median(all_runs, 5)


def maven(layout, project, work):
    """`mvn` as the Dockerfile calls it, in the image's files and in nothing else: no builder, no container."""
    bundle = work + "/maven-bundle"
    subprocess.run(["umoci", "unpack", "--image", layout + ":latest", bundle], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    app = bundle + "/rootfs/app"
    os.makedirs(app)
    shutil.copytree(project + "/src", app + "/src")
    shutil.copy(project + "/pom.xml", app)
    script = 'mount -t proc proc "$1/proc" && exec chroot "$@" mvn -f /app/pom.xml clean package'
    options = re.search(r"^ENV (MAVEN_OPTS=\S+)$", open(project + "/Dockerfile").read(), re.MULTILINE)[1]
    environment = ["env", "-i", "HOME=/root", "PATH=/usr/local/bin:/usr/bin:/bin", options]
    return median(lambda: subprocess.run(["unshare", "-m", "sh", "-c", script, "sh", bundle + "/rootfs", *environment], check=True,
                                         capture_output=True, stdin=subprocess.DEVNULL), 5)


def gzip_once(tar, size):
    """Seconds on one thread and bytes of the result: by ISA-L at constage's level, or by zlib at the level that a build without it has."""
    if shutil.which("igzip"):
        seconds = median(lambda: subprocess.run(["igzip", "-2", "-c", tar], check=True, stdout=subprocess.DEVNULL), 3)
        counted = subprocess.run(["sh", "-c", 'igzip -2 -c "$1" | wc -c', "sh", tar], check=True, capture_output=True, text=True)
        return seconds, int(counted.stdout)
    with open(tar, "rb") as file:
        sample = [file.read(1 << 20) for _ in range(min(64, size >> 20))] if size >> 20 else [file.read()]
    share = size / max(1, sum(map(len, sample)))
    compressed = []
    seconds = median(lambda: compressed.extend(len(zlib.compress(block, 4)) for block in sample), 1)
    return seconds * share, sum(compressed) * share


def archive_parts(directory, work):
    """Seconds of each part that a compressed archive of `directory` cannot do without: name → seconds."""
    tar = work + "/limit.tar"
    subprocess.run(["tar", "-C", directory, "-cf", tar, "."], check=True)
    size = os.path.getsize(tar)
    seconds, compressed = gzip_once(tar, size)
    parts = {
        # Not -f /dev/null: tar would see that nobody reads, and not read either.
        "read": median(lambda: subprocess.run(["sh", "-c", 'tar -C "$1" -cf - . | cat >/dev/null', "sh", directory], check=True), 3),
    }
    # Once over the tar and once over the blob.
    sha256 = median(lambda: subprocess.run(["openssl", "sha256", tar], check=True, stdout=subprocess.DEVNULL), 5) * (1 + compressed / size)
    parts["sha256 twice"] = sha256
    parts["gzip on 2 threads"] = seconds / 2
    zeros = work + "/limit.out"
    parts["write"] = median(lambda: subprocess.run(["dd", "if=" + tar, "of=" + zeros, "bs=1M", f"count={int(compressed) >> 20}"], check=True,
                                                   stderr=subprocess.DEVNULL), 3)
    parts[TOGETHER] = (parts["read"] + sha256 + seconds + parts["write"]) / len(os.sched_getaffinity(0))
    os.unlink(tar)
    shutil.rmtree(zeros, ignore_errors=True)
    if os.path.exists(zeros):
        os.unlink(zeros)
    return parts
