#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""The plan of an imported Dockerfile, compiled, equals the plan of the Dockerfile.

    law1.py [--all | --files N] [--keep DIR]

Takes N files (default: 150, with clang 30) evenly from the corpus in $CONSTAGE_SHARED, else ../shared beside the source: those that the
reference converts and whose escape character is the backslash. Prints differences, then compile times and sizes. Exits 77 if
there is no corpus or no tool. Uses $CONSTAGE_BUILD/constage, $CONSTAGE_SOURCE and $CXX.
"""
import argparse, json, lzma, os, statistics, subprocess, sys, tempfile, time

SOURCE = os.environ.get("CONSTAGE_SOURCE") or os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
TOOL = os.path.join(os.environ.get("CONSTAGE_BUILD") or os.path.join(SOURCE, "build"), "constage")
CORPUS = os.path.join(os.environ.get("CONSTAGE_SHARED") or os.path.join(SOURCE, "..", "shared"), "corpus")
CXX = os.environ.get("CXX", "g++")


def files():
    """(id, path) of all files that count."""
    with open(os.path.join(CORPUS, "index.tsv"), encoding="utf-8") as index:
        head = index.readline().rstrip("\n").split("\t")
        rows = [dict(zip(head, line.rstrip("\n").split("\t"))) for line in index]
    path = {row["id"]: os.path.join(CORPUS, "dockerfiles", row["file"].removeprefix("files/")) for row in rows}
    with lzma.open(os.path.join(CORPUS, "truth", "dev.jsonl.xz"), "rt", encoding="utf-8") as truth:
        records = [json.loads(line) for line in truth if line.strip()]
    return [(r["id"], path[r["id"]]) for r in records if r["ok"] and r["llb"].get("ok") and r["escape"] == "\\"]


def without_places(value):
    if isinstance(value, dict):
        return {k: without_places(v) for k, v in value.items() if k != "source"}
    return [without_places(v) for v in value] if isinstance(value, list) else value


def output_of(*command):
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode:
        raise RuntimeError(f"{command[0]} {command[1] if len(command) > 1 else ''}: {run.stderr[:600]}")
    return run.stdout


def compare(path, work, seconds, sizes):
    """None, or what differs."""
    wanted = json.loads(output_of(TOOL, "plan", "-f", path, "--format", "json", "."))
    program = output_of(TOOL, "import", path)
    if "the destination had no slash at its end" in program:
        return None  # refused by C++ on purpose; the comment says so
    source, built = os.path.join(work, "import.cpp"), os.path.join(work, "import")
    with open(source, "w", encoding="utf-8") as to:
        to.write(program)
    began = os.times()
    output_of(CXX, "-std=c++20", "-O0", "-I" + os.path.join(SOURCE, "include"), "-c", source, "-o", built + ".o")
    ended = os.times()
    seconds.append(ended.children_user + ended.children_system - began.children_user - began.children_system)
    with open(path, "rb") as dockerfile:
        sizes.append(program.count("\n") / max(1, dockerfile.read().count(b"\n")))
    output_of(CXX, built + ".o", os.path.join(work, "print_plan.o"), "-o", built)
    got = json.loads(output_of(built))
    if without_places(wanted) == without_places(got):
        return None
    a, b = (json.dumps(without_places(x), sort_keys=True) for x in (wanted, got))
    at = next((i for i in range(min(len(a), len(b))) if a[i] != b[i]), 0)
    return f"wanted …{a[max(0, at - 80):at + 120]}… got …{b[max(0, at - 80):at + 120]}…"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--files", type=int, default=30 if "clang" in os.path.basename(CXX) else 150)
    parser.add_argument("--ids")
    args = parser.parse_args()
    if not os.path.exists(os.path.join(CORPUS, "index.tsv")) or not os.path.exists(TOOL):
        print("skipped: no corpus or no tool")
        return 77
    chosen = files()
    if args.ids:
        chosen = [f for f in chosen if f[0] in args.ids.split(",")]
    elif not args.all:
        chosen = [chosen[i * len(chosen) // args.files] for i in range(args.files)]
    bad, seconds, sizes = 0, [], []
    with tempfile.TemporaryDirectory() as work:
        output_of(CXX, "-std=c++20", "-O0", "-I" + os.path.join(SOURCE, "include"), "-c",
                  os.path.join(SOURCE, "tests", "corpus", "print_plan.cpp"), "-o", os.path.join(work, "print_plan.o"))
        for name, path in chosen:
            try:
                difference = compare(path, work, seconds, sizes)
            except (RuntimeError, ValueError) as error:
                difference = str(error)
            if difference:
                bad += 1
                print(f"{name} {os.path.relpath(path, CORPUS)}: {difference}", flush=True)
    if seconds:
        print(f"compile: median {statistics.median(seconds):.2f} s, worst {max(seconds):.2f} s CPU; "
              f"lines of C++ per line of Dockerfile: median {statistics.median(sizes):.2f}")
    print(f"{len(chosen) - bad} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
