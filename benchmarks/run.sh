#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Speed side by side with the peers: installs them and what constage needs (Debian packages), builds constage in Release, runs every
# case for every builder in turn and writes benchmarks/RESULTS.md. As root, on Debian 12.
#   sh benchmarks/run.sh [--quick] [--only CASE]... [--runs N] [--minutes N]
# Environment: CONSTAGE_BENCHMARK_DIR (stores, contexts; default: a new directory in $TMPDIR; 15 GB), CONSTAGE_BUILD, JOBS.
set -eu
cd "$(dirname "$0")/.."
. ./.cmake/packages.sh
install_packages $BUILD_PACKAGES $RUN_PACKAGES python3 busybox-static buildah docker.io runc docker-registry skopeo umoci mmdebstrap isal
build=${CONSTAGE_BUILD:-build-release}
cmake -S . -B "$build" -G Ninja -DCONSTAGE_TESTS=OFF >/dev/null  # Release, unless told otherwise
cmake --build "$build" -j "${JOBS:-$(nproc)}" --target constage_tool >/dev/null
# A copy, as an installation is one: what a linker has written lies in the page cache in small pieces, and starts 0.1 ms later.
install -D -m 755 "$build/constage" "$build/installed/constage"
exec python3 benchmarks/speed/run.py --constage "$build/installed/constage" "$@"
