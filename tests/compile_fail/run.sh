#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Programs that must not compile: run.sh [compiler...]. See run.py.
exec python3 "$(dirname "$0")/run.py" "$@"
