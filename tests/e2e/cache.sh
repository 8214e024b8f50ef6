#!/bin/sh
# Results of steps move between machines (two stores) through a real registry and through a directory: --cache-to, --cache-from.
. "$(dirname "$0")/common.sh"
need python3 crun
busybox_context
ln -s busybox "$work/busybox/bin/sh"
start_registry "$work/registry"
mkdir "$work/context"
cd "$work/context"
echo one >one.txt
cat >Dockerfile <<'END'
FROM tools AS build
COPY one.txt /
RUN cat /one.txt /one.txt > /made; head -c 3000000 /dev/urandom > /unshipped
FROM scratch
COPY --from=build /made /made
COPY one.txt /
END

# build STORE OPTION...: sets $digest, $log; the digest of the image is printed to stdout
build() {
    name=$1
    shift
    log=$work/$name.log
    digest=$("$tool" build --store "$work/$name" --progress plain --build-context "tools=$work/busybox" "$@" . 2>"$log") || {
        cat "$log"
        fail "$name was not built"
    }
}
all_cached() { ! grep -q '^#[0-9]* DONE .*(' "$log"; }
blobs() { find "$1/blobs/sha256" -type f -printf '%s\n' | sort -n; }

for cache in "type=registry,ref=$registry/app:cache" "type=local,dest=$work/directory"; do
    from=$(printf %s "$cache" | sed 's/dest=/src=/')
    kind=$(printf %s "$cache" | sed 's/type=\([a-z]*\).*/\1/')
    echo "== $cache"
    build "$kind-one" --insecure-registry "$registry" --cache-to "$cache,mode=max"
    first=$digest
    build "$kind-two" --insecure-registry "$registry" --cache-from "$from"
    [ "$digest" = "$first" ] || fail "another machine made another image"
    all_cached || {
        cat "$log"
        fail "the other machine ran steps"
    }
    [ "$(blobs "$work/$kind-two" | tail -1)" -lt 1000000 ] || fail "a blob came that the image does not need"
    "$tool" store check --store "$work/$kind-two" >/dev/null || fail "the store is not sound"
    build "$kind-three" --insecure-registry "$registry"
    [ "$digest" = "$first" ] || fail "the image depends on where it was made"
    if all_cached; then fail "the check checks nothing"; fi
done

echo "== a name alone is a registry's; several caches, of which one is missing"
build several --insecure-registry "$registry" --cache-from "$registry/no:thing" --cache-from "$registry/app:cache"
all_cached || fail "the second cache was not used"
grep -q "WARNING: the cache $registry/no:thing is not used" "$log" || fail "nothing was said of the missing cache"

echo "== mode=min: steps of the image only"
build min-one --insecure-registry "$registry" --cache-to "$registry/app:min"
build min-two --insecure-registry "$registry" --cache-from "$registry/app:min"
[ "$digest" = "$first" ] || fail "mode=min made another image"
grep -q 'DONE .*(it has not run before)' "$log" || fail "mode=min holds the steps of the build stage too"

echo "== a registry that is not there: an error, or a warning with ignore-error"
kill "$registry_pid"
wait "$registry_pid" || true
registry_pid=
if "$tool" build --store "$work/min-one" --progress plain --build-context "tools=$work/busybox" --insecure-registry "$registry" \
    --cache-to "$registry/app:gone" . 2>"$work/log"; then fail "a cache that cannot be written is no error"; fi
build min-one --insecure-registry "$registry" --cache-to "type=registry,ref=$registry/app:gone,ignore-error=true" --cache-from "$registry/app:min"
grep -q 'WARNING: the cache .* is not used' "$log" || fail "nothing was said of the cache that cannot be read"
grep -q 'WARNING: the cache .* was not written' "$log" || fail "nothing was said of the cache that cannot be written"
