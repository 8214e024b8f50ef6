#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Which tests hold which row of rows.txt.

A Catch2 test names its rows as tags ("[R012]"); a script, a program that must not compile, or another file in a comment
(`# rows: R012 C003` or `// rows: …`). Without arguments: checks that each row has a test, that each tag names a row, that ROWS.md
is up to date and, where the specification is at hand, that rows.txt has its ids. `rows.py --write` makes ROWS.md anew.
"""
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TABLE = os.path.join(HERE, "ROWS.md")
SHARED = os.environ.get("CONSTAGE_SHARED") or os.path.join(HERE, "..", "..", "shared")
ROW = r"[A-Z]\d{3}"


def rows():
    """{id: (what it is about, why constage differs)} in the order of the file."""
    found = {}
    with open(os.path.join(HERE, "rows.txt")) as f:
        for line in f:
            if line.startswith("#") or not line.strip():
                continue
            name, text = line.strip().split(" ", 1)
            title, _, why = text.partition(" | ")
            found[name] = (title, why)
    return found


def tags():
    """{id: [files]}"""
    found = {}
    for folder, _, names in sorted(os.walk(HERE)):
        for name in sorted(n for n in names if n.endswith((".cpp", ".sh", ".py")) and n != os.path.basename(__file__)):
            path = os.path.join(folder, name)
            with open(path, encoding="utf-8") as f:
                text = f.read()
            ids = [i for words in re.findall(r'"(?:\[[^\]"\n]+\])+"', text) for i in re.findall(r"\[(%s)\]" % ROW, words)]
            ids += [i for line in re.findall(r"^\s*(?://|#) rows:(.*)$", text, re.M) for i in line.split()]
            for i in ids:
                files = found.setdefault(i, [])
                if os.path.relpath(path, HERE) not in files:
                    files.append(os.path.relpath(path, HERE))
    return found


def table(known, held):
    lines = ["# Rows", "", "What Dockerfiles and builds must do, row by row, and the tests of this project that hold each. Made by",
             "`python3 tests/rows.py --write` from rows.txt and from the tags of the tests; `test_engine \"[R012]\"` runs those of a row.", "",
             "| row | about | tests | differs from the reference |", "|---|---|---|---|"]
    for name, (title, why) in known.items():
        links = ", ".join(f"[{f}]({f})" for f in held.get(name, []))
        lines.append(f"| {name} | {title} | {links} | {why} |".replace("  |", " |"))
    return "\n".join(lines) + "\n"


def specification():
    path = os.path.join(SHARED, "reference", "dockerfile-semantics.md")
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as f:
        return re.findall(r"^\| (%s) \|" % ROW, f.read(), re.M)


def main():
    known, held = rows(), tags()
    text = table(known, held)
    if sys.argv[1:] == ["--write"]:
        with open(TABLE, "w") as f:
            f.write(text)
    problems = [f"row {i} has no test" for i in known if i not in held]
    problems += [f"{', '.join(files)}: there is no row {i}" for i, files in held.items() if i not in known]
    if not os.path.exists(TABLE) or open(TABLE).read() != text:
        problems.append("ROWS.md is not up to date: run tests/rows.py --write")
    wanted = specification()
    if wanted is not None and wanted != list(known):
        problems.append("rows.txt differs from the specification: " + " ".join(sorted(set(wanted) ^ set(known))))
    print("\n".join(problems) or f"{len(known)} rows, each with a test; {sum(1 for _, why in known.values() if why)} are different on purpose")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
