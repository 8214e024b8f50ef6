#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Runs the cases for constage and its peers in turn and writes the results; benchmarks/run.sh calls this."""
import argparse
import os
import subprocess
import sys
import tempfile
import time

import cases
import growth
import pull
import readme
import results
from builders import BuildKit, Buildah, Constage
from image import difference, tree
from measure import Failed

ALL = [*cases.ALL, "pull", "growth"]
HERE = os.path.dirname(os.path.abspath(__file__))


def say(*words):
    print(*words, file=sys.stderr, flush=True)


def start(work, tool):
    """All builders that run here, and a reason for each that does not."""
    builders, missing = [], {}
    for name, make in (("constage", lambda place: Constage(place, tool)), ("BuildKit", BuildKit), ("Buildah", Buildah)):
        builder = None
        try:
            builder = make(f"{work}/{name}")
            builder.forget({})
            builder.rest()
            builders.append(builder)
        except (Failed, OSError) as problem:
            missing[name] = str(problem)
            if builder:
                builder.leave()
    return builders, missing


class Measurement:
    """One case, round by round, the builders in turn."""

    def __init__(self, case, builders, seconds):
        self.case, self.builders, self.seconds = case, builders, seconds
        self.costs = {b.name: [] for b in builders}  # round by round; or a text that says why there are none
        self.limits = []                             # name → seconds, round by round
        self.spent = set()                           # the builders whose time is over: they take part in no further round
        self.reference = None

    def attempt(self, b, action):
        try:
            return action()
        except Failed as problem:
            self.costs[b.name] = f"cannot run: {problem}"

    def running(self):
        return [b for b in self.builders if isinstance(self.costs[b.name], list)]

    def compare(self, b):
        """A case whose tree is not that of the first builder does not count."""
        found = self.attempt(b, lambda: tree(b.tree_archive(self.case.job)))
        if found is None:
            return
        self.reference = self.reference or found
        if different := difference(self.reference, found):
            self.costs[b.name] = "another file tree, does not count: " + different

    def takes_part(self, b, round):
        """A builder that has used up its share of the time has rounds enough: at least one, the fast ones all."""
        past = round - 1
        if past and sum(c.wall for c in self.costs[b.name]) * round / past > self.seconds * self.case.share / len(self.builders):
            self.spent.add(b.name)
        return b.name not in self.spent

    def build(self, b):
        if self.case.job.cold:
            b.forget(self.case.job.bases)
        os.sync()  # nobody waits for what another has left to be written
        return b.build(self.case.job)

    def run(self):
        case = self.case
        case.before(0)
        if not case.job.cold:
            for b in self.running():
                self.attempt(b, lambda: (b.forget(case.job.bases), b.build(case.job)))
        for round in range(1, case.repeat + 1):
            case.before(round)
            for b in filter(lambda b: self.takes_part(b, round), self.running()):
                if cost := self.attempt(b, lambda: self.build(b)):
                    self.costs[b.name].append(cost)
                    if round == 1:
                        self.compare(b)
                if case.job.cold:
                    self.attempt(b, b.rest)
            if case.limits:
                os.sync()
                self.limits.append(case.limits())
        for b in self.builders:
            self.attempt(b, b.rest)
        return self


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--constage", required=True, help="the program")
    parser.add_argument("--quick", action="store_true", help="smaller cases and fewer rounds: five minutes")
    parser.add_argument("--only", action="append", choices=ALL, metavar="CASE", help="this case; may be repeated. " + ", ".join(ALL))
    parser.add_argument("--runs", type=int, help="rounds of each case")
    parser.add_argument("--minutes", type=float, default=20, help="builds of slow peers have fewer rounds, so that the whole takes about this")
    parser.add_argument("--results", help="default: benchmarks/RESULTS.md for a whole run, else RESULTS.md beside the program")
    args = parser.parse_args()
    args.whole = not args.quick and not args.only
    if not args.results:
        args.results = os.path.join(os.path.dirname(HERE) if args.whole else os.path.dirname(args.constage), "RESULTS.md")
    return args


def main():
    args = arguments()
    work = tempfile.mkdtemp(prefix="constage-bench-", dir=os.environ.get("CONSTAGE_BENCHMARK_DIR"))
    builders, missing = start(work, args.constage)
    report = results.Report(builders, missing)
    # The other half of the time goes into making contexts, comparing trees and cleaning up.
    minutes = 5 if args.quick else args.minutes
    seconds, started = minutes * 60 / len(ALL) / 2, time.monotonic()
    try:
        for name in args.only or ALL:
            begin = time.monotonic()
            if begin - started > minutes * 60 and not args.only:
                report.left_out(name, f"{minutes:g} minutes were over")
                report.write(args.results)
                continue
            if name == "growth":
                report.growth(growth.measure(work, builders[0], args.quick))
            elif name == "pull":
                report.pull(*pull.measure(work, builders, args.runs or (1 if args.quick else 3)))
            elif not (case := cases.ALL[name](work, args.quick)):
                report.left_out(name, "not part of --quick")
            else:
                case.repeat = args.runs or case.repeat
                report.add(name, Measurement(case, builders, seconds).run())
                os.rename(os.path.dirname(case.job.context), f"{work}/done-{name}")  # deleted at the end: see Builder.forget
            report.write(args.results)
            say(f"{name}: {time.monotonic() - begin:.0f} s")
    finally:
        for b in builders:
            try:
                b.leave()
            except Failed as problem:
                say(f"{b.name} leaves something below {work}: {problem}")
        subprocess.run(["rm", "-rf", "--one-file-system", work])
    say("written:", os.path.normpath(args.results))
    if args.whole:
        readme.write(args.results, os.path.join(HERE, "..", "..", "README.md"))


if __name__ == "__main__":
    main()
