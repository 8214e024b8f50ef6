#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Programs that must not compile. Each file holds a good program and, under BAD, its rejected twin:

    // expect: REGEX          what the first error or its notes say, with any compiler
    // g++: REGEX             the same for one compiler only (clang++: likewise)

The good one must compile, the bad one must not; with g++ there is exactly one error, no cascade. Compilers that are not installed are
left out; more can be named: run.py [compiler...]. Closing line: N passed, N failed.
"""
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
INCLUDE = os.path.normpath(os.path.join(HERE, "..", "..", "include"))


def expectation(path, kind):
    wanted = []
    with open(path) as f:
        for line in f:
            match = re.match(r"// (expect|g\+\+|clang\+\+): (.*)", line)
            if match and match.group(1) in ("expect", kind):
                wanted.append(match.group(2).strip())
    return wanted


def compile(compiler, path, *flags):
    command = [compiler, "-std=c++20", "-fsyntax-only", "-fno-diagnostics-color", "-I", INCLUDE, *flags, path]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True,
                          env={**os.environ, "LC_ALL": "C"})
    return done.returncode, done.stdout


def first_error(text):
    """What is printed up to the second error: the first with its notes, and the lines that lead to it."""
    errors = [m.start() for m in re.finditer(r"^.*\berror: ", text, re.M)]
    return len(errors), text[: errors[1]] if len(errors) > 1 else text


def check(compiler, path):
    """None, or what is wrong."""
    kind = "clang++" if "clang" in os.path.basename(compiler) else "g++"
    wanted = expectation(path, kind)
    if not wanted:
        return "says nothing about the message"
    code, text = compile(compiler, path)
    if code != 0:
        return "the good program does not compile:\n" + text[:2000]
    code, text = compile(compiler, path, "-DBAD")
    if code == 0:
        return "the bad program compiles"
    count, first = first_error(text)
    for regex in wanted:
        if not re.search(regex, first):
            return f"no /{regex}/ in the first error:\n{first[:2000]}"
    if kind == "g++" and count != 1:
        return f"{count} errors instead of one:\n{text[:2000]}"
    return None


def main():
    compilers = sys.argv[1:] or [c for c in dict.fromkeys([os.environ.get("CXX", "g++"), "g++", "clang++"]) if shutil.which(c)]
    passed = failed = 0
    for compiler in compilers:
        for name in sorted(os.listdir(HERE)):
            if name.endswith(".cpp"):
                wrong = check(compiler, os.path.join(HERE, name))
                if wrong is None:
                    passed += 1
                else:
                    failed += 1
                    print(f"{compiler} {name}: {wrong}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
