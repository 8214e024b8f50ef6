#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Runs the cases for constage and its peers in turn and writes benchmarks/RESULTS.md; benchmarks/run.sh calls this."""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile

import cases
import growth
import pull
import results
from builders import BuildKit, Buildah, Constage
from image import difference, tree
from measure import Failed


def say(*words):
    print(*words, file=sys.stderr, flush=True)


def start(work, tool):
    """All builders that run here, and a reason for each that does not."""
    builders, missing = [], {}
    for make in (lambda p: Constage(p, tool), BuildKit, Buildah):
        place = f"{work}/builder-{len(builders) + len(missing)}"
        os.makedirs(place)
        builder = None
        try:
            builder = make(place)
            builder.start()
            builders.append(builder)
        except (Failed, OSError) as problem:
            missing[getattr(builder, "name", place)] = str(problem)
    return builders, missing


def prepare(case, builder):
    """The bases, and for a warm case one build before. Returns the tree of what it makes."""
    builder.load(case.job.bases)
    case.before(0)
    builder.forget()
    builder.build(case.job)
    return tree(builder.tree_archive(case.job)) if case.compare else None


def measure(case, builders):
    """name → costs, or a text that says why there are none."""
    costs, trees = {}, {}
    for b in builders:
        try:
            trees[b.name] = prepare(case, b)
            costs[b.name] = []
        except Failed as problem:
            costs[b.name] = f"cannot run: {problem}"
    for name, files in trees.items():
        if case.compare and (found := difference(next(iter(trees.values())), files)):
            costs[name] = "another file tree, does not count: " + found
    for round in range(1, case.repeat + 1):
        case.before(round)
        for b in builders:
            if not isinstance(costs[b.name], list):
                continue
            try:
                if case.job.cold:
                    b.forget()
                costs[b.name].append(b.build(case.job))
            except Failed as problem:
                costs[b.name] = f"cannot run: {problem}"
    return costs


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--constage", required=True)
    parser.add_argument("--quick", action="store_true", help="smaller cases and fewer rounds: five minutes")
    parser.add_argument("--case", action="append", choices=[*cases.ALL, "pull", "growth"])
    parser.add_argument("--repeat", type=int, help="rounds of each case")
    parser.add_argument("--results", default=os.path.join(os.path.dirname(__file__), "..", "RESULTS.md"))
    args = parser.parse_args()
    given = os.environ.get("CONSTAGE_BENCHMARK_DIR")
    work = tempfile.mkdtemp(prefix="constage-bench-", dir=given)
    builders, missing = start(work, args.constage)
    report = results.Report(builders, missing, args)
    try:
        for name in args.case or [*cases.ALL, "pull", "growth"]:
            say("case", name)
            if name == "growth":
                report.growth(growth.measure(work, builders[0], args.quick))
            elif name == "pull":
                if not args.quick:
                    report.pull(pull.measure(work, builders, args.repeat or 3))
            elif case := cases.ALL[name](work, args.quick):
                if args.repeat:
                    case.repeat = args.repeat
                report.add(name, case, measure(case, builders), case.limits())
                shutil.rmtree(os.path.dirname(case.job.context), ignore_errors=True)
            report.write(args.results)
    finally:
        for b in builders:
            b.stop()
        subprocess.run(["rm", "-rf", work])
    say("written:", os.path.normpath(args.results))


if __name__ == "__main__":
    main()
