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
