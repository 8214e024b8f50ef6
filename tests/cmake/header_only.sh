#!/bin/sh
# constage::header_only: the whole run-time half in two translation units of one program (a function that is not inline would
# be defined twice), without the library.
. "$CONSTAGE_SOURCE/tests/cmake/project.sh"
build_and_run header_only -DCONSTAGE_SOURCE="$CONSTAGE_SOURCE"

if command -v clang++ >/dev/null; then
    echo "== clang++ reads the whole run-time half too"
    printf '#include <constage/dsl.hpp>\nint main() {}\n' >"$work/all.cpp"
    clang++ -std=c++20 -DCONSTAGE_HEADER_ONLY -I"$CONSTAGE_SOURCE/include" -fsyntax-only "$work/all.cpp"
fi

echo "== each of the headers that name a part compiles alone, too"
cd "$CONSTAGE_SOURCE/include"
printf '%s\n' constage/*.hpp constage/files/*.hpp | xargs -P "$(nproc)" -I{} sh -c 'printf "#include <%s>\n" "$1" |
    "$2" -std=c++20 -DCONSTAGE_HEADER_ONLY -I. -fsyntax-only -x c++ - || {
        echo "$1 does not compile alone in a header-only program" >&2
        exit 1
    }' sh {} "${CXX:-g++}"
