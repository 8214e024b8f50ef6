#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""What goes wrong around a build: full disks, stores that cannot be written or are damaged, many builders at once, Ctrl-C. Each ends in the right
image or in an error that says why, and the next build works.

    faults.py [NAME...]
"""
import contextlib, json, os, re, shutil, subprocess, sys, time

import builder

failures = []
current = ""


def check(good, what):
    if not good:
        failures.append(what)
        print(f"FAILED: {current}: {what}", file=sys.stderr, flush=True)


def expect_failure(b, code, pattern):
    check(code == 1, f"exit code {code} instead of 1:\n{b.text[-500:]}")
    check(re.search(pattern, b.text), f"no {pattern!r} in:\n{b.text[-700:]}")


def expect_good(b, digest, code=None):
    code = b.build() if code is None else code
    check(code == 0 and b.digest == digest, f"exit code {code}, digest {b.digest} instead of {digest}:\n{b.text[-700:]}")
    problems = b.check()
    check(not problems, f"the store is damaged: {problems}")


@contextlib.contextmanager
def small_disk(work, megabytes, options="rw"):
    path = work + "/disk"
    os.makedirs(path, exist_ok=True)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755,{options}", "disk", path]).returncode != 0:
        raise builder.Skip("cannot mount a tmpfs")
    try:
        yield path
    finally:
        subprocess.run(["umount", "-l", path], check=True)


def full_disk(work, digest):
    """The disk gets full at another moment each time: everything that a build writes is what does not fit once."""
    b = builder.Builder(work, "full")
    with small_disk(work, 64) as disk:
        b.store = disk + "/store"
        outcomes = []
        for room in [64, 512, 1024, 2048, 3072, 4096, 5120, 6144, 7168, 8192, 9216, 10240, 12288, 16384]:
            s = os.statvfs(disk)
            with open(disk + "/filler", "wb") as f:
                f.truncate(0)
                os.posix_fallocate(f.fileno(), 0, max(1, s.f_bavail * s.f_frsize - room * 1024))
            code = b.build()
            outcomes.append(code)
            os.unlink(disk + "/filler")
            if code == 0:
                check(b.digest == digest, f"with {room} KiB left: {b.digest}")
            else:
                expect_failure(b, code, "No space left on device")
                # A command in a RUN says it in its own words and the build fails with that.
                check("is full" in b.text or "did not complete successfully" in b.text, f"{room} KiB: no hint:\n{b.text[-500:]}")
            problems = b.check()
            check(not [p for p in problems.splitlines() if p and "left by a process" not in p and "exit code" not in p and "problem" not in p],
                  f"after {room} KiB: {problems}")
            if code != 0 and room % 2048 == 0:
                shutil.rmtree(b.store)
        check(1 in outcomes and 0 in outcomes, f"no failure or no success: {outcomes}")
        expect_good(b, digest)


def full_disk_of_the_output(work, digest):
    b = builder.Builder(work, "full-output")
    with small_disk(work, 1) as disk:
        for kind in (f"type=oci,dest={disk}/out.tar", f"type=tar,dest={disk}/root.tar", f"type=local,dest={disk}/root",
                     f"type=oci,tar=false,dest={disk}/layout"):
            expect_failure(b, b.build("-o", kind, output=False), "No space left on device")
            check(not [n for n in os.listdir(disk) if n.endswith(".tar") or ".tmp" in n], f"{kind} left {os.listdir(disk)}")
            subprocess.run(f"rm -rf '{disk}'/*", shell=True)
    expect_good(b, digest)


def read_only_store(work, digest):
    b = builder.Builder(work, "read-only")
    with small_disk(work, 64) as disk:
        b.store = disk + "/store"
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        expect_failure(b, b.build(), r"(?s)Read-only file system.*--store")
        subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
        expect_good(b, digest)
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        expect_failure(b, b.build(), r"(?s)Read-only file system.*--store")
    user = builder.make_user()
    if user:
        theirs = builder.Builder(work, "not-mine", user)
        os.mkdir(theirs.store, 0o755)
        expect_failure(theirs, theirs.build(), r"(?s)Permission denied.*--store")


def newer_store(work, digest):
    b = builder.Builder(work, "newer")
    expect_good(b, digest)
    with open(b.store + "/version") as f:
        old = f.read()
    for text in ("2\n", "", "junk\xff\n"):
        with open(b.store + "/version", "w") as f:
            f.write(text)
        expect_failure(b, b.build(), "(?s)version.*--store")
    with open(b.store + "/version", "w") as f:
        f.write(old)
    expect_good(b, digest)


def files_of(store):
    for top, directories, names in os.walk(store):
        directories[:] = [d for d in directories if d not in ("fs", "tmp", "mounts", "git")]
        for name in names:
            yield os.path.join(top, name)


def damaged_store(work, digest):
    """Every file of the store in turn is cut short, emptied or changed. Wrong bytes never reach an image unnoticed."""
    b = builder.Builder(work, "damaged")
    expect_good(b, digest)
    # Another last step: whoever finds everything in its cache reads little.
    another = ("--build-arg", "N=1")
    undamaged = builder.Builder(work, "undamaged")
    check(undamaged.build(*another) == 0, undamaged.text)
    digest = undamaged.digest
    whole = work + "/whole"
    subprocess.run(["cp", "-a", b.store, whole], check=True)
    outcomes = {}

    seen = {}
    for name in sorted(os.path.relpath(f, whole) for f in files_of(whole)):
        path = os.path.join(b.store, name)
        folder = re.sub("[0-9a-f]{64}", "HEX", name)
        folder = re.sub(r"data/\d+", "data/N", folder)
        seen[folder] = seen.get(folder, 0) + 1
        if name == "version" or seen[folder] > (4 if folder.startswith("blobs/") else 1):
            continue
        for how in ("cut", "emptied", "changed"):
            with open(os.path.join(whole, name), "rb") as f:
                data = f.read()
            half = len(data) // 2
            if not data:
                continue
            with open(path, "wb") as f:
                f.write(data[:half] if how == "cut" else b"" if how == "emptied" else data[:half] + bytes([data[half] ^ 0x55]) + data[half + 1:])
            code = b.build(*another)
            outcomes[folder, how] = "same" if code == 0 else "error"
            if code == 0:
                check(b.digest == digest, f"{name} {how}: {b.digest}")
                bad = blobs_are_wrong(b.place + "/out.tar")
                if bad:
                    check(how == "changed" and b.check(), f"{name} {how}: the archive has {bad}, and the store seems sound")
            else:
                check(code == 1 and "hint: " in b.text, f"{name} {how}: exit code {code}, no hint?\n{b.text[-500:]}")
                pruned, text = b.prune()
                check(pruned == 0, f"{name} {how}: prune: {text}")
                again = b.build(*another)
                if again != 0:  # what an image in the store needs is not pruned
                    check("hint: delete this" in b.text, f"{name} {how}: neither prune nor a hint helps:\n{b.text[-500:]}")
            subprocess.run(["rm", "-rf", b.store], check=True)
            subprocess.run(["cp", "-a", whole, b.store], check=True)
    for (folder, how), outcome in sorted(outcomes.items()):
        print(f"    {folder} {how}: {outcome}")


def blobs_are_wrong(archive):
    import hashlib, tarfile
    with tarfile.open(archive) as t:
        return [m.name for m in t if m.isreg() and m.name.startswith("blobs/")
                and hashlib.sha256(t.extractfile(m).read()).hexdigest() != os.path.basename(m.name)]


def eight_builders(work, digest):
    """The same build eight times and eight others, all at once in one new store."""
    def together(names, arguments):
        builders = [builder.Builder(work, n) for n in names]
        for b in builders:
            b.store = work + "/shared-store"
        processes = [b.start(*a) for b, a in zip(builders, arguments)]
        for b, p in zip(builders, processes):
            code = p.wait()
            b.text = open(b.place + "/log", errors="replace").read()
            b.digest = open(b.place + "/iid").read().strip() if code == 0 else ""
            check(code == 0, f"{b.place}: exit code {code}:\n{b.text[-700:]}")
        return builders
    for b in together([f"same-{i}" for i in range(8)], [[]] * 8):
        check(b.digest == digest, f"the same build gives {b.digest} instead of {digest}")
    check(len({b.archive() for b in together([f"again-{i}" for i in range(8)], [["--no-cache"]] * 8)}) == 1, "different archives")
    words = [["--build-arg", f"N={i}"] for i in range(8)]
    others = together([f"other-{i}" for i in range(8)], words)
    check(len({b.digest for b in others}) == 8, "different builds with one digest")
    for b, w in zip(others[:3], words):
        alone = builder.Builder(work, os.path.basename(b.place) + "-alone")
        check(alone.build(*w) == 0 and alone.digest == b.digest, f"{b.digest} among others, {alone.digest} alone")
    problems = others[0].check()
    check(not problems, f"the shared store is damaged: {problems}")
    # Pruning while others build: it says no or it waits, but nobody loses anything.
    busy = [b for b in others]
    processes = [b.start("--no-cache", *w) for b, w in zip(busy, words)]
    answers = set()
    while any(p.poll() is None for p in processes):
        code, text = busy[0].prune()
        answers.add(code)
        check(code == 0 or "uses the store" in text, f"prune: {text}")
        time.sleep(0.05)
    for b, p in zip(busy, processes):
        check(p.wait() == 0, f"a build beside prune fails:\n{open(b.place + '/log').read()[-700:]}")
        check(open(b.place + "/iid").read().strip() == b.digest, "another digest beside prune")
    check(1 in answers, "prune never met a build")


TESTS = [full_disk, full_disk_of_the_output, read_only_store, newer_store, damaged_store, eight_builders]


def main(work):
    global current
    first = builder.Builder(work, "undisturbed")
    if first.build() != 0:
        sys.exit("an undisturbed build fails:\n" + first.text)
    for test in TESTS:
        current = test.__name__
        if sys.argv[1:] and current not in sys.argv[1:]:
            continue
        began = time.monotonic()
        try:
            test(work, first.digest)
            print(f"{current}: {time.monotonic() - began:.1f} s", flush=True)
        except builder.Skip as e:
            print(f"{current}: skipped: {e}", flush=True)
    return f"{len(failures)} failures" if failures else 0


builder.main(main)
