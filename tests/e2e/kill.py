#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""kill -9 of the builder at random moments of a build with every kind of step. Afterwards nothing of it runs or is mounted, a build succeeds with
the bytes of an undisturbed one, and the store is sound.

CONSTAGE_KILLS: how many (default 40); CONSTAGE_SEED: repeats a run.
"""
import os, random, signal, sys, time

import builder


def undisturbed(b):
    began = time.monotonic()
    if b.build() != 0:
        sys.exit("an undisturbed build fails:\n" + b.text)
    return b.digest, b.archive(), time.monotonic() - began


def main(work):
    kills = int(os.environ.get("CONSTAGE_KILLS", "40"))
    seed = int(os.environ.get("CONSTAGE_SEED", str(random.SystemRandom().randrange(10**9))))
    print(f"{kills} kills, seed {seed}", flush=True)
    chance = random.Random(seed)
    user = builder.make_user()
    expected = {}
    for who in filter(lambda w: w is None or w, [None, user] if user else [None]):
        expected[who] = undisturbed(builder.Builder(work, f"undisturbed-{who}", who))
        print(f"undisturbed as {who or 'root'}: {expected[who][0]} in {expected[who][2]:.1f} s", flush=True)
    mounts = builder.mounts()
    done, number, early = 0, 0, 0
    while done < kills:
        number += 1
        who = user if user and number % 4 == 0 else None
        digest, archive, length = expected[who]
        b = builder.Builder(work, f"round-{number}", who)
        # A new store, then the same one again: half of it is there, rubbish too.
        for _ in range(min(chance.choice((1, 2, 4)), kills - done)):
            more = chance.choice(([], [], ["--no-cache"]))
            moment = chance.uniform(0, length)
            process = b.start(*more)
            time.sleep(moment)
            early += process.poll() is None
            process.send_signal(signal.SIGKILL)
            process.wait()
            done += 1
            if left := builder.left_behind(b.place, mounts):
                sys.exit(f"seed {seed}, kill {done} after {moment:.3f} s: left behind: {left}")
        if b.build() != 0:
            sys.exit(f"seed {seed}, round {number}: the build after the kill fails:\n{b.text}")
        if (b.digest, b.archive()) != (digest, archive):
            sys.exit(f"seed {seed}, round {number}: {b.digest} instead of {digest}, or another archive")
        if problems := b.check():
            sys.exit(f"seed {seed}, round {number}: the store is damaged: {problems}")
        os.system(f"rm -rf '{b.place}'")
    print(f"{done} kills ({early} before the build's end), {number} rounds: the same bytes, sound stores, nothing left behind")


builder.main(main)
