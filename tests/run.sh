#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Everything for the tests: packages (as root, if some are missing), configure, build, ctest.
#   sh tests/run.sh [ctest arguments]        for example: sh tests/run.sh -L unit
# Environment: CONSTAGE_BUILD (default: build), CONSTAGE_SHARED (conformance cases, default: ../shared),
# CONSTAGE_TEST_CACHE (base images of the end-to-end tests, default: ~/.cache/constage-tests), JOBS.
set -eu
cd "$(dirname "$0")/.."
. ./.cmake/packages.sh

install_packages $BUILD_PACKAGES $RUN_PACKAGES $TEST_PACKAGES

build=${CONSTAGE_BUILD:-build}
jobs=${JOBS:-$(nproc)}
shared=${CONSTAGE_SHARED:-$PWD/../shared}
if [ -d "$shared" ]; then CONSTAGE_SHARED=$(cd "$shared" && pwd) && export CONSTAGE_SHARED; fi
# The Java bases take minutes of waiting for packages: they are made while we compile. The test itself waits for them.
if [ "$(id -u)" = 0 ] && command -v mmdebstrap >/dev/null; then
    mkdir -p "$build"
    sh tests/e2e/java_bases.sh >"$build/java_bases.log" 2>&1 &
fi

generator=
if [ ! -f "$build/CMakeCache.txt" ] && command -v ninja >/dev/null; then generator="-G Ninja"; fi
cmake -S . -B "$build" $generator
cmake --build "$build" -j "$jobs"
# A zone with an odd offset flushes out what depends on the clock's zone.
TZ=Asia/Kathmandu ctest --test-dir "$build" --output-on-failure -j "$jobs" "$@"
