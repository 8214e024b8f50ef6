#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Builds from what an enemy made: base layers, archives of ADD, image JSON, build contexts. Each ends in a right image or an error that says
why, with bounded memory, and nothing outside the image is read or written.

    hostile.py [NAME...]
"""
import hashlib, io, json, os, re, shutil, socket, subprocess, sys, tarfile, tempfile, threading, time

from builder import TOOL

WORK = tempfile.mkdtemp(prefix="constage-hostile-")
CANARY = os.path.join(WORK, "outside")
MANY = 1_000_000
failures = []


def check(good, what):
    if not good:
        failures.append(f"{current}: {what}")
        print(f"FAILED: {current}: {what}", file=sys.stderr)


class Result:
    def __init__(self, code, text, rss, tar):
        self.code, self.text, self.rss, self.tar = code, text, rss, tar

    def members(self):
        with tarfile.open(self.tar) as t:
            return {m.name.rstrip("/").removeprefix("./"): m for m in t}

    def read(self, name):
        with tarfile.open(self.tar) as t:
            return t.extractfile(name).read()


# ---- images ----------------------------------------------------------------------------------------------------------


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def entry(name, data=b"", kind=tarfile.REGTYPE, link="", mode=0o644, **more):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode, info.size = kind, link, mode, len(data)
    for key, value in more.items():
        setattr(info, key, value)
    return info, data


def symlink(name, target):
    return entry(name, kind=tarfile.SYMTYPE, link=target, mode=0o777)


def hardlink(name, target):
    return entry(name, kind=tarfile.LNKTYPE, link=target)


def directory(name):
    return entry(name, kind=tarfile.DIRTYPE, mode=0o755)


def tar(*entries, form=tarfile.PAX_FORMAT):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as t:
        for info, data in entries:
            t.addfile(info, io.BytesIO(data))
    return out.getvalue()


def layout(layers, config=None, manifest=None, index=None, change=None):
    """An OCI layout. The parts can be given as values or as bytes; `change(blobs)` may spoil what is there."""
    path = tempfile.mkdtemp(prefix="layout-", dir=WORK)
    as_bytes = lambda part: part if isinstance(part, bytes) else json.dumps(part).encode()
    blobs = {digest(l): l for l in layers}
    config = as_bytes(config if config is not None else {
        "architecture": "amd64", "os": "linux", "config": {},
        "rootfs": {"type": "layers", "diff_ids": [digest(l) for l in layers]}})
    blobs[digest(config)] = config
    describe = lambda kind, data: {"mediaType": "application/vnd.oci.image." + kind, "digest": digest(data), "size": len(data)}
    manifest = as_bytes(manifest(config, describe) if callable(manifest) else manifest if manifest is not None else {
        "schemaVersion": 2, "config": describe("config.v1+json", config),
        "layers": [describe("layer.v1.tar", l) for l in layers]})
    blobs[digest(manifest)] = manifest
    index = as_bytes(index if index is not None else {"schemaVersion": 2, "manifests": [describe("manifest.v1+json", manifest)]})
    if change:
        change(blobs)
    os.makedirs(path + "/blobs/sha256")
    for name, data in blobs.items():
        with open(path + "/blobs/sha256/" + name[7:], "wb") as f:
            f.write(data)
    for name, data in {"index.json": index, "oci-layout": b'{"imageLayoutVersion":"1.0.0"}'}.items():
        with open(path + "/" + name, "wb") as f:
            f.write(data)
    return path


# ---- builds ----------------------------------------------------------------------------------------------------------


def outside():
    """Everything of this machine that an escape would most likely touch."""
    found = {}
    for top, directories, files in os.walk(CANARY):
        for name in directories + files:
            path = os.path.join(top, name)
            s = os.lstat(path)
            found[path] = (s.st_mode, s.st_uid, s.st_size, s.st_mtime_ns)
    found["/"] = sorted(os.listdir("/"))
    found["/etc"] = sorted(os.listdir("/etc"))
    return found


def build(dockerfile, context=None, base=None, *arguments, store=None, during=None):
    place = tempfile.mkdtemp(prefix="build-", dir=WORK)
    context = context or tempfile.mkdtemp(prefix="empty-", dir=WORK)
    with open(place + "/Dockerfile", "w") as f:
        f.write(dockerfile)
    result = place + "/out.tar"
    command = [TOOL, "build", "--progress", "plain", "--store", store or place + "/store", "-f", place + "/Dockerfile",
               "-o", "type=tar,dest=" + result, *arguments]
    if base:
        command += ["--build-context", "base=oci-layout://" + base]
    before = outside()
    with open(place + "/log", "w") as log:
        child = subprocess.Popen([*command, context], stdout=log, stderr=log, cwd=place)
        if during:
            during(child)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    with open(place + "/log", errors="replace") as log:
        text = log.read()
    check(outside() == before, "something outside of the image has changed")
    check(child.returncode in (0, 1, 2), f"exit code {child.returncode}: {text[-500:]}")
    left = os.path.join(store or place + "/store", "tmp")
    check(not os.path.isdir(left) or not os.listdir(left), f"left in the store: {os.path.isdir(left) and os.listdir(left)}")
    check(child.returncode == 0 or not os.path.exists(result), "a failed build has an output")
    shutil.rmtree(place + "/store", ignore_errors=True)
    return Result(child.returncode, text, usage.ru_maxrss // 1024, result)


def refused(result, pattern):
    check(result.code == 1, f"exit code {result.code} instead of 1: {result.text[-500:]}")
    check(re.search(pattern, result.text), f"no {pattern!r} in: {result.text[-700:]}")
    check(result.rss < 500, f"took {result.rss} MiB")


def accepted(result, names=(), absent=()):
    check(result.code == 0, f"exit code {result.code}: {result.text[-700:]}")
    if result.code == 0:
        members = result.members()
        for name in names:
            check(name in members, f"no {name} in {sorted(members)[:20]}")
        for name in absent:
            check(name not in members, f"{name} is there")


def from_base(*layers):
    return build("FROM base\nCOPY --from=base / /copied/\n", None, layout([l if isinstance(l, bytes) else tar(*l) for l in layers]))


def add(archive, *arguments):
    """`archive`: bytes, or an iterable of them. What this process holds in memory would count as the builder's, so it is never much."""
    context = tempfile.mkdtemp(prefix="context-", dir=WORK)
    with open(context + "/a.tar", "wb") as f:
        for piece in [archive] if isinstance(archive, bytes) else archive:
            f.write(piece)
    return build("FROM scratch\nADD a.tar /in/\n", context, None, *arguments)


