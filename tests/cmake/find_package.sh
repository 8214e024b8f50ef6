#!/bin/sh
# The installed package, moved to another prefix first (relocatable), used by find_package.
. "$CONSTAGE_SOURCE/tests/cmake/project.sh"
"$CMAKE" --install "$CONSTAGE_BUILD" --prefix "$work/first" >/dev/null
mv "$work/first" "$work/prefix"
"$work/prefix/bin/constage" version
build_and_run find_package -DCMAKE_PREFIX_PATH="$work/prefix"
