#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Programs that must not compile. Each file holds a good program and, under BAD, its rejected twin:

    // expect: REGEX          what the first error or its notes say, with any compiler
    // g++: REGEX             the same for one compiler only (clang++: likewise)

The good one must compile, the bad one must not. There is one error, no cascade: with g++ exactly one; clang says of the variable whose
initializer holds a rejected literal that it is no constant (FOLLOW_UP), once, and nothing else. Compilers that are not installed are left out; more can be named: run.py [compiler...]. Closing line: N passed, N failed.

tests/README.md shows what the COMMON ones look like, as g++ 12 and clang 14 print them. A change there is a failure;
`run.py --readme` writes it anew.
"""
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
INCLUDE = os.path.normpath(os.path.join(HERE, "..", "..", "include"))


FOLLOW_UP = r"error: constexpr variable '\w+' must be initialized by a constant expression$"
README = os.path.normpath(os.path.join(HERE, "..", "README.md"))
BEGIN, END = "<!-- messages: made by compile_fail/run.py --readme -->\n", "<!-- end of messages -->\n"
COMMON = {
    "graph_misspelt_stage": "the name of a stage is misspelt",
    "graph_duplicate_name": "two stages have one name",
    "graph_cycle": "stages need each other",
    "stage_upper_case": "the name of a stage is not lower case",
    "stage_without_from": "a stage without `from`",
    "image_upper_case": "the repository of an image is not lower case",
    "copy_climbs_out": "a file outside the build context",
    "copy_several_to_a_file": "several files to what is not a directory",
    "port_of_the_host": "a port of the host",
    "policy_pinned_bases": "a base without digest under `policy::pinned_bases`",
}


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
    follow_up = kind == "clang++" and count == 2 and re.search(FOLLOW_UP, text[len(first):].split("\n", 1)[0])
    if count != 1 and not follow_up:
        return f"{count} errors instead of one:\n{text[:2000]}"
    return None


def essence(compiler, name):
    """The lines of a message that say what and where: without excerpts of code, notes on declarations, our directories and lines."""
    code, text = compile(compiler, os.path.join(HERE, name + ".cpp"), "-DBAD")
    _, first = first_error(text)
    first = first.replace(HERE + os.sep, "").replace(INCLUDE + os.sep, "")
    first = re.sub(r"^(constage/[^:]*):\d+:\d+", r"\1", first, flags=re.M)
    keep = [line for line in first.splitlines()
            if re.search(r"(error|note): ", line) or line.startswith(name + ".cpp:")]
    return [line for line in keep if "declared here" not in line and "note: in call to" not in line]


def messages():
    out = [BEGIN]
    for name, mistake in COMMON.items():
        out.append(f"\n**{mistake[0].upper()}{mistake[1:]}** ([{name}.cpp](compile_fail/{name}.cpp)); g++, then clang:\n\n")
        for compiler in ("g++", "clang++"):
            out += [f"    {line}\n" for line in essence(compiler, name)] + ["\n"]
        out.pop()
    return "".join(out + ["\n", END])


def readme_parts():
    with open(README) as f:
        text = f.read()
    begin, end = text.index(BEGIN), text.index(END) + len(END)
    return text[:begin], text[begin:end], text[end:]


def has_shown_versions():
    """Messages differ between versions: only these are shown."""
    def version(compiler):
        done = subprocess.run([compiler, "-dumpversion"], stdout=subprocess.PIPE, universal_newlines=True)
        return int(done.stdout.split(".")[0])
    return all(shutil.which(c) for c in ("g++", "clang++")) and version("g++") == 12 and version("clang++") == 14


def main():
    if sys.argv[1:] == ["--readme"]:
        before, _, after = readme_parts()
        with open(README, "w") as f:
            f.write(before + messages() + after)
        return 0
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
    if not sys.argv[1:] and has_shown_versions() and readme_parts()[1] != messages():
        failed += 1
        print("tests/README.md shows other messages than the compilers print now: run.py --readme")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