def both(names, expected):
    """The same entries as a base layer and as an archive of ADD."""
    entries = tar(*names)
    expected(from_base(entries), "")
    expected(add(entries), "in/")


def layers_climbing_out():
    target = CANARY.lstrip("/")
    up = "../" * 30
    both([entry(up + target + "/owned", b"x"), entry("/etc/constage-owned", b"x")],
         lambda r, at: accepted(r, [at + target + "/owned", at + "etc/constage-owned"]))
    both([symlink("link", CANARY), entry("link/owned", b"x")], lambda r, at: accepted(r, [at + "link", (at if at == "" else "in/") + target + "/owned"]))
    both([symlink("a", ".."), symlink("a/b", ".."), entry("b/../../../../" + target + "/owned", b"x")],
         lambda r, at: accepted(r, [at + target + "/owned"]))
    both([symlink("loop", "loop"), entry("loop/x", b"x")], lambda r, at: refused(r, "circles"))
    both([hardlink("stolen", up + target + "/secret")], lambda r, at: refused(r, "hard link"))
    both([hardlink("stolen", CANARY + "/secret")], lambda r, at: refused(r, "hard link"))
    both([symlink("link", CANARY + "/secret"), hardlink("hard", "link"), entry("hard", b"overwritten")],
         lambda r, at: accepted(r, [at + "hard", at + "link"]))
    # Through another layer's links, where the first one is already on the disk.
    r = from_base([symlink("link", CANARY)], [entry("link/owned", b"x")])
    accepted(r, ["link/owned"])
    r = from_base([symlink("link", CANARY)], [hardlink("stolen", "link/secret")])
    refused(r, "hard link")


