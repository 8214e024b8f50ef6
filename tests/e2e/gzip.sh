#!/bin/sh
# Which compressor layers get. Every processor makes the same image: qemu stands in for others. ISA-L picks its code by what the processor
# can do; where it would write other bytes (no SSE4.2), zlib compresses, and the version says so. Results of steps are shared even so.
. "$(dirname "$0")/common.sh"
need python3

# Text, noise, both in turns, few different bytes, a program: some 6 MB, the same in each run.
mkdir "$work/context"
cd "$work/context"
python3 - <<'END'
import random
r = random.Random(1)
words = ["layer", "image", "stage", "copies", "runs", "builds", "of", "a", "which", "and\n"]
text = lambda n: " ".join(r.choices(words, k=n // 5)).encode()
open("text", "wb").write(text(2_500_000))
open("noise", "wb").write(r.randbytes(1_100_000))
with open("both", "wb") as f:
    for n in (10, 100, 1_000, 30_000, 70_000, 200_000, 5_000):
        f.write(text(n) + r.randbytes(n))
open("runs", "wb").write(b"".join(bytes([r.randrange(4)]) * r.randrange(1, 600) for _ in range(3000)))
END
head -c 1500000 "$tool" >program
printf 'FROM scratch\nCOPY . /\n' >Dockerfile

# build NAME FORMAT COMMAND...: builds with a store of its own, sets $digest and $version
build() {
    name=$1 format=$2
    shift 2
    "$@" build --store "$work/store-$name" --progress quiet -o "type=oci,dest=$work/$name.tar$format" . >"$work/$name.digest" 2>"$work/$name.log" || {
        cat "$work/$name.log"
        fail "no build on $name"
    }
    digest=$(cat "$work/$name.digest")
    version=$("$@" --version 2>/dev/null)
    echo "$name: $digest, $version"
}
build native "" "$tool"
native=$digest native_version=$version
build zlib ,compression-level=4 "$tool"
zlib=$digest
case $native_version in
    *"(gzip: ISA-L 2)")
        echo "== no library"
        mkdir "$work/lib"
        : >"$work/lib/libisal.so.2"
        if LD_LIBRARY_PATH=$work/lib "$tool" build --store "$work/store-none" -o "type=oci,dest=$work/none.tar" . 2>"$work/log"; then
            fail "built without libisal"
        fi
        grep -q '^ERROR: .*ISA-L' "$work/log" && grep -q '^hint: .*libisal2' "$work/log" || {
            cat "$work/log"
            fail "nothing says what to install"
        }
        [ ! -e "$work/none.tar" ] || fail "a failed build leaves an archive"
        build none ,compression-level=4 env LD_LIBRARY_PATH="$work/lib" "$tool"
        [ "$digest" = "$zlib" ] || fail "zlib's level gives other bytes without libisal"
        ;;
esac

echo "== other processors"
[ "$(uname -m)" = x86_64 ] || skip "this is no x86-64"
need qemu-x86_64
for processor in Nehalem SandyBridge Haswell EPYC; do
    build "$processor" "" qemu-x86_64 -cpu "$processor" "$tool"
    [ "$version" = "$native_version" ] || fail "$processor compresses otherwise"
    [ "$digest" = "$native" ] || fail "$processor makes another image"
done
build qemu64 "" qemu-x86_64 -cpu qemu64 "$tool"
[ "$digest" = "$zlib" ] || fail "a processor without SSE4.2 does not use zlib"
case $native_version in
    *"(gzip: zlib 4, "*) ;;
    *) case $version in *"zlib 4, this processor has no SSE4.2; "*) ;; *) fail "the version does not say so" ;; esac ;;
esac

echo "== another compressor in the same store"
build native "" qemu-x86_64 -cpu qemu64 "$tool"
[ "$digest" = "$zlib" ] || fail "a layer of the other compressor was taken"
build native "" "$tool"
[ "$digest" = "$native" ] || fail "the second layer took the place of the first"
"$tool" store check --store "$work/store-native" >/dev/null || fail "the store is not sound"

need crun
busybox_context
ln -s busybox "$work/busybox/bin/sh"
cat >Dockerfile <<'END'
FROM tools AS build
RUN cat /proc/sys/kernel/random/uuid >/once
FROM scratch
COPY --from=build /once /once
END
echo "== another compressor's cache"
shared() {
    store=$work/store-$1
    shift
    "$@" --store "$store" --progress plain --build-context "tools=$work/busybox" . 2>"$work/log" || {
        cat "$work/log"
        fail "no build"
    }
}
shared cache-one "$tool" build --cache-to "type=local,dest=$work/cache,mode=max" -o "type=local,dest=$work/one"
shared cache-two qemu-x86_64 -cpu qemu64 "$tool" build --cache-from "type=local,src=$work/cache" -o "type=local,dest=$work/two"
cmp "$work/one/once" "$work/two/once" || fail "the step ran again"
