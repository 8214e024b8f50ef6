#!/bin/sh
# Every public header compiles alone and twice, with both compilers.
set -eu
cd "$CONSTAGE_SOURCE/include"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
find constage -name '*.hpp' | sort >"$work/headers"
test -s "$work/headers"

check() {
    compiler=$1
    command -v "$compiler" >/dev/null || return 0
    echo "$compiler: $(wc -l <"$work/headers") headers"
    xargs -P "$(nproc)" -I{} sh -c 'printf "#include <%s>\n#include <%s>\n" "$1" "$1" | "$2" -std=c++20 -fsyntax-only -Wall -Wextra \
        -Wconversion -Werror -I. -x c++ - || { echo "$1 does not compile alone ($2)" >&2; exit 1; }' sh {} "$compiler" <"$work/headers"
}
check g++
check clang++