def odd_entries():
    both([entry("twice", b"1"), entry("twice", b"22"), directory("d"), entry("d/x", b"x"), entry("d", b"now a file")],
         lambda r, at: (accepted(r, [at + "twice", at + "d"], [at + "d/x"]), check(r.read(at + "twice") == b"22", "the first one won")))
    both([entry("file", b"x"), entry("file/below", b"x")], lambda r, at: refused(r, 'below "'))
    device = entry("disk", kind=tarfile.BLKTYPE, mode=0o666, devmajor=8, devminor=0)
    both([device, entry("pipe", kind=tarfile.FIFOTYPE)], lambda r, at: accepted(r, [at + "disk", at + "pipe"]))
    both([entry("zero", kind=tarfile.CHRTYPE, devmajor=0, devminor=0)], lambda r, at: refused(r, "0:0"))
    both([directory("d")] + [entry("d/" + "n" * 255, b"x"), entry("\udcff\udcfe\n", b"x")],
         lambda r, at: accepted(r, [at + "d/" + "n" * 255]))
    both([entry("a/" * 2100 + "deep", b"x")], lambda r, at: refused(r, "longer than 4095"))
    both([entry("old", b"x", mtime=-(10**9)), entry("late", b"x", mtime=10**11), entry("owner", b"x", uid=4294967294, gid=4294967294)],
         lambda r, at: accepted(r, [at + "old", at + "late", at + "owner"]))
    both([entry("owner", b"x", uid=2**40)], lambda r, at: refused(r, "32 bits"))


def whiteouts():
    below = [directory("d"), entry("d/a", b"x"), entry("d/b", b"x")]
    accepted(from_base(below, [entry("d/.wh.a")]), ["d/b"], ["d/a"])
    accepted(from_base(below, [entry("d/.wh..wh..opq"), entry("d/c", b"x")]), ["d/c"], ["d/a", "d/b"])
    accepted(from_base(below, [entry(".wh..wh..opq"), entry("e", b"x")]), ["e"], ["d"])
    accepted(from_base(below, [entry("d/.wh.a"), entry("d/a", b"new")]), ["d/a", "d/b"])
    accepted(from_base(below, [entry(".wh.missing"), entry("missing2/.wh.x")]), ["d/a"])
    accepted(from_base(below, [symlink("d", CANARY), entry("d/.wh.secret")]), ["d"])
    for name in (".wh.", ".wh..", ".wh...", "d/.wh.", ".wh.d/x"):
        refused(from_base(below, [entry(name)]), "whiteout")
    refused(from_base(below, [entry("f", b"x"), hardlink(".wh.f", "f")]), "whiteout")
    # No layer can hold such a name, so the image cannot be made.
    r = add(tar(entry(".wh.a", b"x")))
    refused(r, r'\.wh\.')


def compressed(pieces, program="gzip"):
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen([program, "-q", "-c", "-1"], stdin=subprocess.PIPE, stdout=out)
        for piece in pieces:
            child.stdin.write(piece)
        child.stdin.close()
        assert child.wait() == 0
        out.seek(0)
        return out.read()


