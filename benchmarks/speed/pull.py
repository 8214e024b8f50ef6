# SPDX-License-Identifier: BSL-1.0
"""A Debian base from a registry on the loopback interface, cold; a COPY on top, into an archive or back to the registry."""
import os
import shutil
import statistics
import subprocess
import time

import contexts
from builders import REGISTRY, Job
from disk import quiet
from image import difference, tree
from measure import Failed, descendants, number
from results import BUILDERS, builder_rows


def start_registry(work):
    config = work + "/registry.yml"
    open(config, "w").write(f"version: 0.1\nstorage: {{filesystem: {{rootdirectory: {work}/registry}}}}\nhttp: {{addr: '{REGISTRY}'}}\n")
    server = subprocess.Popen(["docker-registry", "serve", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(2)
    return server


def traffic(server):
    """Bytes that the registry read, from its clients and from its disk."""
    return sum(number(f"/proc/{p}/io", "rchar") for p in descendants(server.pid))


def measure_one(builders, server, job, repeat):
    """Costs and MB at the registry, by builder. `job(builder, round)`."""
    costs, moved = {b.name: [] for b in builders}, {b.name: [] for b in builders}
    reference = None
    for round in range(repeat):
        for b in builders:
            if not isinstance(costs[b.name], list):
                continue
            try:
                b.forget({})  # as if the base had never been pulled
                os.sync()
                before = traffic(server)
                costs[b.name].append(b.build(job(b, round)))
                moved[b.name].append((traffic(server) - before) / 1e6)
                if round == 0 and not job(b, round).push:
                    found = tree(b.tree_archive(job(b, round)))
                    reference = reference or found
                    if different := difference(reference, found):
                        costs[b.name] = "another file tree, does not count: " + different
            except Failed as problem:
                costs[b.name] = f"cannot run: {problem}"
            finally:
                b.rest()
    return costs, moved


def table(costs, moved):
    rows = [*builder_rows(costs), "", "| builder | MB that the registry read |", "|---|---|"]
    rows += [f"| {name} | {statistics.median(megabytes):.2f} |" for name, megabytes in moved.items() if megabytes]
    return BUILDERS + "\n" + "\n".join(rows) + "\n"


def measure(work, builders, repeat):
    layout, name = contexts.debian(), f"{REGISTRY}/bench-debian:1"
    server = start_registry(work)
    try:
        quiet("skopeo", "copy", "--insecure-policy", "--dest-tls-verify=false", f"oci:{layout}:latest", "docker://" + name)
        context, file = contexts.context(work, "pull", f"FROM {name}\nCOPY . /data\n")
        contexts.fill(context, 10, 1000)
        archive, read = measure_one(builders, server, lambda b, round: Job(context, file, True), repeat)
        aim = "≥ 1.5×"
        text = f"A Debian base from a loopback registry, cold, a COPY on top → archive. Aim: {aim}.\n\n" + table(archive, read)
        push, read = measure_one(builders, server, lambda b, round: Job(context, file, push=f"result-{b.name.lower()}-{round}:1"), repeat)
        aim_of_push = "only the manifest and the new layer move"
        text += f"\nThe same → registry. Aim: {aim_of_push}.\n\n" + table(push, read)
        return text, [("pull", archive, aim), ("pull, push", push, aim_of_push)]
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(os.path.join(work, "registry"), ignore_errors=True)
