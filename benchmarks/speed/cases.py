# SPDX-License-Identifier: BSL-1.0
"""The cases. Each function makes its context below `work` and returns a Case."""
import os
import re
import shutil
from dataclasses import dataclass
from typing import Callable

import contexts
import limits
from builders import Job

BASE = "bench-busybox"
HERE = os.path.dirname(os.path.abspath(__file__))


@dataclass
class Case:
    title: str
    aim: str
    job: Job
    repeat: int = 5                        # rounds
    share: int = 1                         # of the time for each case: what varies much from round to round gets more
    before: Callable = lambda round: None  # changes the context before each round
    limits: Callable = None                # what no builder can beat, as it is in this round: name → seconds
    inside: str = ""                       # the command that says how long it took (Cost.inside)


def with_base(work, job):
    job.bases = {BASE: contexts.busybox(work)}
    return job


def noop_small(work, quick):
    """An unchanged two-stage build with ten files, in a new process."""
    context, file = contexts.context(work, "noop-small", f"""FROM {BASE} AS build
COPY . /src
RUN cat /src/000/000/* > /out
FROM {BASE}
COPY --from=build /out /out
CMD ["cat", "/out"]
""")
    contexts.fill(context, 10, 1000)
    return Case("unchanged two-stage build, 10 files", "≥ 25×, ≤ 8 ms, ≤ 16 MB", with_base(work, Job(context, file, cold=False)),
                20, limits=lambda: {"start `/bin/true`": limits.process()})


def noop_20k(work, quick):
    """Unchanged, 20,000 files of 10 kB."""
    context, file = contexts.context(work, "noop-20k", f"FROM {BASE}\nCOPY . /src\n")
    count = 4000 if quick else 20000
    contexts.fill(context, count, 10000)
    return Case(f"unchanged, {count:,} files, {count // 100} MB", "≥ 15×, ≤ 1.5 × one statx walk", with_base(work, Job(context, file, cold=False)),
                15, limits=lambda: {"one statx walk": limits.statx_walk(context)})


def one_file(work, quick):
    """One of 20,000 files changed; a COPY and a small RUN after it."""
    context, file = contexts.context(work, "one-file", f"FROM {BASE}\nCOPY . /src\nRUN echo done > /done\n")
    count = 4000 if quick else 20000
    contexts.fill(context, count, 1000)

    def change(round):
        with open(f"{context}/000/000/000000", "w") as changed:
            changed.write(f"round {round}\n" * 20)
    return Case(f"one of {count:,} files changed, COPY and RUN", "≥ 5×", with_base(work, Job(context, file, cold=False)),
                before=change)


def run_chain(work, quick):
    """Twenty RUNs, one after the other."""
    steps = "".join(f"RUN echo {i} > /step-{i}\n" for i in range(20))
    context, file = contexts.context(work, "run-chain", f"FROM {BASE}\n{steps}")
    contexts.busybox(work)
    return Case("20 RUNs on busybox, cold", "≥ 5×, ≤ 1.5 × 20 bare `crun run`", with_base(work, Job(context, file)), 9,
                limits=lambda: {"20 bare `crun run`": limits.crun_runs(work + "/busybox-root", 20)})


def wide(work, quick):
    """Eight stages that only wait."""
    stages = "".join(f"FROM {BASE} AS s{i}\nRUN sleep 1 && echo {i} > /out-{i}\n" for i in range(8))
    copies = "".join(f"COPY --from=s{i} /out-{i} /\n" for i in range(8))
    context, file = contexts.context(work, "wide", f"{stages}FROM scratch\n{copies}")
    return Case("8 independent stages of `sleep 1`, cold", "≤ 1.2 s", with_base(work, Job(context, file)), 3,
                limits=lambda: {"`sleep 1`": 1.0})


def copy_1g(work, quick):
    """1 GiB in 2,000 files, half of it random, into an OCI archive."""
    context, file = contexts.context(work, "copy-1g", "FROM scratch\nCOPY . /data\n")
    contexts.fill(context, 200 if quick else 2000, 524288, 0.5)
    return Case("1 GiB, 2,000 files → archive, cold" if not quick else "100 MiB, 200 files → archive, cold",
                "≥ 6×, ≥ 80 % of the slowest part", Job(context, file, True), 7,
                limits=limits.ArchiveParts(context))


def copy_small(work, quick):
    """50,000 files of 1 KiB into an OCI archive."""
    count = 5000 if quick else 50000
    context, file = contexts.context(work, "copy-small", "FROM scratch\nCOPY . /data\n")
    contexts.fill(context, count, 1024)
    return Case(f"{count:,} files of 1 KiB → archive, cold", "≥ 3×", Job(context, file, True), 3)


def from_stage(work, quick):
    """20,000 files from one stage to another, then a RUN."""
    count = 4000 if quick else 20000
    context, file = contexts.context(work, "from-stage", f"""FROM {BASE} AS source
COPY . /src
RUN echo ready > /ready
FROM {BASE}
COPY --from=source /src /dst
RUN echo done > /done
""")
    contexts.fill(context, count, 1000)
    return Case(f"COPY --from of {count:,} files, then RUN, cold", "≥ 3×", with_base(work, Job(context, file)), 3)


def maven(work, quick, source_change=False):
    """The java-service example. Its bases are made once (ten minutes) and kept. A JVM takes a third longer in one round than in another:
    hence more of them."""
    if quick:
        return None
    bases = contexts.java()
    text = open(f"{HERE}/../../examples/java-service/Dockerfile").read()
    text = text.replace("maven:3.6.3-jdk-11-slim", "bench-maven").replace("openjdk:11-jre-slim", "bench-jre")
    if source_change:
        text, count = re.subn("mvn .*", r"begin=$(date +%s.%N) && \g<0> && echo inside from $begin to $(date +%s.%N)", text)
        assert count == 1, text
    context, file = contexts.context(work, "maven-change" if source_change else "maven", text)
    shutil.rmtree(context)
    shutil.copytree(f"{HERE}/../../examples/java-service", context)

    def change(round):
        with open(f"{context}/src/main/java/example/Service.java", "a") as changed:
            changed.write(f"// round {round}\n")

    job = Job(context, file, cold=not source_change, bases={"bench-maven": bases["maven"], "bench-jre": bases["jre"]})
    if source_change:
        job.log = True
        return Case("java-service, one line changed", "≥ 2× outside mvn", job, before=change, inside="mvn")
    return Case("java-service, cold", "≥ 1.2×", job, 9, 2, limits=limits.Maven(bases["maven"], context))


def maven_change(work, quick):
    """The same after a one-line change of the source."""
    return maven(work, quick, True)


ALL = {f.__name__.replace("_", "-"): f for f in (noop_small, noop_20k, one_file, run_chain, wide, copy_1g, copy_small, from_stage, maven, maven_change)}