def bombs():
    size = 96 << 20
    for program in ["gzip"] + [p for p in ("xz", "zstd", "bzip2") if shutil.which(p)]:
        info, _ = entry("zeros")
        info.size = size
        bomb = compressed([info.tobuf()] + [bytes(1 << 20)] * (size >> 20) + [bytes(1024)], program)
        refused(add(bomb, "--max-unpacked", "64m"), "--max-unpacked")
        refused(build("FROM base\nCOPY --from=base / /x/\n", None, layout([bomb]), "--max-unpacked", "64m"), "--max-unpacked")
    accepted(add(bomb, "--max-unpacked", "96m"), ["in/zeros"])
    # Endless: all that a stream of a few megabytes unpacks to is read as one header after the other.
    header = entry("again")[0].tobuf()
    refused(add(compressed([header * 2048] * 100), "--max-entries", "200000"), "--max-entries")
    # Holes of 8 EiB.
    info, _ = entry("holes")
    info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "holes", "GNU.sparse.realsize": str(2**63 - 1)}
    info.size = 512
    sparse = info.tobuf(tarfile.PAX_FORMAT) + b"0\n".ljust(512, b"\0") + bytes(1024)
    refused(add(sparse), "--max-unpacked|cannot be read")
    # Attributes stay in memory.
    info, _ = entry("attributes", pax_headers={"SCHILY.xattr.user.a": "x" * 300_000})  # libarchive ignores larger ones
    r = add(compressed([header] + [info.tobuf(tarfile.PAX_FORMAT)] * 3700))
    check(r.code == 1 and "names and attributes" in r.text, f"{r.code}: {r.text[-300:]}")
    check(r.rss < 1500, f"took {r.rss} MiB")


