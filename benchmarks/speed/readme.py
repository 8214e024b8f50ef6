#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Puts the summary of RESULTS.md between the markers of README.md: readme.py RESULTS README."""
import sys

BEGIN, END = "<!-- speed: written by benchmarks/speed/readme.py -->", "<!-- end of speed -->"


def write(results, readme):
    text = open(results).read()
    summary = text[text.index("| case |"):text.index("\n\n", text.index("| case |"))]
    machine = next(line for line in text.splitlines() if line.startswith("Machine: "))
    page = open(readme).read()
    if BEGIN not in page or END not in page:
        raise SystemExit(f"{readme} has no place for the table: {BEGIN} … {END}")
    head, rest = page.split(BEGIN, 1)
    tail = rest.split(END, 1)[1]
    with open(readme, "w") as file:
        file.write(f"{head}{BEGIN}\n{machine}\n\n{summary}\n\n{END}{tail}")


if __name__ == "__main__":
    write(*sys.argv[1:])
