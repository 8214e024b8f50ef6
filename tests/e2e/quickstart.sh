#!/bin/sh
# The quickstart example: built twice (the second time all is cached), its twin Dockerfile gives the same image, its server runs.
. "$(dirname "$0")/common.sh"
need python3 umoci
busybox_context
program=$CONSTAGE_BUILD/examples/quickstart

"$program" --store "$work/store" --progress plain -o "type=oci,dest=$work/one.tar" "$examples/quickstart" 2>&1 | tee "$work/log"
"$program" --store "$work/store" --progress plain -o "type=oci,dest=$work/two.tar" "$examples/quickstart" 2>&1 | tee "$work/log2"
cmp "$work/one.tar" "$work/two.tar" || fail "the second build differs from the first"
grep -q CACHED "$work/log2" || fail "nothing was cached the second time"
"$tool" build --store "$work/store" --build-context "busybox-static=$work/busybox" -o "type=oci,dest=$work/three.tar" "$examples/quickstart"
cmp "$work/one.tar" "$work/three.tar" || fail "the Dockerfile gives another image than the program"

"$program" --store "$work/other" --progress quiet -o "type=oci,dest=$work/four.tar" "$examples/quickstart"  # seconds later
cmp "$work/one.tar" "$work/four.tar" || fail "a build in an empty store gives another image"

layout "$work/one.tar" "$work/layout"
python3 "$here/image.py" files "$work/layout" >"$work/files"
for path in srv/index.html srv/one.html srv/three.html bin/busybox bin/httpd; do
    grep -qx "$path" "$work/files" || fail "$path is not in the image"
done
if grep -q '^site' "$work/files"; then fail "the image holds what only a build stage should"; fi
output=$(python3 "$here/image.py" run "$work/layout" "$work" /bin/sh -c 'id -u; cat /srv/two.html') || fail "the image does not run"
printf '%s\n' "$output"
[ "$(printf '%s\n' "$output" | tail -2)" = "65534
<h1>two</h1>" ] || fail "not what the image should print"
