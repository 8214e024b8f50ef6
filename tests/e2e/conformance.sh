#!/bin/sh
# The conformance cases (CONSTAGE_SHARED or ../shared): builds each and compares the image with the reference builder's.
# Fails below the floor; the floor rises with every case that starts to pass.
. "$(dirname "$0")/common.sh"
floor=700
shared=${CONSTAGE_SHARED:-$CONSTAGE_SOURCE/../shared}
[ -f "$shared/conformance/accept.py" ] || skip "no conformance cases at $shared"
need python3 crun
[ "$(id -u)" = 0 ] || skip "needs root"
python3 "$shared/conformance/make_bases.py" "$work/bases" >/dev/null
log=$CONSTAGE_BUILD/conformance.log
python3 "$shared/conformance/accept.py" --builder constage --constage "$tool" --jobs 2 \
    --base "busybox=oci:$work/bases/busybox" "alpine=oci:$work/bases/alpine" >"$log" 2>&1 || true
result=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -1)
echo "${result:-no result: see $log} (floor: $floor passed)"
passed=$(printf '%s\n' "${result:-0}" | cut -d' ' -f1)
[ "$passed" -ge "$floor" ] || fail "fewer than $floor cases pass"
