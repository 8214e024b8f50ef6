#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Seeds for the fuzzers: seeds.py DIR writes DIR/<target>/*, made from the examples and from what stands here."""
import io, os, sys, tarfile

SOURCE = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))

DOCKERFILES = [
    "FROM scratch\nCOPY a /b\n",
    "# syntax=x/y\n# escape=`\n# check=skip=all;error=true\n\nFROM a:1 AS b\nWORKDIR c:\\d `\n  e\n",
    "ARG V=1 W\nFROM --platform=$BUILDPLATFORM a:${V:-2} AS base\nFROM base\nCOPY --from=base --chown=1:2 --chmod=u+x --link a b/\n",
    "FROM a\nRUN --mount=type=cache,id=$X,target=/c,uid=1 --mount=type=secret,id=s,required --network=none make \\\n  # why\n  && b\n",
    "FROM a\nRUN <<EOF\n#!/bin/sh\nx\nEOF\nCOPY <<-'A' <<B /d/\n\t1\n\tA\n$V\nB\n",
    'FROM a\nCMD ["a", "\\u00e4\\n"]\nENTRYPOINT [ "x" ] y\nSHELL ["/bin/sh", "-c"]\nHEALTHCHECK --interval=1m30s --retries=2 CMD ["c"]\n',
    "FROM a\nENV a=b c=\"d e\" f='g'\nENV h i j\nLABEL k.l=m\\ n\nEXPOSE 80 443-445/UDP 1.2.3.4:5:6\nVOLUME [\"/a b\"]\nUSER u:g\nSTOPSIGNAL 9\n",
    "FROM a\nONBUILD COPY --from=x /a /b\nONBUILD RUN <<E\nx\nE\nMAINTAINER me\n",
    "\ufeff#!/bin/x\r\nfrom a as B\r\nrun x\r\n",
    "FROM a\nADD --checksum=sha256:0 https://h/x.tgz /x\nADD --keep-git-dir=true git@h:r.git#b:d /g\nCOPY --parents --exclude=*.o ./a/./b /c\n",
]
WORDS = ["$x", "${list:-a ${b:+c}}", "${path##*/}", "${path%%u*r}", "${path//\\/x/$y}", "\"a\\$b\" 'c' \\d", "${x:?why}", "--from=a --x='b c' -- rest",
         '["a", "\\u0041"]', "cat <<A 3<<-\"B\"", "type=bind,\"source=a,b\",target=/c,ro", "8000-8002/tcp 1:2 $list", "skip=A,B;error=true", "a`$b ``\"`\"\""]
JSON = ['[]', '["a", "\\u00e4\\n", "\\ud83d\\ude00"]', '[ "a" , ["b"], {"c": null} ]', '["a"] b', '["\\x"]', "['a']"]
IGNORES = ["*\n!a/**\n#c\n\0a/b\nc", "**/x\n!/y/\n[a-c]?\\*\n\0y/x\na*", "a/../b/\n\0b/c"]
IMAGES = ['{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:' + "0" * 64 + '","size":2}]}',
          '{"architecture":"amd64","os":"linux","config":{"Env":["A=b"],"Cmd":["x"]},"rootfs":{"type":"layers","diff_ids":[]},"history":[]}']
REFERENCES = ["docker.io/library/a:1", "h:5000/a/b@sha256:" + "0" * 64, "linux/arm64/v8", "https://h/r.git?ref=a#b:c"]


def archives():
    for format in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        to = io.BytesIO()
        with tarfile.open(fileobj=to, mode="w", format=format) as tar:
            for name, kind, target in (("d", tarfile.DIRTYPE, ""), ("d/f", tarfile.REGTYPE, ""), ("d/l", tarfile.SYMTYPE, "../d"), ("h", tarfile.LNKTYPE, "d/f"),
                                       ("d/.wh.x", tarfile.REGTYPE, ""), ("long/" * (30 if format != tarfile.USTAR_FORMAT else 10) + "é", tarfile.REGTYPE, "")):
                member = tarfile.TarInfo(name)
                member.type, member.linkname, member.mode = kind, target, 0o755
                content = b"x" if kind == tarfile.REGTYPE else b""
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
        yield b"\0" + to.getvalue()
        yield b"\1" + to.getvalue()


def main():
    examples = []
    for folder, _, names in os.walk(os.path.join(SOURCE, "examples")):
        examples += [open(os.path.join(folder, n), encoding="utf-8").read() for n in names if n.startswith("Dockerfile")]
    lines = [line.split(maxsplit=1)[1] for text in DOCKERFILES for line in text.splitlines() if len(line.split()) > 1]
    instructions = [line for text in DOCKERFILES for line in text.splitlines() if line[:1].isalpha()] + ["RUN <<E\nx\nE\n", "COPY <<-'A' /b\n\tc\n\tA"]
    seeds = {"dockerfile": DOCKERFILES + examples, "lines": DOCKERFILES + examples, "words": WORDS + lines, "expand": WORDS,
             "json": JSON, "trigger": instructions, "ignore": IGNORES, "image": IMAGES, "reference": REFERENCES, "layer": list(archives())}
    for target, texts in seeds.items():
        os.makedirs(os.path.join(sys.argv[1], target), exist_ok=True)
        for n, text in enumerate(texts):
            with open(os.path.join(sys.argv[1], target, f"seed{n}"), "wb") as to:
                to.write(text if isinstance(text, bytes) else text.encode())


if __name__ == "__main__":
    main()
