#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Everything for the main job on a fresh Debian 12 machine: packages (as root), configure, build, run the quickstart.
#   sh examples/run.sh        the image is then build/quickstart.tar
set -eu
cd "$(dirname "$0")/.."
. ./.cmake/packages.sh
install_packages $BUILD_PACKAGES $RUN_PACKAGES $EXAMPLE_PACKAGES

build=${CONSTAGE_BUILD:-build}
cmake -S . -B "$build" -DCONSTAGE_TESTS=OFF
cmake --build "$build" -j "${JOBS:-$(nproc)}"
"$build/examples/quickstart" -o "type=oci,dest=$build/quickstart.tar" examples/quickstart
echo "image: $build/quickstart.tar"