def a_million_entries():
    block = bytearray(tarfile.TarInfo("d/000000000").tobuf(tarfile.USTAR_FORMAT))
    plain = sum(block) - sum(block[148:156]) + 8 * 32 - sum(block[2:11])

    def archive(count):
        for i in range(count):
            name = b"%09d" % i
            block[2:11] = name
            block[148:156] = b"%06o\0 " % (plain + sum(name))
            yield block
        yield bytes(1024)
    r = add(archive(MANY))
    check(r.code == 0, f"exit code {r.code}: {r.text[-300:]}")
    check(r.rss < 3000, f"took {r.rss} MiB")
    check(r.code != 0 or os.path.getsize(r.tar) > MANY * 512, "entries are lost")
    refused(build("FROM base\nCOPY --from=base / /x/\n", None, layout([compressed(archive(MANY // 5))]), "--max-entries", "100000"), "--max-entries")


def image_json():
    good = tar(entry("f", b"x"))
    ids = {"rootfs": {"type": "layers", "diff_ids": [digest(good)]}}
    config = lambda **more: layout([good], config={"architecture": "amd64", "os": "linux", **ids, **more})
    build_from = lambda l: build("FROM base\nCOPY --from=base / /x/\n", None, l)
    accepted(build_from(config(config={"Env": None, "Labels": None}, surprise={"a": [1]})), ["f"])
    for wrong, name in (({"config": {"Env": "A=1"}}, "Env"), ({"config": {"Env": [1]}}, "Env"), ({"config": {"Labels": []}}, "Labels"),
                        ({"config": {"User": 7}}, "User"), ({"config": 5}, "config"), ({"history": {"a": 1}}, "history"),
                        ({"rootfs": {"type": "layers", "diff_ids": "x"}}, "diff_ids"), ({"rootfs": {"diff_ids": ["../x"]}}, "diff_ids"),
                        ({"config": {"Healthcheck": {"Interval": 1.5}}}, "Interval"), ({"config": {"ExposedPorts": ["80"]}}, "ExposedPorts"),
                        ({"architecture": ["amd64"]}, "architecture"), ({"rootfs": {"type": "layers", "diff_ids": []}}, "layers")):
        refused(build_from(config(**wrong)), name)
    refused(build_from(layout([good], config=b"[" * 200_000)), "nested")
    refused(build_from(layout([good], config=b'{"a":' * 100_000 + b"1" + b"}" * 100_000)), "nested")
    refused(build_from(layout([good], config=b"{}" + b" " * (17 << 20))), "larger")
    refused(build_from(layout([good], config=b"\xff\xfe{}")), "JSON")
    refused(build_from(layout([good], config=b"")), "JSON|0 bytes")
    refused(build_from(layout([good], config=b"null")), "object")

    def manifest(**more):
        return layout([good], manifest=lambda c, d: {"schemaVersion": 2, "config": d("config.v1+json", c),
                                                     "layers": [d("layer.v1.tar", good)], **more})
    layer = lambda **more: {"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": digest(good), "size": len(good), **more}
    accepted(build_from(manifest(annotations={"a": "b"})), ["f"])
    for wrong, name in ((layer(size=-1), "size"), (layer(size=2**63), "size"), (layer(size="1"), "size"), (layer(size=len(good) + 1), "bytes"),
                        (layer(size=len(good) - 1), "bytes"), (layer(digest="sha256:../../../etc/passwd"), "digest"),
                        (layer(digest="sha512:" + "0" * 128), "digest"), (layer(digest="sha256:" + "0" * 64), "blob"),
                        (layer(mediaType="text/plain"), "media type"), (5, "layers")):
        refused(build_from(manifest(layers=[wrong])), name)
    refused(build_from(manifest(layers={})), "layers|must be")
    refused(build_from(manifest(config={})), "config")
    refused(build_from(manifest(manifests=[])), "index")
    refused(build_from(manifest(schemaVersion=1)), "version 1")
    refused(build_from(layout([good], index={"schemaVersion": 2, "manifests": []})), "no image")
    refused(build_from(layout([good], index=b"{")), "JSON")
    refused(build_from(WORK + "/nowhere"), "(?s)No such file.*hint: .*index.json")

    def spoil(blobs):
        blobs[digest(good)] = good[:-1] + b"!"
    refused(build_from(layout([good], change=spoil)), "must be|damaged")
    # Indexes that lead to indexes, a thousand times.
    inner = {"schemaVersion": 2, "manifests": [{"mediaType": "application/vnd.oci.image.index.v1+json", "digest": digest(b"{}"), "size": 2}] * 5000}
    refused(build_from(layout([good], index=inner, change=lambda blobs: blobs.update({digest(b"{}"): b"{}"}))), "too many|no image")


# ---- contexts --------------------------------------------------------------------------------------------------------


def context(**files):
    path = tempfile.mkdtemp(prefix="context-", dir=WORK)
    for name, text in files.items():
        with open(os.path.join(path, name), "w") as f:
            f.write(text)
    return path


def links_out_of_the_context():
    c = context(good="x")
    os.symlink(CANARY + "/secret", c + "/link")
    os.symlink(CANARY, c + "/folder")
    os.mkdir(c + "/d")
    os.symlink("../../" + os.path.basename(CANARY) + "/secret", c + "/d/relative")
    for source in ("link", "folder/secret", "folder/", "../" + os.path.basename(CANARY) + "/secret", "d/relative", CANARY + "/secret", "folder/sec*"):
        refused(build(f"FROM scratch\nCOPY {source} /x/\n", c), "not found")
    r = build("FROM scratch\nCOPY . /x/\n", c)
    accepted(r, ["x/good", "x/link", "x/d/relative"])
    check(r.members()["x/link"].issym() and r.members()["x/folder"].issym(), "a link was followed")
    r = build("FROM scratch AS a\nCOPY . /\nFROM scratch\nCOPY --from=a /link /folder /x/\n", c)
    refused(r, "not found")
    if os.geteuid() == 0 and os.path.exists("/bin/busybox"):
        shutil.copy("/bin/busybox", c + "/sh")
        for mount in ("source=link", "source=folder", "source=../" + os.path.basename(CANARY)):
            refused(build(f'FROM scratch\nCOPY sh /bin/sh\nRUN --mount=type=bind,target=/m,{mount} ["/bin/sh", "-c", "echo * /m/*"]\n', c),
                    "not found")


def special_files():
    c = context()
    os.mkfifo(c + "/pipe")
    s = socket.socket(socket.AF_UNIX)
    s.bind(c + "/socket")
    if os.geteuid() == 0:
        os.mknod(c + "/null", 0o20666, os.makedev(1, 3))
    os.mkdir(c + "/" + "n" * 255)
    with open(os.fsencode(c) + b"/\xff\n\x01", "w"):
        pass
    r = build("FROM scratch\nCOPY . /x/\n", c)
    accepted(r, ["x/pipe", "x/socket"] + (["x/null"] if os.geteuid() == 0 else []))
    m = r.members()
    check(m["x/pipe"].isfifo() and m["x/socket"].isreg() and m["x/socket"].size == 0, "kinds")
    accepted(build("FROM scratch\nCOPY pipe /x\n", c), ["x"])
    accepted(build("FROM scratch\nADD pipe socket /x/\n", c), ["x/pipe"])
    refused(build("FROM scratch\nCOPY . /x/\n", context(**{".wh.file": "x"})), r"\.wh\.")
    s.close()


def names_that_go_deep():
    c = context()
    here = os.open(c, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=here)
        there = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = there
    os.close(here)
    r = build("FROM scratch\nCOPY . /x/\n", c)
    check(r.code == 0 or "Too many open files" in r.text, r.text[-300:])
    subprocess.run(["rm", "-rf", c], check=True)


def files_that_change():
    """What is built is one state of each file, or the build says that it changed."""
    c = context()
    name = c + "/data"
    stop = threading.Event()

    def write(n):
        with open(name, "r+b" if os.path.exists(name) else "wb") as f:
            f.truncate(0)
            f.write(b"%d\n" % n * (50_000 + n))

    def writer():
        n = 0
        while not stop.is_set():
            n += 1
            write(n)

    def whole(data):
        lines = data.split(b"\n")[:-1]
        return not data or (len(set(lines)) == 1 and len(lines) == 50_000 + int(lines[0]))
    write(0)
    thread = threading.Thread(target=writer)
    thread.start()
    outcomes = set()
    for _ in range(15):
        r = build("FROM scratch\nCOPY data /data\n", c)
        outcomes.add(r.code)
        if r.code == 0:
            # The writer truncates first and writes in several pieces, so a prefix is a state that the file was in.
            data = r.read("data")
            check(whole(data) or len(set(data.split(b"\n")[:-1])) == 1, "a mixture of two states")
        else:
            check("changed while" in r.text, r.text[-300:])
    stop.set()
    thread.join()

    # A directory that is now there, now a link to the outside.
    c = context()
    os.mkdir(c + "/real")
    with open(c + "/real/secret", "w") as f:
        f.write("from the context")
    stop.clear()

    def swapper():
        while not stop.is_set():
            os.rename(c + "/real", c + "/d")
            os.rename(c + "/d", c + "/real")
            os.symlink(CANARY, c + "/d")
            os.unlink(c + "/d")
    thread = threading.Thread(target=swapper)
    thread.start()
    for _ in range(60):
        r = build("FROM scratch\nCOPY . /x/\n", c)
        if r.code == 0:
            with tarfile.open(r.tar) as t:
                for m in t:
                    if m.isreg():
                        check(t.extractfile(m).read() == b"from the context", f"{m.name} is from outside of the context")
        else:
            check(re.search("changed while|cannot read|went away|not found", r.text), r.text[-300:])
    stop.set()
    thread.join()


TESTS = [layers_climbing_out, odd_entries, whiteouts, bombs, a_million_entries, image_json, links_out_of_the_context, special_files,
         names_that_go_deep, files_that_change]
current = ""
os.makedirs(CANARY)
with open(CANARY + "/secret", "w") as f:
    f.write("of this machine")
try:
    for test in TESTS:
        current = test.__name__
        if sys.argv[1:] and current not in sys.argv[1:]:
            continue
        began = time.monotonic()
        test()
        print(f"{current}: {time.monotonic() - began:.1f} s", flush=True)
finally:
    subprocess.run(["rm", "-rf", WORK])
sys.exit(f"{len(failures)} failures" if failures else 0)
