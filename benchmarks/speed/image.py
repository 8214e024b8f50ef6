# SPDX-License-Identifier: BSL-1.0
"""The file tree of an image, for the question whether two builders made the same."""
import gzip
import hashlib
import io
import json
import os
import tarfile
import zipfile


def opened(raw):
    if raw[:2] == b"\x1f\x8b":
        raw = gzip.decompress(raw)
    return tarfile.open(fileobj=io.BytesIO(raw))


def layers(archive):
    """The layers of an OCI or docker archive, lowest first."""
    with tarfile.open(archive) as tar:
        read = lambda name: tar.extractfile(name).read()
        names = tar.getnames()
        if "manifest.json" in names:
            for name in json.loads(read("manifest.json"))[0]["Layers"]:
                yield opened(read(name))
            return
        place = lambda descriptor: "blobs/" + descriptor["digest"].replace(":", "/")
        manifest = json.loads(read(place(json.loads(read("index.json"))["manifests"][0])))
        for layer in manifest["layers"]:
            yield opened(read(place(layer)))


def content(data, path):
    """What must be equal of a file. Of a jar: its members, without the comments with the time of its making."""
    if not path.endswith(".jar") or not zipfile.is_zipfile(io.BytesIO(data)):
        return hashlib.sha256(data).hexdigest()
    jar = zipfile.ZipFile(io.BytesIO(data))
    lines = {name: [line for line in jar.read(name).splitlines() if not line.startswith(b"#")] for name in jar.namelist()}
    return hashlib.sha256(repr(sorted(lines.items())).encode()).hexdigest()


def entry(tar, member, path):
    what = content(tar.extractfile(member).read(), path) if member.isreg() else member.linkname
    kind = "file" if member.isreg() else member.type.decode()
    return kind, member.mode & 0o7777, member.uid, member.gid, what


def tree(archive):
    """path → (kind, mode, uid, gid, content). Times are left out: some builders stamp files with the clock."""
    files = {}
    for tar in layers(archive):
        for member in tar:
            path = os.path.normpath(member.name).lstrip("/")
            directory, base = os.path.split(path)
            if path in ("", "."):
                continue
            if base == ".wh..wh..opq":
                files = {p: e for p, e in files.items() if not p.startswith(directory + "/")}
            elif base.startswith(".wh."):
                gone = os.path.join(directory, base[4:])
                files = {p: e for p, e in files.items() if p != gone and not p.startswith(gone + "/")}
            elif member.islnk():
                files[path] = files[os.path.normpath(member.linkname).lstrip("/")]
            else:
                files[path] = entry(tar, member, path)
    return files


def difference(a, b):
    """One line that names the first paths on which two trees differ; empty: they are equal."""
    paths = sorted(p for p in a.keys() | b.keys() if a.get(p) != b.get(p))
    return f"{len(paths)} paths differ: " + ", ".join(f"{p} {a.get(p)} / {b.get(p)}" for p in paths[:2]) if paths else ""
