# SPDX-License-Identifier: BSL-1.0
"""How the cost grows with files and stages."""
import contexts
from builders import Job
from measure import median


def row(builder, job, size, unit):
    costs = {}
    for kind in ("cold", "unchanged"):
        rounds = []
        for _ in range(3):
            if kind == "cold":
                builder.forget({})
            rounds.append(builder.build(job))
        costs[kind] = median(rounds, "cpu"), median(rounds, "wall")
    return f"| {size:,} {unit} | " + " | ".join(f"{wall:.3f} | {cpu:.3f} | {cpu / size * 1e6:.1f}" for cpu, wall in costs.values()) + " |"


def measure(work, builder, quick):
    head = "| | cold wall s | CPU s | CPU µs each | unchanged wall s | CPU s | CPU µs each |\n|---|---|---|---|---|---|---|\n"
    out = []
    for files in (1000, 10000) if quick else (1000, 10000, 100000):
        context, file = contexts.context(work, f"growth-{files}", "FROM scratch\nCOPY . /data\n")
        contexts.fill(context, files, 1000)
        out.append(row(builder, Job(context, file), files, "files"))
    for stages in (10, 100) if quick else (10, 100, 1000):
        text = "".join(f"FROM scratch AS s{i}\nCOPY {'--from=s' + str(i // 2) + ' /f' if i else 'f'} /f\n" for i in range(stages))
        copies = "".join(f"COPY --from=s{i} /f /f{i}\n" for i in range(stages))
        context, file = contexts.context(work, "growth", f"{text}FROM scratch\n{copies}")
        open(context + "/f", "w").write("x\n")
        out.append(row(builder, Job(context, file), stages, "stages"))
    return head + "\n".join(out) + "\n"
