#!/bin/sh
# The conformance cases (CONSTAGE_SHARED or ../shared): builds each and compares the image with the reference builder's.
# conformance.sh [root|rootless]: rootless as an ordinary user with subordinate ids; root makes one to become.
# A case that fails must be in conformance_known.txt, with its reason; one that is listed there must fail.
. "$(dirname "$0")/common.sh"
who=${1:-root}
shared=${CONSTAGE_SHARED:-$CONSTAGE_SOURCE/../shared}
[ -f "$shared/conformance/accept.py" ] || skip "no conformance cases at $shared"
need python3 crun
if [ "$who" = root ] && [ "$(id -u)" != 0 ]; then skip "needs root"; fi
run=
if [ "$who" = rootless ]; then
    need newuidmap
    if [ "$(id -u)" = 0 ]; then
        become_user
        run="runuser -u $user --"
    fi
fi
python3 "$shared/conformance/make_bases.py" "$work/bases" >/dev/null
cp -r "$shared/conformance" "$work/cases"
chmod -R u+w,a+rX "$work/cases" "$work/bases"
# Their copy of buildah's files holds symlinks as git does without symlinks: as the text of the target.
python3 - "$work/cases/buildah/testdata" <<'END'
import os, re, sys
for here, _, names in os.walk(sys.argv[1]):
    for path in (os.path.join(here, n) for n in names):
        with open(path, "rb") as f:
            text = f.read(4096)
        if re.fullmatch(rb"(\.\./)+[^\n\0]+", text) and os.path.lexists(os.path.join(here.encode(), text)):
            os.unlink(path)
            os.symlink(text, path.encode())
END
log=$CONSTAGE_BUILD/conformance.$who.log
mkdir "$work/tmp" && chmod 1777 "$work/tmp"
(cd / && TMPDIR=$work/tmp $run python3 "$work/cases/accept.py" --builder constage --constage "$tool" --jobs 2 \
    --base "busybox=oci:$work/bases/busybox" "alpine=oci:$work/bases/alpine") 2>&1 | grep -v '^chmod: ' >"$log" || true  # the harness cleans up what belongs to subordinate users
result=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -1)
echo "${result:-no result: see $log}"
[ "$(echo "${result:-0}" | cut -d' ' -f1)" -ge 700 ] || fail "most cases pass, or something is wrong with this test: see $log"
sed -n 's/^FAIL \([^:]*\):.*/\1/p' "$log" | sort >"$work/failed"
grep -v '^#' "$here/conformance_known.txt" | awk -v who="$who" '$1 == "both" || $1 == who { print $2 }' | sort >"$work/known"
new=$(comm -23 "$work/failed" "$work/known")
gone=$(comm -13 "$work/failed" "$work/known")
for name in $new; do grep "^FAIL $name:" "$log"; done
[ -z "$new" ] || fail "cases that did not fail before: see $log"
[ -z "$gone" ] || fail "these pass now; take them out of conformance_known.txt:" $gone
