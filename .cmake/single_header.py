#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Writes one header that holds <constage/dsl.hpp> and all that it includes: for online compilers and for projects that copy one file.

    single_header.py INCLUDE_DIRECTORY OUTPUT

The typed half only: checks, graphs, policies. constage::main is declared; who calls it links constage::constage.
"""
import os
import re
import sys

INCLUDE = re.compile(r"\s*#\s*include\s*<(constage/[^>]+)>")


def write(root, name, seen, out):
    """Appends `name` and, before it, what it includes; each file once. Parts for CONSTAGE_HEADER_ONLY (the run-time half) are left out."""
    seen.add(name)
    lines = open(os.path.join(root, name), encoding="utf-8").read().splitlines()
    skipping = 0  # depth of #if within a part that is left out
    out.append(f"\n// ---- {name}")
    for line in lines:
        directive = line.strip().split(" ")[0] if line.strip().startswith("#") else ""
        if skipping:
            skipping += directive in ("#if", "#ifdef", "#ifndef")
            skipping -= directive == "#endif"
            if skipping == 1 and directive == "#else":
                sys.exit(f"{name}: #else of CONSTAGE_HEADER_ONLY")
            continue
        if line.strip() == "#ifdef CONSTAGE_HEADER_ONLY" and not name.endswith("detail/config.hpp"):
            skipping = 1
            continue
        include = INCLUDE.match(line)
        if include:
            if include.group(1) not in seen:
                write(root, include.group(1), seen, out)
        elif not line.startswith("// SPDX-License-Identifier"):
            out.append(line)


def main():
    root, output = sys.argv[1:]
    out = ["// SPDX-License-Identifier: BSL-1.0",
           "// constage, the typed half in one file: made from <constage/dsl.hpp>, do not edit.",
           "// A program that builds images calls constage::main and links the library constage::constage."]
    write(root, "constage/dsl.hpp", set(), out)
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(out)) + "\n"
    with open(output, "w", encoding="utf-8") as f:
        f.write(text)


if __name__ == "__main__":
    main()
