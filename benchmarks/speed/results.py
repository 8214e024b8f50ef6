# SPDX-License-Identifier: BSL-1.0
"""RESULTS.md: a summary, then a section for each case."""
import datetime
import os
import platform
import statistics
import subprocess
import sys

from limits import TOGETHER

BUILDERS = "| builder | rounds | wall s | CPU s | memory MB | written MB | peer / constage |\n|---|---|---|---|---|---|---|"


def figure(value):
    return f"{value:.4f}" if value < 0.1 else f"{value:.3f}" if value < 10 else f"{value:.1f}"


def three(costs, field):
    values = [getattr(c, field) for c in costs]
    return " / ".join(map(figure, (statistics.median(values), min(values), max(values))))


def wall(costs):
    return statistics.median(c.wall for c in costs)


def outside(costs):
    return statistics.median(c.wall - c.inside for c in costs)


def measured(costs):
    return isinstance(costs, list) and bool(costs)


def builder_rows(costs):
    """Markdown rows, one a builder. `costs`: name → list of Cost, or why there are none; constage's first."""
    own = costs["constage"]
    for name, c in costs.items():
        if not measured(c):
            yield f"| {name} | {' '.join(str(c).split())[:300]} | | | | | |"
            continue
        ratio = f"{wall(c) / wall(own):.1f}×" if measured(own) and name != "constage" else ""
        yield (f"| {name} | {len(c)} | {three(c, 'wall')} | {three(c, 'cpu')} | {statistics.median(x.memory for x in c):.1f} | "
               f"{statistics.median(x.written for x in c):.1f} | {ratio} |")


def machine():
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    memory = next(int(line.split()[1]) for line in open("/proc/meminfo") if line.startswith("MemTotal"))
    return f"{cpu}, {os.cpu_count()} processors, {memory / 2**20:.0f} GB, Linux {platform.release()}, load {os.getloadavg()[0]:.1f} at the start"


class Report:
    def __init__(self, builders, missing):
        self.summary, self.sections = [], []
        crun = subprocess.run(["crun", "--version"], capture_output=True, text=True).stdout.split("\n")[0]
        command = "sh benchmarks/run.sh" + "".join(" " + a for a in sys.argv[3:])
        self.head = f"""# Speed, side by side

Machine: {machine()}, {datetime.date.today()}. Command: `{command}`.

Versions: {"; ".join(b.version for b in builders)}; {crun}.{"".join(f" **{name} did not run**: {why}" for name, why in missing.items())}

Builders take turns, round by round; slow ones have fewer rounds. A result counts only if its file tree (names, types, modes, owners,
content; of jars, the members' content) is equal to constage's. Figures are median / minimum / maximum, limits medians. CPU, memory and bytes count daemons: memory is the peak of the
largest process of a command plus the peaks of the daemons (medians), written is what was handed to the block layer or is still to be.
constage and Buildah compress the layers of archives with gzip; BuildKit's archives are not compressed (`docker save`).
"""

    def line(self, name, costs, aim, limits, inside=""):
        """The summary of one case: the best peer, and the limit if there is one; and the ratio outside the command `inside`, to the
        peer that is best there."""
        own = costs["constage"]
        peers = {name: wall(c) for name, c in costs.items() if name != "constage" and measured(c)}
        best = min(peers, key=peers.get, default=None)
        ours = f"{figure(wall(own))} s, {statistics.median(c.memory for c in own):.0f} MB" if measured(own) else "none"
        peer = f"{figure(peers[best])} s ({best})" if best else "none"
        ratio = f"{peers[best] / wall(own):.1f}×" if best and measured(own) else ""
        what, seconds = max(((w, s) for w, s in limits.items() if w != TOGETHER), key=lambda l: l[1], default=("", 0))
        if inside and best and measured(own):
            ratio += f"; outside {inside} {min(outside(costs[name]) for name in peers) / outside(own):.1f}×"
        limit = f"{figure(seconds)} s ({what}): {wall(own) / seconds:.2f}×" if seconds and measured(own) else ""
        self.summary.append(f"| {name} | {ours} | {peer} | {ratio} | {limit} | {aim} |")

    def add(self, name, case, costs, limits):
        own = costs["constage"]
        rows = [f"## {name}", "", f"{case.title}. Aim: {case.aim}.", "", BUILDERS, *builder_rows(costs)]
        if limits:
            rows += ["", "| limit of the same run | s | constage / limit |", "|---|---|---|"]
            rows += [f"| {what} | {figure(seconds)} | {f'{wall(own) / seconds:.2f}' if measured(own) else ''} |" for what, seconds in limits.items()]
        if case.inside:
            rows += ["", f"| builder | within `{case.inside}`, which says how long it took, s | outside it, s |", "|---|---|---|"]
            rows += [f"| {b} | {three(c, 'inside')} | {figure(outside(c))} |" for b, c in costs.items() if measured(c)]
        self.sections.append("\n".join(rows) + "\n")
        self.line(name, costs, case.aim, limits, case.inside)

    def left_out(self, name, why):
        self.summary.append(f"| {name} | not run: {why} | | | | |")

    def growth(self, tables):
        self.sections.append("## growth\n\nconstage alone. Aim: cost per file and per stage flat or falling.\n\n" + tables)

    def pull(self, text, lines):
        self.sections.append("## pull\n\n" + text)
        for name, costs, aim in lines:
            self.line(name, costs, aim, {})

    def write(self, path):
        table = "| case | constage | best peer | peer / constage | limit: constage / limit | aim |\n|---|---|---|---|---|---|\n"
        with open(path, "w") as file:
            file.write(self.head + "\n" + table + "\n".join(self.summary) + "\n\n" + "\n".join(self.sections))
