#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""The plan of an imported Dockerfile, compiled, equals the plan of the Dockerfile.

    law1.py [--all | --files N | --ids ID,ID] [--jobs N]

Takes N files (default: 150, with clang 30) evenly from the corpus in $CONSTAGE_SHARED, else ../shared beside the source: from those that
the reference converts. Every import is a program of its own; many are linked into one to print their plans. Says what differs, what
clang-format would change (with examples/.clang-format), then compile times and sizes. Exits 77 if there is no corpus or no tool. Uses
$CONSTAGE_BUILD/constage, $CONSTAGE_SOURCE and $CXX.
"""
import argparse, json, lzma, os, shutil, statistics, subprocess, sys, tempfile
from concurrent.futures import ThreadPoolExecutor

SOURCE = os.environ.get("CONSTAGE_SOURCE") or os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
TOOL = os.path.join(os.environ.get("CONSTAGE_BUILD") or os.path.join(SOURCE, "build"), "constage")
CORPUS = os.path.join(os.environ.get("CONSTAGE_SHARED") or os.path.join(SOURCE, "..", "shared"), "corpus")
CXX = os.environ.get("CXX", "g++")
COMPILE = [CXX, "-std=c++20", "-O0", "-I" + os.path.join(SOURCE, "include"), "-c"]


def files():
    """(id, path) of all files that count."""
    with open(os.path.join(CORPUS, "index.tsv"), encoding="utf-8") as index:
        head = index.readline().rstrip("\n").split("\t")
        rows = [dict(zip(head, line.rstrip("\n").split("\t"))) for line in index]
    path = {row["id"]: os.path.join(CORPUS, "dockerfiles", row["file"].removeprefix("files/")) for row in rows}
    with lzma.open(os.path.join(CORPUS, "truth", "dev.jsonl.xz"), "rt", encoding="utf-8") as truth:
        records = [json.loads(line) for line in truth if line.strip()]
    return [(r["id"], path[r["id"]]) for r in records if r["ok"] and r["llb"].get("ok")]


def without_places(value):
    if isinstance(value, dict):
        return {k: without_places(v) for k, v in value.items() if k != "source"}
    return [without_places(v) for v in value] if isinstance(value, list) else value


def output_of(*command):
    run = subprocess.run(command, capture_output=True)
    if run.returncode:
        raise RuntimeError(f"{command[0]} {command[1] if len(command) > 1 else ''}: {run.stderr.decode(errors='replace')[:600]}")
    return run.stdout


def cpu_seconds(*command):
    """User and system time of a command, in a process that has no other children."""
    program = "import resource, subprocess, sys; r = subprocess.run(sys.argv[1:]); " \
              "t = resource.getrusage(resource.RUSAGE_CHILDREN); print(t.ru_utime + t.ru_stime); sys.exit(r.returncode)"
    return float(output_of(sys.executable, "-S", "-c", program, *command))


class Import:
    """One file on its way from Dockerfile to plan."""

    def __init__(self, name, path, work):
        self.name, self.path, self.object = name, path, os.path.join(work, name + ".o")
        self.source, self.error, self.seconds, self.size = os.path.join(work, name + ".cpp"), None, None, None

    def compile(self):
        try:
            self.wanted = json.loads(output_of(TOOL, "plan", "-f", self.path, "--format", "json", "."))
            program = output_of(TOOL, "import", self.path)
            with open(self.source, "wb") as to:
                to.write(program)
            self.seconds = cpu_seconds(*COMPILE, self.source, "-o", self.object)
            with open(self.path, "rb") as dockerfile:
                self.size = program.count(b"\n") / max(1, dockerfile.read().count(b"\n"))
            output_of("objcopy", "--redefine-sym", "main=main_" + self.name, self.object)
        except (RuntimeError, ValueError) as error:
            self.error = str(error)
        return self

    def compare(self, printed):
        got, wanted = without_places(json.loads(printed)), without_places(self.wanted)
        if got == wanted:
            return
        a, b = (json.dumps(x, sort_keys=True) for x in (wanted, got))
        at = next((i for i in range(min(len(a), len(b))) if a[i] != b[i]), 0)
        self.error = f"wanted …{a[max(0, at - 80):at + 120]}… got …{b[max(0, at - 80):at + 120]}…"


def print_plans(batch, work):
    """Links the objects into one program, a line of JSON each."""
    ready = [one for one in batch if not one.error]
    table = "".join(f"extern int main_{one.name}(int, char**);\n" for one in ready)
    table += "int main(int argc, char** argv) {\n" + "".join(f"    main_{one.name}(argc, argv);\n" for one in ready) + "}\n"
    # "main" is not mangled, so its new names are not either
    table = 'extern "C" {\n' + table.replace("int main(", "}\nint main(", 1)
    base = os.path.join(work, ready[0].name + "_batch") if ready else ""
    try:
        if not ready:
            return
        with open(base + ".cpp", "w") as to:
            to.write(table)
        output_of(CXX, base + ".cpp", *(one.object for one in ready), os.path.join(work, "print_plan.o"), "-o", base)
        lines = output_of(base).decode().split("\n")[:-1]  # not splitlines: it knows line ends that JSON does not
        if len(lines) != len(ready):
            raise RuntimeError(f"{len(ready)} programs printed {len(lines)} plans")
        for one, line in zip(ready, lines):
            one.compare(line)
    except (RuntimeError, ValueError) as error:
        for one in ready:
            one.error = str(error)
    for one in batch:
        if os.path.exists(one.object):
            os.unlink(one.object)


def formatting(imports, work):
    """Names of the programs that clang-format would change."""
    if not shutil.which("clang-format"):
        print("formatting is not checked: no clang-format")
        return []
    for name, folder in ((".clang-format", ""), ("examples/.clang-format", "cpp")):
        shutil.copy(os.path.join(SOURCE, name), os.path.join(work, folder, ".clang-format"))
    run = subprocess.run(["clang-format", "--dry-run", *(one.source for one in imports if one.seconds)], capture_output=True, text=True)
    return sorted({line.split(":")[0] for line in run.stderr.splitlines() if "clang-format-violations" in line})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--files", type=int, default=30 if "clang" in os.path.basename(CXX) else 150)
    parser.add_argument("--ids")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    args = parser.parse_args()
    if not os.path.exists(os.path.join(CORPUS, "index.tsv")) or not os.path.exists(TOOL):
        print("skipped: no corpus or no tool")
        return 77
    chosen = files()
    if args.ids:
        chosen = [f for f in chosen if f[0] in args.ids.split(",")]
    elif not args.all:
        chosen = [chosen[i * len(chosen) // args.files] for i in range(args.files)]
    with tempfile.TemporaryDirectory() as work, ThreadPoolExecutor(args.jobs) as pool:
        programs = os.path.join(work, "cpp")
        os.mkdir(programs)
        output_of(*COMPILE, os.path.join(SOURCE, "tests", "corpus", "print_plan.cpp"), "-o", os.path.join(programs, "print_plan.o"))
        imports = [Import(name, path, programs) for name, path in chosen]
        batches = [imports[i:i + 50] for i in range(0, len(imports), 50)]
        for batch in batches:
            print_plans(list(pool.map(Import.compile, batch)), programs)
            for one in batch:
                if one.error:
                    print(f"{one.name} {os.path.relpath(one.path, CORPUS)}: {one.error}", flush=True)
        untidy = formatting(imports, work)
    for path in untidy:
        print(f"clang-format would change the import of {os.path.basename(path).removesuffix('.cpp')}")
    seconds = [one.seconds for one in imports if one.seconds is not None]
    sizes = [one.size for one in imports if one.size is not None]
    if seconds:
        print(f"compile: median {statistics.median(seconds):.2f} s, worst {max(seconds):.2f} s CPU "
              f"({max(imports, key=lambda one: one.seconds or 0).name}); "
              f"lines of C++ per line of Dockerfile: median {statistics.median(sizes):.2f}, worst {max(sizes):.2f}")
    bad = sum(1 for one in imports if one.error) + len(untidy)
    print(f"{len(chosen) - bad} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
