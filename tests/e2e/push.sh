#!/bin/sh
# What moves when an image is pushed to a real registry: a base that another repository of it has does not.
. "$(dirname "$0")/common.sh"
need docker-registry python3
start_registry "$work/registry"
log=$work/registry.log
mkdir "$work/context"
cd "$work/context"
head -c 3000000 /dev/urandom >big
echo small >small
printf 'FROM scratch\nCOPY big /\n' >Dockerfile.base
printf 'FROM %s/team/base:1\nCOPY small /\n' "$registry" >Dockerfile

# build STORE OPTION...: $requests are those that the registry had meanwhile, "METHOD TARGET STATUS" a line
build() {
    name=$1
    shift
    before=$(wc -l <"$log")
    "$tool" build -q --store "$work/$name" "$@" . >"$work/digest" 2>"$work/said" || {
        cat "$work/said"
        fail "$name was not built"
    }
    requests=$(tail -n "+$((before + 1))" "$log" | sed -n 's/.*\] "\([A-Z]*\) \([^ ]*\) HTTP[^"]*" \([0-9]*\) .*/\1 \2 \3/p')
}
count() { printf '%s\n' "$requests" | grep -Ec -e "$1" || true; }
# expect N PATTERN: so many requests are like that
expect() {
    [ "$(count "$2")" = "$1" ] || {
        printf '%s\n' "$requests"
        fail "not $1 requests $2"
    }
}
echo "== the base: layer, config, manifest"
build base -f Dockerfile.base -t "$registry/team/base:1" --push
expect 3 '^PUT .* 201$'
layer=$(find "$work/base/blobs/sha256" -size +2000k -printf '%f\n')
[ -n "$layer" ] || fail "the base has no large layer"

echo "== another repository: the base's layer is mounted"
build app -t "$registry/app:1" --push
expect 1 "^POST /v2/app/blobs/uploads/\?mount=sha256%3A$layer&from=team%2Fbase 201$"
expect 1 '^POST .*mount='
expect 0 "^(PUT|PATCH) .*$layer"
expect 3 '^PUT /v2/app/.* 201$'

echo "== what is there is neither mounted nor sent"
build app -t "$registry/app:2" --push
expect 0 '^(POST|PATCH) '
expect 1 '^PUT '

echo "== whoever pulls gets all of it"
printf 'FROM %s/app:1\n' "$registry" >Dockerfile.user
build user -f Dockerfile.user -o "type=local,dest=$work/user-files"
cmp big "$work/user-files/big" && cmp small "$work/user-files/small" || fail "the files differ"

echo "== several names: each repository mounts"
build app -t "$registry/one:1" -t "$registry/two:1" --push
expect 1 '^POST /v2/one/.*mount=.* 201$'
expect 1 '^POST /v2/two/.*mount=.* 201$'

echo "== a registry of another name: nothing is mounted, all moves"
build app -t "localhost:${registry#*:}/elsewhere:1" --push
expect 0 'mount='
expect 1 "^PUT .*$layer.* 201$"
expect 4 '^PUT /v2/elsewhere/.* 201$'
