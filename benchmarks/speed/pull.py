# SPDX-License-Identifier: BSL-1.0
"""A Debian base from a registry on the loopback interface, cold; a COPY on top, into an archive or back to the registry."""
import os
import shutil
import subprocess
import time

import contexts
from builders import REGISTRY, Job, quiet
from measure import Failed, descendants, median, number


def start_registry(work):
    config = work + "/registry.yml"
    open(config, "w").write(f"version: 0.1\nstorage: {{filesystem: {{rootdirectory: {work}/registry}}}}\nhttp: {{addr: '{REGISTRY}'}}\n")
    server = subprocess.Popen(["docker-registry", "serve", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(2)
    return server


def forget_base(builder, name):
    """As if the base had never been pulled."""
    if builder.name == "BuildKit":
        for argv in (["rmi", "-f", "bench:1", name], ["builder", "prune", "-a", "-f"]):
            subprocess.run(["/usr/bin/docker", *argv], env=builder.env, capture_output=True)
    elif builder.name == "Buildah":
        subprocess.run(["buildah", *builder.options, "rmi", "-a", "-f"], capture_output=True)
    else:
        shutil.rmtree(builder.store, ignore_errors=True)


def served(server):
    """Bytes that the registry read from its clients and disk."""
    return sum(number(f"/proc/{p}/io", "rchar") for p in descendants(server.pid))


def rows(builders, server, job, name, repeat):
    own, out = 0, []
    for b in builders:
        try:
            costs, moved = [], []
            for _ in range(repeat):
                forget_base(b, name)
                before = served(server)
                costs.append(b.build(job(b)))
                moved.append(served(server) - before)
        except Failed as problem:
            out.append(f"| {b.name} | {' '.join(str(problem).split())[:200]} | | | |")
            continue
        wall = median(costs, "wall")
        own = own or wall
        out.append(f"| {b.name} | {wall:.2f} | {median(costs, 'cpu'):.2f} | {sorted(moved)[len(moved) // 2] / 1e6:.2f} | {wall / own:.1f}× |")
    return out


def measure(work, builders, repeat):
    layout, name = contexts.debian(work), f"{REGISTRY}/bench-debian:1"
    server = start_registry(work)
    try:
        quiet("skopeo", "copy", "--insecure-policy", "--dest-tls-verify=false", f"oci:{layout}:latest", "docker://" + name)
        context, file = contexts.context(work, "pull", f"FROM {name}\nCOPY . /data\n")
        contexts.fill(context, 10, 1000)
        head = "| builder | wall s | CPU s | MB that the registry read | peer / constage |\n|---|---|---|---|---|\n"
        archive = rows(builders, server, lambda b: Job(context, file, True), name, repeat)
        push = rows(builders, server, lambda b: Job(context, file, push=f"result-{b.name.lower()}:1"), name, repeat)
        return ("Debian minbase from a loopback registry, cold, a COPY on top → archive. Aim: ≥ 1.5×.\n\n" + head + "\n".join(archive) +
                "\n\nThe same → registry. Aim: only the manifest and the new layer move.\n\n" + head + "\n".join(push) + "\n")
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(os.path.join(work, "registry"), ignore_errors=True)
