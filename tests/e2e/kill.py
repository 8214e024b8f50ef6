#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""kill -9 of the builder at random moments of a build with every kind of step. Afterwards nothing of it runs or is mounted, a build succeeds with
the bytes of an undisturbed one, and the store is sound.

CONSTAGE_KILLS: how many (default 200); CONSTAGE_SEED: repeats the choices of a run (moments are as exact as the machine is).
"""
import os, random, signal, subprocess, sys, threading, time

import builder

WORKERS = 4  # a build waits more than it computes


class Failed(Exception):
    pass


def undisturbed(b):
    """(digest, archive, seconds); the time is that of several at once."""
    began = time.monotonic()
    if b.build() != 0:
        raise Failed("an undisturbed build fails:\n" + b.text)
    return b.digest, b.archive(), time.monotonic() - began


def at_once(jobs):
    """Runs functions in threads; returns their results in order. The first failure stops nothing, but is the one that counts."""
    results, errors = [None] * len(jobs), []

    def work(i):
        try:
            results[i] = jobs[i]()
        except Exception as e:
            errors.append(e)
    threads = [threading.Thread(target=work, args=(i,)) for i in range(len(jobs))]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    if errors:
        raise errors[0]
    return results


class Moments:
    """Random moments of builds, of a whole one or of what another left: how long those take is learnt from those that were not killed in time."""

    def __init__(self, length):
        self.longest = {"whole": length, "rest": length / 2}

    def choose(self, chance, kind):
        return chance.uniform(0, self.longest[kind])

    def learn(self, kind, early):
        self.longest[kind] *= 1.02 if early else 0.85


def one_round(b, chance, kills, expected, moments, mounts):
    """Kills several builds in one new store, then builds. Returns how many were killed before their end."""
    digest, archive, _ = expected
    early, killed = 0, False
    for n in range(kills):
        more = [] if killed and chance.randrange(2) else ["--no-cache"]
        kind = "whole" if more else "rest"
        moment = moments.choose(chance, kind)
        process = b.start(*more)
        time.sleep(moment)
        killed = process.poll() is None
        early += killed
        moments.learn(kind, killed)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if left := builder.left_behind(b.place, mounts):
            raise Failed(f"{b.place}: kill {n} after {moment:.3f} s: left behind: {left}")
    if b.build() != 0:
        raise Failed(f"{b.place}: the build after the kill fails:\n{b.text}")
    if (b.digest, b.archive()) != (digest, archive):
        raise Failed(f"{b.place}: {b.digest} instead of {digest}, or another archive")
    # What was killed in a user namespace may take a moment longer to end: until then its lock says that its files are in use, and only the
    # build after that one removes them.
    if b.user and "was left by a process" in b.check() and b.build("--no-cache") != 0:
        raise Failed(f"{b.place}: the second build after the kill fails:\n{b.text}")
    if problems := b.check():
        raise Failed(f"{b.place}: the store is damaged: {problems}")
    subprocess.run(["rm", "-rf", b.place])
    return early


def main(work):
    kills = int(os.environ.get("CONSTAGE_KILLS", "200"))
    seed = int(os.environ.get("CONSTAGE_SEED", str(random.SystemRandom().randrange(10**9))))
    print(f"{kills} kills, seed {seed}", flush=True)
    user = builder.make_user()
    builder.make_inputs(work)
    mounts = builder.mounts()
    # Who builds, and how many kills a round has: a new store each time, then the same again, where half of it is there and rubbish too.
    plan = random.Random(seed)
    rounds = []
    while (left := kills - sum(k for _, k in rounds)) > 0:
        rounds.append((user if user and plan.randrange(4) == 0 else None, min(left, plan.choice((2, 4, 8)))))
    try:
        people = [None] * (WORKERS - 1) + [user]
        first = at_once([lambda i=i, who=who: undisturbed(builder.Builder(work, f"undisturbed-{i}", who)) for i, who in enumerate(people)])
        if len({f[0] for f in first}) != 1 or len({f[1] for f in first[:-1]}) != 1:
            raise Failed(f"undisturbed builds differ: {first}")
        expected = {None: first[0], user: first[-1]}
        print(f"undisturbed: {first[0][0]}, {first[0][2]:.1f} s", flush=True)

        moments = {who: Moments(e[2]) for who, e in expected.items()}

        def worker(number):
            early = 0
            for i in range(number, len(rounds), WORKERS):
                who, count = rounds[i]
                early += one_round(builder.Builder(work, f"round-{i}-", who), random.Random(seed + i), count, expected[who], moments[who], mounts)
            return early
        early = sum(at_once([lambda n=n: worker(n) for n in range(WORKERS)]))
        if early < kills / 2:
            raise Failed(f"only {early} builds were killed before their end")
    except Failed as e:
        sys.exit(f"seed {seed}: {e}")
    print(f"{kills} kills ({early} before the build's end), {len(rounds)} rounds: the same bytes, sound stores, nothing left behind")


builder.main(main)
