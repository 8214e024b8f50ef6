#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# plan(compile(import(D))) = plan(D) on a spread of the corpus; --all takes every file.
exec python3 "$(dirname "$0")/law1.py" "$@"
