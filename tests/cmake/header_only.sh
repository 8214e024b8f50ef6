#!/bin/sh
# constage::header_only: the whole run-time half in two translation units of one program (a function that is not inline would
# be defined twice), without the library.
. "$CONSTAGE_SOURCE/tests/cmake/project.sh"
build_and_run header_only -DCONSTAGE_SOURCE="$CONSTAGE_SOURCE"
