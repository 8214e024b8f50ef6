#!/bin/sh
# The source tree inside another project: its target, and nothing else of ours (no tests, no tool, no install rules).
. "$CONSTAGE_SOURCE/tests/cmake/project.sh"
build_and_run add_subdirectory -DCONSTAGE_SOURCE="$CONSTAGE_SOURCE"
if [ -e "$work/build/constage-build/constage" ]; then
    echo "the tool was built although constage is not the top-level project" >&2
    exit 1
fi
