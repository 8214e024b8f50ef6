#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# `constage ast` on every file of the corpus against the reference's reading of it.
source=${CONSTAGE_SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}
tool=${CONSTAGE_BUILD:-$source/build}/constage
shared=${CONSTAGE_SHARED:-$source/../shared}
if [ ! -f "$shared/corpus/agree.py" ] || [ ! -x "$tool" ]; then
    echo "skipped: no corpus or no tool"
    exit 77
fi
exec python3 "$shared/corpus/agree.py" --constage "$tool" --root "$shared/corpus"
