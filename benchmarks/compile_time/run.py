#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""What a build program costs to compile: CPU seconds and peak memory over the number of stages (of six instructions each).

    run.py [--compilers g++,clang++] [--stages 3,100,300,1000] [--header-only-stages 3,100] [--repeat 3] [--check]

-O0, compile only. `empty` is the compiler's own start, `include` adds nothing but the header. The smallest of the repeats counts.
`library`: constage::constage, a program sees declarations. `header only`: constage::header_only, it compiles the whole runtime itself.
--check: exit 1 if g++ needs more than the budget.
"""
import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUDGET = {3: 0.25, 100: 1.0, 300: 2.0, 1000: 6.0}  # CPU seconds, g++
BUDGET_MB = {1000: 500}


def program(stages):
    """A graph in which each stage takes files of an earlier one; chains and diamonds."""
    out = ["#include <constage/dsl.hpp>", "using namespace constage;"]
    for i in range(stages):
        edge = f'copy(from(stage_{i // 2}), "/out/{i // 2}", "/in/")' if i else 'copy("input", "/in/")'
        out.append(f"""constexpr auto stage_{i} = stage<"stage-{i}">(
    from("registry.example/base-{i}:1.{i}"),
    workdir("/src/{i}"),
    copy("src/{i}", "/src/{i}/src"),
    {edge},
    run("make -C src -j4 all && make install DESTDIR=/out/{i}").cache("/root/.cache"),
    env("STAGE_NUMBER", "{i}"));""")
    out.append(f"constexpr auto app = graph({', '.join(f'stage_{i}' for i in range(stages))});")
    out.append("int main(int argc, char** argv) { return constage::main(argc, argv, app); }")
    return "\n".join(out) + "\n"


def measure(compiler, source, repeat, *flags):
    """(CPU seconds, peak MB) of one compiler run, without the driver's children being mixed up with ours."""
    best = None
    for _ in range(repeat):
        pid = os.fork()
        if pid == 0:
            try:
                command = [compiler, "-std=c++20", "-O0", *flags, "-I", os.path.join(ROOT, "include"), "-c", source, "-o", os.devnull]
                done = subprocess.run(command)
                usage = resource.getrusage(resource.RUSAGE_CHILDREN)
                with open(source + ".usage", "w") as f:
                    f.write(f"{usage.ru_utime + usage.ru_stime} {usage.ru_maxrss / 1024}")
                os._exit(done.returncode)
            except BaseException:
                os._exit(1)
        if os.waitpid(pid, 0)[1] != 0:
            sys.exit(f"{compiler} failed on {source}")
        with open(source + ".usage") as f:
            now = tuple(float(x) for x in f.read().split())
        if best is None or now[0] < best[0]:
            best = now
    return best


def cases(stages):
    """Names and texts of the programs, the baselines first."""
    numbers = [int(n) for n in stages.split(",") if n]
    return [("empty", "int main() {}\n"), ("include", "#include <constage/dsl.hpp>\nint main() {}\n")] + [(str(n), program(n)) for n in numbers]


def excess(stages, seconds, megabytes):
    if seconds > BUDGET.get(stages, 1e9):
        yield f"{stages} stages: {seconds:.2f} s, budget {BUDGET[stages]} s"
    if megabytes > BUDGET_MB.get(stages, 1e9):
        yield f"{stages} stages: {megabytes:.0f} MB, budget {BUDGET_MB[stages]} MB"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compilers", default="g++,clang++")
    parser.add_argument("--stages", default="3,100,300,1000")
    parser.add_argument("--header-only-stages", default="3,100")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    over = []
    with tempfile.TemporaryDirectory() as directory:
        print(f"{'compiler':<10}{'mode':<13}{'stages':>8}{'CPU s':>8}{'MB':>7}")
        for compiler in options.compilers.split(","):
            if not shutil.which(compiler):
                print(f"{compiler:<10} not installed")
                continue
            for mode, stages, flags in (("library", options.stages, []), ("header only", options.header_only_stages, ["-DCONSTAGE_HEADER_ONLY"])):
                for name, text in cases(stages):
                    source = os.path.join(directory, name + ".cpp")
                    with open(source, "w") as f:
                        f.write(text)
                    seconds, megabytes = measure(compiler, source, options.repeat if mode == "library" else 1, *flags)
                    print(f"{compiler:<10}{mode:<13}{name:>8}{seconds:>8.2f}{megabytes:>7.0f}", flush=True)
                    if compiler == "g++" and mode == "library" and name.isdigit():
                        over += excess(int(name), seconds, megabytes)
    for line in over:
        print("over budget:", line)
    return 1 if over and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
