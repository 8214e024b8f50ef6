# SPDX-License-Identifier: BSL-1.0
# Sourced by the scripts of this folder: builds the project of that name with our compiler and runs its program.
set -eu
here=$CONSTAGE_SOURCE/tests/cmake
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# $1 project folder, rest: arguments for cmake
build_and_run() {
    project=$1
    shift
    # Unity: the same library in a fraction of the time, with header_only's guarantee that its parts do not clash.
    "$CMAKE" -S "$here/$project" -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=16 -B "$work/build" -DCMAKE_CXX_COMPILER="$CXX" -DCMAKE_CXX_COMPILER_LAUNCHER="$(command -v ccache)" "$@"
    "$CMAKE" --build "$work/build"
    mkdir "$work/context"
    echo hello >"$work/context/hello.txt"
    # No RUN: no privilege, no runtime, no network.
    "$work/build/program" -o "type=local,dest=$work/out" --store "$work/store" --progress plain "$work/context"
    test "$(cat "$work/out/hello.txt")" = hello
}
