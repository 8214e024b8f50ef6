#!/bin/sh
# constage-dsl.hpp, the typed half in one file: compiles alone and twice with both compilers; a build program that has nothing else of
# constage and links the library prints its plan; a wrong program is refused with the same message.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
header=$CONSTAGE_BUILD/constage-dsl.hpp
[ -s "$header" ] || { echo "$header was not made" >&2; exit 1; }
cp "$header" "$work"
cd "$work"
{ echo '#include "constage-dsl.hpp"'; echo '#include "constage-dsl.hpp"'; } >twice.cpp
cat >good.cpp <<'END'
#include "constage-dsl.hpp"
using namespace constage;
constexpr auto tool = stage<"tool">(from("gcc:12"), run("make"));
constexpr auto app = stage<"app">(from(scratch), copy(from(tool), "/a", "/a"));
constexpr auto image = graph(tool, app);
static_assert(query::level(image, app) == 1 && !policy::derives_from(image, tool));
int main(int argc, char** argv) { return constage::main(argc, argv, image); }
END
sed 's/from(tool)/from(ref<"tol">)/' good.cpp >bad.cpp
for compiler in "${CXX:-g++}" clang++; do
    command -v "$compiler" >/dev/null || continue
    echo "== $compiler"
    "$compiler" -std=c++20 -Wall -Wextra -Wconversion -Werror -fsyntax-only twice.cpp
    if "$compiler" -std=c++20 -fsyntax-only bad.cpp 2>errors; then
        echo "a graph with an unknown stage compiles" >&2
        exit 1
    fi
    grep -q 'a stage refers to a stage that is not in graph' errors || { cat errors; exit 1; }
done
"${CXX:-g++}" -std=c++20 -O0 good.cpp "$CONSTAGE_BUILD/libconstage.a" -lcrypto -larchive -lcurl -lfmt -lz -lzstd -lseccomp -lpthread -o good
./good plan | grep 'copy\|COPY --from=tool /a /a'
