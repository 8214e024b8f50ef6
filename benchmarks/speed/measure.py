# SPDX-License-Identifier: BSL-1.0
"""What one command costs: seconds of wall clock and CPU, peak memory in MB, MB written; with the daemons that work for it."""
import atexit
import os
import re
import shutil
import statistics
import subprocess
import tempfile
from dataclasses import dataclass

TICKS = os.sysconf("SC_CLK_TCK")
INSIDE = re.compile(rb"inside from (\d+\.\d+) to (\d+\.\d+)")
HERE = os.path.dirname(os.path.abspath(__file__))


@dataclass
class Cost:
    wall: float
    cpu: float
    memory: float
    written: float
    inside: float = 0  # seconds of the wall time within a command that says when it began and ended


class Failed(Exception):
    pass


def compiled(name):
    """The program that one of the C files here is."""
    if name not in compiled.made:
        place = tempfile.mkdtemp(prefix="constage-bench-tools-")
        atexit.register(shutil.rmtree, place, ignore_errors=True)
        subprocess.run(["cc", "-O2", "-static", f"{HERE}/{name}.c", "-o", f"{place}/{name}"], check=True)
        compiled.made[name] = f"{place}/{name}"
    return compiled.made[name]


compiled.made = {}


def descendants(pid):
    """`pid` and all below it."""
    try:
        children = [c for task in os.listdir(f"/proc/{pid}/task") for c in open(f"/proc/{pid}/task/{task}/children").read().split()]
    except OSError:
        return []
    return [pid] + [d for child in children for d in descendants(int(child))]


def cpu_of(pid):
    """CPU seconds of a process and of the children that it has waited for."""
    try:
        fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    except OSError:
        return 0
    return sum(int(f) for f in fields[11:15]) / TICKS


def number(path, key):
    try:
        for line in open(path):
            if line.startswith(key + ":"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def daemon_state(daemons):
    pids = [d for pid in daemons for d in descendants(pid)]
    return sum(map(cpu_of, pids)), sum(number(f"/proc/{p}/io", "write_bytes") for p in pids), pids


def inside(said, wall):
    """What a build's log says of the command that says when it began and ended: seconds."""
    spans = [float(end) - float(begin) for begin, end in INSIDE.findall(said)]
    if len(spans) != 1 or not 0 < spans[0] < wall:
        raise Failed(f"the log does not say how long the command took: {spans}")
    return spans[0]


def run(argv, daemons=(), cwd=None, env=None, log=False):
    """Runs a command to its end. Throws Failed with the end of what it printed. `log`: what it prints is looked at, see inside()."""
    launch = compiled("launch")
    cpu, written, pids = daemon_state(daemons)
    for pid in pids:  # their peaks count from now on
        try:
            open(f"/proc/{pid}/clear_refs", "w").write("5")
        except OSError:
            pass
    with tempfile.TemporaryFile() as output, tempfile.NamedTemporaryFile("r") as result:
        code = subprocess.run([launch, result.name, *argv], cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=output,
                              stderr=output).returncode
        output.seek(0)
        said = output.read()
        if code:
            raise Failed(f"{argv[0]}: exit code {code}: {said[-600:].decode(errors='replace').strip()}")
        wall, own_cpu, memory, blocks = map(float, result.read().split())
    cpu_after, written_after, pids = daemon_state(daemons)
    peak = sum(number(f"/proc/{p}/status", "VmHWM") for p in pids)
    return Cost(wall, own_cpu + max(0, cpu_after - cpu), (memory + peak) / 1024, (blocks * 512 + max(0, written_after - written)) / 1e6,
                inside(said, wall) if log else 0)


def median(costs, field):
    return statistics.median(getattr(c, field) for c in costs)
