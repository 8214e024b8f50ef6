#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Every tests/fuzz/*.cpp as a libFuzzer target for so many seconds (default: $CONSTAGE_FUZZ_SECONDS, else 60) each, two at a time, from the
# seeds of seeds.py: run.sh [SECONDS [TARGET...]]
# The inputs are the same each time, so that a change that breaks one is to blame for it; CONSTAGE_FUZZ_SEED=0 has others.
# What breaks one is kept in $CONSTAGE_BUILD/fuzz/<target>/crash-*. Give such a file to the program that is left there to see it again.
set -eu
CONSTAGE_SOURCE=${CONSTAGE_SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}
CONSTAGE_BUILD=${CONSTAGE_BUILD:-$CONSTAGE_SOURCE/build}
seconds=${1:-${CONSTAGE_FUZZ_SECONDS:-60}}
[ $# -eq 0 ] || shift
here=$CONSTAGE_SOURCE/tests/fuzz
out=$CONSTAGE_BUILD/fuzz
command -v clang++ >/dev/null || { echo "skipped: no clang++" >&2; exit 77; }
mkdir -p "$out"
echo 'extern "C" int LLVMFuzzerTestOneInput(unsigned char const*, unsigned long) { return 0; }' >"$out/probe.cpp"
clang++ -fsanitize=fuzzer "$out/probe.cpp" -o "$out/probe" 2>/dev/null || { echo "skipped: clang++ has no libFuzzer" >&2; exit 77; }
python3 "$here/seeds.py" "$out/seeds"
[ $# -gt 0 ] || set -- $(cd "$here" && ls *.cpp | sed 's/\.cpp$//')

cache=$(command -v ccache || true)
isal=
if [ -e /usr/include/isa-l.h ]; then isal=-DCONSTAGE_ISAL; fi
build() {
    $cache clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -DCONSTAGE_HEADER_ONLY $isal \
        -I"$CONSTAGE_SOURCE/include" -c "$here/$1.cpp" -o "$out/$1.o" &&
        clang++ -fsanitize=fuzzer,address,undefined "$out/$1.o" -o "$out/$1.fuzz" -pthread -Wl,--as-needed -larchive -lcrypto -lz -lzstd -lcurl -lfmt
}
fuzz() {
    mkdir -p "$out/$1" "$out/seeds/$1"
    case $1 in lines | trigger) words=dockerfile ;; *) words=$1 ;; esac
    dictionary=
    if [ -f "$here/$words.dict" ]; then dictionary=-dict=$here/$words.dict; fi
    "$out/$1.fuzz" -seed="${CONSTAGE_FUZZ_SEED:-1}" -max_total_time="$seconds" -max_len=8192 -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 $dictionary \
        -artifact_prefix="$out/$1/" "$out/$1" "$out/seeds/$1" >"$out/$1.log" 2>&1
}
# two_at_a_time FUNCTION TARGET...
two_at_a_time() {
    what=$1 count=0
    shift
    for target in "$@"; do
        { if "$what" "$target"; then echo ok; else echo bad; fi >"$out/$target.status"; } &
        count=$((count + 1))
        [ $((count % 2)) -ne 0 ] || wait
    done
    wait
}
bad=0
two_at_a_time build "$@"
for target in "$@"; do [ "$(cat "$out/$target.status")" = ok ] || { echo "$target: does not compile" >&2; exit 1; }; done
two_at_a_time fuzz "$@"
for target in "$@"; do
    if [ "$(cat "$out/$target.status")" = ok ]; then
        echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$out/$target.log") inputs in $seconds s"
    else
        echo "$target: FAILED" >&2
        tail -40 "$out/$target.log" >&2
        bad=1
    fi
done
exit $bad
