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


def walls(costs):
    return [c.wall for c in costs]


def outsides(costs):
    return [c.wall - c.inside for c in costs]


def times(these, those):
    """How often those go into these: the machine is slower in one round than in another, so what the rounds say, and of that the median.
    Who took part in fewer rounds took part in the first."""
    return statistics.median(a / b for a, b in zip(these, those))


def ratio_text(ratio):
    return f"{ratio:.1f}×" if ratio >= 2 else f"{ratio:.2f}×"


def by_name(limits):
    """Round by round, of each."""
    return {name: [round[name] for round in limits] for name in (limits or [{}])[0]}


def measured(costs):
    return isinstance(costs, list) and bool(costs)


def builder_rows(costs):
    """Markdown rows, one a builder. `costs`: name → list of Cost, or why there are none; constage's first."""
    own = costs["constage"]
    for name, c in costs.items():
        if not measured(c):
            yield f"| {name} | {' '.join(str(c).split())[:300]} | | | | | |"
            continue
        ratio = ratio_text(times(walls(c), walls(own))) if measured(own) and name != "constage" else ""
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

Builders take turns, round by round, and what no builder can beat (limit) is measured in each round too; slow builders have fewer rounds.
Cold: a store with nothing but the bases and one small build, on a file system of its own, and a daemon that has done that build; no process
of another builder runs, and what others wrote in their builds takes up no memory. A result counts only if its file tree (names, types,
modes, owners, content; of jars, the members' content) is equal to constage's in the first round. Figures are median / minimum / maximum,
limits medians. Ratios are made within each round, as the machine is faster in one than in another; shown is their median, over the rounds
in which both took part. CPU, memory and bytes count daemons: memory is the peak of the largest process of a command plus the peaks of the
daemons (medians), written is what was handed to the block layer or is still to be. constage and Buildah compress the layers of archives
with gzip; BuildKit's archives are not compressed (`docker save`).
"""

    def line(self, name, costs, aim, limits, inside=""):
        """The summary of one case: the best peer, and the limit if there is one; and the ratio outside the command `inside`, to the
        peer that is best there."""
        own = costs["constage"]
        peers = {name: c for name, c in costs.items() if name != "constage" and measured(c)}
        median = {name: statistics.median(walls(c)) for name, c in costs.items() if measured(c)}
        best = min(peers, key=lambda name: times(walls(peers[name]), walls(own)) if measured(own) else median[name], default=None)
        ours = f"{figure(median['constage'])} s, {statistics.median(c.memory for c in own):.0f} MB" if measured(own) else "none"
        peer = f"{figure(median[best])} s ({best})" if best else "none"
        ratio = ratio_text(times(walls(peers[best]), walls(own))) if best and measured(own) else ""
        what, seconds = max(((w, s) for w, s in by_name(limits).items() if w != TOGETHER), key=lambda l: statistics.median(l[1]), default=("", []))
        if inside and best and measured(own):
            ratio += f"; outside {inside} {ratio_text(min(times(outsides(c), outsides(own)) for c in peers.values()))}"
        limit = f"{figure(statistics.median(seconds))} s ({what}): {times(walls(own), seconds):.2f}×" if seconds and measured(own) else ""
        self.summary.append(f"| {name} | {ours} | {peer} | {ratio} | {limit} | {aim} |")

    def add(self, name, measurement):
        case, costs, limits = measurement.case, measurement.costs, measurement.limits
        own = costs["constage"]
        rows = [f"## {name}", "", f"{case.title}. Aim: {case.aim}.", "", BUILDERS, *builder_rows(costs)]
        if limits:
            rows += ["", "| limit of the same run | s | constage / limit |", "|---|---|---|"]
            rows += [f"| {what} | {figure(statistics.median(seconds))} | {f'{times(walls(own), seconds):.2f}' if measured(own) else ''} |"
                     for what, seconds in by_name(limits).items()]
        if case.inside:
            rows += ["", f"| builder | within `{case.inside}`, which says how long it took, s | outside it, s |", "|---|---|---|"]
            rows += [f"| {b} | {three(c, 'inside')} | {figure(statistics.median(outsides(c)))} |" for b, c in costs.items() if measured(c)]
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
