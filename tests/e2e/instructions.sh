#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# How many instructions the tool needs for a build that finds everything unchanged and for reading a Dockerfile: seconds are noisy, this is
# not. Each figure below was counted on Debian 12, g++ 12, Release; half as much again is too much. When a change is worth its cost, write
# the new figure here.
. "$(dirname "$0")/common.sh"
unchanged=2180000 parse=82800000
need valgrind
grep -q 'CMAKE_BUILD_TYPE:STRING=Release' "$CONSTAGE_BUILD/CMakeCache.txt" || skip "not a Release build"

# count NAME MOST COMMAND...
count() {
    name=$1 recorded=$2
    shift 2
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" >"$work/out" 2>"$work/count" || fail "$name: $(cat "$work/count")"
    is=$(sed -n 's/.*Collected : //p' "$work/count")
    echo "$name: $is instructions, recorded $recorded"
    [ "${is:-0}" -gt 0 ] || fail "valgrind did not count: $(cat "$work/count")"
    [ "$is" -le $((recorded * 3 / 2)) ] || fail "$name needs $is instructions, $recorded are recorded"
}

mkdir "$work/context"
for i in 0 1 2 3 4 5 6 7 8 9; do echo "file $i" >"$work/context/$i"; done
cat >"$work/Dockerfile" <<'END'
FROM scratch AS build
COPY . /src
FROM scratch
COPY --from=build /src/0 /out
CMD ["cat", "/out"]
END
build="build -q --store $work/store -f $work/Dockerfile $work/context"
$tool $build >"$work/first"
sleep 3 # only files that are older than two seconds are remembered
$tool $build >/dev/null
count unchanged "$unchanged" "$tool" $build
cmp "$work/out" "$work/first" || fail "the image is another one"

{
    echo "FROM debian AS s0"
    for i in $(seq 200); do printf 'RUN apt-get install -y \\\n    package-%s && \\\n    rm -rf /var/lib/apt\nENV A%s="$PATH:/opt/%s" B=${PATH:-%s}\n' $i $i $i $i; done
} >"$work/long"
count parse "$parse" "$tool" ast "$work/long"
[ "$(wc -c <"$work/out")" -gt 10000 ] || fail "nothing was read"
