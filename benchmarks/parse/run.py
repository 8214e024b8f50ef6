#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""How fast Dockerfiles are read: run.py [--corpus DIR] [--rounds N]

All files below DIR (default: the corpus in $CONSTAGE_SHARED, else ../shared) in one process, beside counting the lines of the same bytes
in the same process; then `constage ast` on one small file beside /bin/true, in turn. Uses $CONSTAGE_BUILD/constage and $CXX.
"""
import argparse, os, shutil, statistics, subprocess, sys, tempfile, time

SOURCE = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
TOOL = os.path.join(os.environ.get("CONSTAGE_BUILD") or os.path.join(SOURCE, "build"), "constage")
SHARED = os.environ.get("CONSTAGE_SHARED") or os.path.join(SOURCE, "..", "shared")
SMALL = os.path.join(SOURCE, "examples", "java-service", "Dockerfile")


def start_to_end(*command):
    """Milliseconds; the process is the least that this machine can start: no shell, no pipe."""
    begin = time.perf_counter()
    child = os.posix_spawn(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
    if os.waitpid(child, 0)[1]:
        sys.exit(f"{command[0]} failed")
    return (time.perf_counter() - begin) * 1e3


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", default=os.path.join(SHARED, "corpus", "dockerfiles"))
    parser.add_argument("--rounds", type=int, default=40)
    args = parser.parse_args()
    if not os.path.isdir(args.corpus):
        sys.exit(f"no Dockerfiles in {args.corpus}: give --corpus DIR")
    with tempfile.TemporaryDirectory() as work:
        program = os.path.join(work, "parse")
        subprocess.run([os.environ.get("CXX", "g++"), "-std=c++20", "-O2", "-DNDEBUG", "-DCONSTAGE_HEADER_ONLY", "-I" + os.path.join(SOURCE, "include"),
                        os.path.join(SOURCE, "benchmarks", "parse", "parse.cpp"), "-o", program, "-pthread"], check=True)
        subprocess.run([program, args.corpus, str(args.rounds)], check=True)
    if not os.path.exists(TOOL):
        sys.exit(f"no {TOOL}: build it, or set CONSTAGE_BUILD")
    nothing, ast = zip(*((start_to_end(shutil.which("true")), start_to_end(TOOL, "ast", SMALL)) for _ in range(5 * args.rounds)))
    print(f"constage ast, {os.path.getsize(SMALL)} bytes: {statistics.median(ast):.2f} ms (least {min(ast):.2f}); "
          f"/bin/true: {statistics.median(nothing):.2f} ms (least {min(nothing):.2f})")


if __name__ == "__main__":
    main()
