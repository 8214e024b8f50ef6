# SPDX-License-Identifier: BSL-1.0
"""RESULTS.md."""
import os
import platform
import statistics
import subprocess
import sys

FIELDS = (("wall", "wall s"), ("cpu", "CPU s"))


def three(costs, field):
    values = [getattr(c, field) for c in costs]
    return " / ".join(f"{v:.3f}" if v < 10 else f"{v:.1f}" for v in (statistics.median(values), min(values), max(values)))


def wall(costs):
    return statistics.median(c.wall for c in costs)


def machine():
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    memory = next(int(line.split()[1]) for line in open("/proc/meminfo") if line.startswith("MemTotal"))
    return f"{cpu}, {os.cpu_count()} processors, {memory >> 20} GB, Linux {platform.release()}, load {os.getloadavg()[0]:.1f} at the start"


class Report:
    def __init__(self, builders, missing, args):
        self.rows, self.sections = [], []
        crun = subprocess.run(["crun", "--version"], capture_output=True, text=True).stdout.split("\n")[0]
        self.head = ["# Speed, side by side", "",
                     f"Machine: {machine()}. Command: `sh benchmarks/run.sh{''.join(' ' + a for a in sys.argv[3:])}`.",
                     "Versions: " + "; ".join(b.version for b in builders) + f"; {crun}.",
                     *(f"**{name} did not run**: {why}" for name, why in missing.items()), "",
                     "Builders take turns, round by round, and a result counts only if its file tree is equal to constage's. Each figure is "
                     "median / minimum / maximum. CPU, memory and bytes count daemons; memory is the peak of the largest process of a "
                     "command plus the peaks of the daemons; written is what reached the block layer. BuildKit's archives are not "
                     "compressed (`docker save`), constage's and Buildah's are (gzip).", ""]

    def add(self, name, case, costs, limits):
        out = [f"## {name}", "", f"{case.title}. Aim: {case.aim}.", "",
               "| builder | wall s | CPU s | memory MB | written MB | peer / constage |", "|---|---|---|---|---|---|"]
        own = costs["constage"]
        for builder, c in costs.items():
            if not isinstance(c, list):
                out.append(f"| {builder} | {' '.join(c.split())[:300]} | | | | |")
                continue
            ratio = f"{wall(c) / wall(own):.1f}×" if isinstance(own, list) and builder != "constage" else ""
            out.append(f"| {builder} | {three(c, 'wall')} | {three(c, 'cpu')} | {max(x.memory for x in c):.0f} | "
                       f"{statistics.median(x.written for x in c):.1f} | {ratio} |")
        for what, seconds in limits.items():
            share = f"{wall(own) / seconds:.2f} × the limit" if isinstance(own, list) else ""
            out.append(f"| limit: {what} | {seconds:.4f} | | | | {share} |")
        self.sections.append("\n".join(out) + "\n")

    def growth(self, tables):
        self.sections.append("## growth\n\nconstage alone. Aim: cost per file and per stage flat or falling.\n\n" + tables)

    def pull(self, text):
        self.sections.append("## pull\n\n" + text)

    def write(self, path):
        with open(path, "w") as file:
            file.write("\n".join(self.head) + "\n" + "\n".join(self.sections))
