# SPDX-License-Identifier: BSL-1.0
"""Makes contexts and base images. Content comes from a seeded generator: the same on every machine."""
import os
import random
import shutil
import subprocess

from disk import quiet


def fill(directory, count, size, compressible=1.0, seed=1):
    """`count` files of `size` bytes, a hundred in a folder; the given share of each is words, the rest random."""
    source = random.Random(seed)
    words = (" ".join(source.choice(["stage", "layer", "image", "copy", "run", "cache", "key", str(source.random())]) for _ in range(4000))
             .encode() * (size // 16000 + 1))
    for i in range(count):
        if i % 100 == 0:
            folder = f"{directory}/{i // 10000:03d}/{i // 100 % 100:03d}"
            os.makedirs(folder, exist_ok=True)
        text = int(size * compressible)
        head = f"file {i}\n".encode()[:text]
        with open(f"{folder}/{i:06d}", "wb") as file:
            file.write(head + words[:text - len(head)] + source.randbytes(size - text))


def context(work, name, dockerfile):
    """An empty context beside its Dockerfile, so that the Dockerfile is no part of it."""
    place = f"{work}/{name}"
    shutil.rmtree(place, ignore_errors=True)
    os.makedirs(place + "/context")
    open(place + "/Dockerfile", "w").write(dockerfile)
    return place + "/context", place + "/Dockerfile"


def busybox(work):
    """Debian's static busybox with its applets as links: an OCI layout. It has what Buildah would leave behind otherwise."""
    layout, rootfs = work + "/busybox", work + "/busybox-root"
    if not os.path.exists(layout + "/index.json"):
        for name in ("bin", "dev", "etc", "proc", "root", "run", "sys", "tmp"):
            os.makedirs(f"{rootfs}/{name}", exist_ok=True)
        for name in ("hostname", "hosts", "resolv.conf"):
            open(f"{rootfs}/etc/{name}", "w").close()
        shutil.copy("/bin/busybox", rootfs + "/bin/busybox")
        for applet in quiet("/bin/busybox", "--list").split():
            if applet != "busybox":
                os.symlink("busybox", f"{rootfs}/bin/{applet}")
        quiet("umoci", "init", "--layout", layout)
        quiet("umoci", "new", "--image", layout + ":latest")
        quiet("umoci", "insert", "--image", layout + ":latest", rootfs, "/")
        quiet("umoci", "config", "--image", layout + ":latest", "--config.env", "PATH=/bin")
    return layout


def kept(name=""):
    """Bases from Debian packages take minutes to make: they are kept, where the tests keep theirs."""
    return os.path.join(os.environ.get("CONSTAGE_TEST_CACHE", os.path.expanduser("~/.cache/constage-tests")), name)


def debian():
    """A minimal Debian, some 150 MB: an OCI layout."""
    layout = kept("debian")
    if not os.path.exists(layout + "/index.json"):
        tar, part = layout + ".tar", layout + ".part"
        os.makedirs(kept(), exist_ok=True)
        shutil.rmtree(part, ignore_errors=True)
        quiet("mmdebstrap", "--quiet", "--variant=minbase", "--format=tar", "--dpkgopt=path-exclude=/usr/share/doc/*", "bookworm", tar)
        quiet("umoci", "init", "--layout", part)
        quiet("umoci", "new", "--image", part + ":latest")
        quiet("umoci", "raw", "add-layer", "--image", part + ":latest", tar)
        quiet("umoci", "gc", "--layout", part)
        os.rename(part, layout)
        os.unlink(tar)
    return layout


def java():
    """The two bases of the Java example, made as its test makes them."""
    script = os.path.join(os.path.dirname(__file__), "../../tests/e2e/java_bases.sh")
    subprocess.run(["sh", script, kept()], check=True, stdout=subprocess.DEVNULL)
    return {"maven": kept("maven"), "jre": kept("jre")}
