#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Reads the one image of an OCI layout, for the end-to-end tests.

    image.py size LAYOUT               bytes of its layers: compressed, unpacked
    image.py files LAYOUT              paths of its root file system, whiteouts applied
    image.py run LAYOUT WORK [ARG...]  unpacks it with umoci and runs its command (or ARG...) with crun or runc
"""
import gzip, json, os, shutil, subprocess, sys, tarfile


def blob(layout, descriptor):
    return os.path.join(layout, "blobs", *descriptor["digest"].split(":"))


def manifest(layout):
    index = json.load(open(os.path.join(layout, "index.json")))
    return json.load(open(blob(layout, index["manifests"][0])))


def size(layout):
    layers = manifest(layout)["layers"]
    unpacked = 0
    for layer in layers:
        with gzip.open(blob(layout, layer)) as stream:
            while chunk := stream.read(1 << 20):
                unpacked += len(chunk)
    print(sum(layer["size"] for layer in layers), unpacked)


def files(layout):
    paths = set()
    for layer in manifest(layout)["layers"]:
        with tarfile.open(blob(layout, layer)) as tar:
            names = [os.path.normpath(member.name).lstrip("/") for member in tar]
        for name in names:
            directory, base = os.path.split(name)
            if base == ".wh..wh..opq":
                paths = {p for p in paths if not p.startswith(directory + "/")}
            elif base.startswith(".wh."):
                gone = os.path.join(directory, base[4:])
                paths = {p for p in paths if p != gone and not p.startswith(gone + "/")}
        paths.update(name for name in names if not os.path.basename(name).startswith(".wh."))
    print("\n".join(sorted(paths)))


def run(layout, work, *arguments):
    bundle = os.path.join(work, "bundle")
    tag = json.load(open(os.path.join(layout, "index.json")))["manifests"][0].get("annotations", {}).get("org.opencontainers.image.ref.name")
    if tag is None:  # umoci finds images by tag only
        index = json.load(open(os.path.join(layout, "index.json")))
        index["manifests"][0]["annotations"] = {"org.opencontainers.image.ref.name": "latest"}
        json.dump(index, open(os.path.join(layout, "index.json"), "w"))
        tag = "latest"
    subprocess.run(["umoci", "unpack", "--image", layout + ":" + tag, bundle], check=True)
    path = os.path.join(bundle, "config.json")
    config = json.load(open(path))
    config["process"]["terminal"] = False
    if arguments:
        config["process"]["args"] = list(arguments)
    config["linux"].pop("resources", None)
    config["mounts"] = [m for m in config["mounts"] if m["type"] != "cgroup"]
    json.dump(config, open(path, "w"))
    # crun 1.8 refuses a machine with both versions of cgroups mounted, even when told to use none: it must not see them.
    crun = 'mount -t tmpfs none /sys/fs/cgroup && exec crun --cgroup-manager=disabled run -b "$0" "$1"'
    command = ["unshare", "--mount", "sh", "-c", crun] if shutil.which("crun") else ["sh", "-c", 'exec runc run -b "$0" "$1"']
    result = subprocess.run(command + [bundle, "constage-test-%d" % os.getpid()], stdin=subprocess.DEVNULL)
    shutil.rmtree(bundle)
    return result.returncode


if __name__ == "__main__":
    sys.exit({"size": size, "files": files, "run": run}[sys.argv[1]](*sys.argv[2:]))
