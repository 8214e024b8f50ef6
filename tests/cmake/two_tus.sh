#!/bin/sh
# Two translation units that include every public header link into one program: with the library, nothing is defined in a header
# that is not inline.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$CONSTAGE_SOURCE/include"
find constage -name '*.hpp' | sort | sed 's/.*/#include <&>/' >"$work/all.hpp"
{ cat "$work/all.hpp"; echo 'int other() { return 0; }'; } >"$work/a.cpp"
{ cat "$work/all.hpp"; echo 'int other(); int main() { return other(); }'; } >"$work/b.cpp"
for unit in a b; do "${CXX:-g++}" -std=c++20 -O0 -I. -c "$work/$unit.cpp" -o "$work/$unit.o"; done
"${CXX:-g++}" "$work/a.o" "$work/b.o" "$CONSTAGE_BUILD/libconstage.a" -lcrypto -larchive -lcurl -lfmt -lz -lzstd -lseccomp -lpthread -o "$work/program"
"$work/program"
