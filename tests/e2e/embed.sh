#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# The embed example: a program of its own that builds a Dockerfile, tells how far it is, says what is wrong, and gives up in time.
. "$(dirname "$0")/common.sh"
[ "$(id -u)" = 0 ] || skip "its RUN needs root: the example enters no user namespace"
command -v crun >/dev/null || need runc
busybox_context
program=$CONSTAGE_BUILD/examples/embed
mkdir "$work/context"
cp -r "$work/busybox/bin" "$work/context/"
dockerfile=$work/context/Dockerfile

printf 'FROM scratch\nCOPY bin /bin\nRUN ["/bin/busybox", "touch", "/made"]\nCMD ["/bin/busybox"]\n' >"$dockerfile"
"$program" "$work/context" "$work/store" "$work/out.tar" 600 >"$work/log"
cat "$work/log"
grep -q 'ms  .*: RUN .*busybox.*touch' "$work/log" || fail "no progress of RUN was told"
layout "$work/out.tar" "$work/layout"
[ "$(digest_of "$work/layout")" = "$(tail -1 "$work/log")" ] || fail "the digest that it printed is not the image's"
python3 "$here/image.py" files "$work/layout" | grep -qx made || fail "what RUN made is not in the image"
"$tool" build --store "$work/store2" -o "type=oci,dest=$work/tool.tar" "$work/context"
cmp "$work/out.tar" "$work/tool.tar" || fail "the tool gives another image"

printf 'FROM scratch\nCOPY bin /bin\nRUM x\n' >"$dockerfile"
if "$program" "$work/context" "$work/store" "$work/no.tar" 600 2>"$work/log"; then fail "a misspelt instruction was built"; fi
grep -q 'Dockerfile:3: unknown instruction: RUM (did you mean RUN?)' "$work/log" || fail "not the message: $(cat "$work/log")"

# A build that never ends is cancelled: its container goes, no output is left.
printf 'FROM scratch\nCOPY bin /bin\nRUN ["/bin/busybox", "sleep", "86399"]\n' >"$dockerfile"
if "$program" "$work/context" "$work/store" "$work/no.tar" 2 2>"$work/log"; then fail "a build that never ends has ended"; fi
grep -q cancelled "$work/log" || fail "not the message: $(cat "$work/log")"
[ ! -e "$work/no.tar" ] || fail "an output was left"
if pgrep -f 'busybox sleep 86399' >/dev/null; then fail "its container still runs"; fi
