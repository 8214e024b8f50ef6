#!/bin/sh
# The classic Maven multi-stage case on real images from a real registry, from C++ and from Dockerfiles. Its figures prove that
# the multi-stage image is smaller, holds no source and no Maven, and that independent stages overlapped in time.
. "$(dirname "$0")/common.sh"
need python3 umoci skopeo crun flock
if [ ! -e "$cache/maven/index.json" ] || [ ! -e "$cache/jre/index.json" ]; then
    need mmdebstrap
    [ "$(id -u)" = 0 ] || skip "the base images are not in $cache, and only root makes them (tests/e2e/java_bases.sh)"
fi
sh "$here/java_bases.sh" "$cache"

start_registry "$cache/registry"
skopeo copy --insecure-policy --quiet --dest-tls-verify=false "oci:$cache/maven:latest" "docker://$registry/library/maven:3.6.3-jdk-11-slim"
skopeo copy --insecure-policy --quiet --dest-tls-verify=false "oci:$cache/jre:latest" "docker://$registry/library/openjdk:11-jre-slim"

# build NAME PROGRAM...: builds NAME.tar with the bases from the registry
build() {
    name=$1
    shift
    echo "== $name: $*"
    "$@" --store "$work/store" --progress json \
        --build-context "maven:3.6.3-jdk-11-slim=docker-image://$registry/library/maven:3.6.3-jdk-11-slim" \
        --build-context "openjdk:11-jre-slim=docker-image://$registry/library/openjdk:11-jre-slim" \
        -o "type=oci,dest=$work/$name.tar" "$examples/java-service" >"$work/$name.log" 2>&1 || {
        tail -20 "$work/$name.log"
        fail "$name was not built"
    }
    layout "$work/$name.tar" "$work/$name"
}
build multi "$tool" build
build multi-cpp "$CONSTAGE_BUILD/examples/java-service-multi_stage"
build single "$tool" build -f "$examples/java-service/Dockerfile.single"
build single-cpp "$CONSTAGE_BUILD/examples/java-service-single_stage"
for form in multi single; do
    [ "$(digest_of "$work/$form")" = "$(digest_of "$work/$form-cpp")" ] || fail "$form: the Dockerfile and the program give different images"
done

for form in multi single; do
    python3 "$here/image.py" files "$work/$form" >"$work/$form.files"
    output=$(python3 "$here/image.py" run "$work/$form" "$work" 2>&1) || fail "$form: $output"
    printf '%s\n' "$output" | grep -q '^hello from java' || fail "$form: the jar does not run: $output"
done
echo "== both images run the jar: $(printf '%s\n' "$output" | tail -1)"

unwanted='[^/]\.java$|pom\.xml$|/maven|\.m2|/bin/javac$|^app/src'
grep -Eq "$unwanted" "$work/single.files" || fail "the single-stage image should hold source and Maven: the check checks nothing"
if grep -E "$unwanted" "$work/multi.files"; then fail "the multi-stage image holds source or Maven (listed above)"; fi
# shellcheck disable=SC2046
set -- $(python3 "$here/image.py" size "$work/single") $(python3 "$here/image.py" size "$work/multi")
echo "single-stage: $(($1 / 1000000)) MB compressed, $(($2 / 1000000)) MB unpacked, $(wc -l <"$work/single.files") paths"
echo "multi-stage:  $(($3 / 1000000)) MB compressed, $(($4 / 1000000)) MB unpacked, $(wc -l <"$work/multi.files") paths, none of them source or Maven"
[ "$3" -lt "$1" ] && [ "$4" -lt "$2" ] || fail "the multi-stage image is not smaller"

# With the bases in the store, what runs is the steps. One of the two takes a tenth of a second: a busy machine may be late with the other.
for try in 1 2 3; do
    build again "$tool" build --no-cache
    if python3 "$here/overlap.py" "$work/again.log" build runtime; then break; fi
    [ "$try" != 3 ] || fail "the stages did not overlap"
done
