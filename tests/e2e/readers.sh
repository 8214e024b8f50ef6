#!/bin/sh
# Others read what we write: skopeo (oci, docker archive), umoci, buildah, and docker's own archive form.
. "$(dirname "$0")/common.sh"
need python3 skopeo umoci
[ "$(id -u)" = 0 ] || skip "unpacking images keeps owners: needs root"
mkdir "$work/context"
cd "$work/context"
printf 'hello\n' >hello.txt
mkdir -p tree/deep
ln -s deep tree/link
touch tree/deep/ümlaut "$(printf 'tree/%0110d' 7)"
cat >Dockerfile <<'END'
FROM scratch AS one
COPY hello.txt /old.txt
COPY --chown=12:34 --chmod=4755 tree /tree/
FROM one
COPY hello.txt /tree/new.txt
ENV GREETING="hi there"
LABEL org.example.key=value
ENTRYPOINT ["/nothing"]
USER 12
END
build() { "$tool" build --store "$work/store" --progress plain -t example.org/readers:1 -o "$1" "$work/context"; }

build "type=oci,dest=$work/oci.tar"
build "type=oci,dest=$work/layout,tar=false"
build "type=docker,dest=$work/docker.tar"
build "type=tar,dest=$work/root.tar"
build "type=local,dest=$work/root"
[ "$(cat "$work/root/tree/new.txt")" = hello ] || fail "type=local"
tar -tvf "$work/root.tar" | grep -q 'rwsr-xr-x 12/34.*ümlaut' || tar -tvf "$work/root.tar" | grep -q 'rwsr-xr-x 12/34' || fail "type=tar: mode and owner"

echo "== skopeo reads each of them, checks every digest, and finds the same config"
skopeo inspect --config "oci-archive:$work/oci.tar" >"$work/config.oci"
skopeo inspect --config "docker-archive:$work/docker.tar" >"$work/config.docker"
python3 - "$work/config.oci" "$work/config.docker" <<'END'
import json, sys
for name in sys.argv[1:]:
    config = json.load(open(name))
    assert "GREETING=hi there" in config["config"]["Env"], config
    assert config["config"]["Labels"]["org.example.key"] == "value", config
    assert config["config"]["User"] == "12", config
    assert config["config"]["Entrypoint"] == ["/nothing"], config
END
for image in "oci-archive:$work/oci.tar" "oci:$work/layout" "docker-archive:$work/docker.tar"; do
    skopeo copy --insecure-policy "$image" "dir:$work/copy" >/dev/null || fail "skopeo cannot copy $image"
    rm -rf "$work/copy"
done

echo "== umoci unpacks the layout to the same files"
layout "$work/oci.tar" "$work/unpacked"
tag=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1] + "/index.json"))["manifests"][0]["annotations"]["org.opencontainers.image.ref.name"])' "$work/unpacked")
umoci unpack --image "$work/unpacked:$tag" "$work/bundle"
diff -r --no-dereference "$work/bundle/rootfs" "$work/root" || fail "umoci unpacks other files than type=local wrote"
[ "$(stat -c '%a %u:%g' "$work/bundle/rootfs/tree/deep/ümlaut")" = "4755 12:34" ] || fail "owner and mode in umoci's bundle"

if command -v buildah >/dev/null; then
    echo "== buildah pulls and mounts it"
    buildah="buildah --root $work/buildah/root --runroot $work/buildah/run --storage-driver vfs"
    $buildah pull --quiet --policy always "oci-archive:$work/oci.tar" >"$work/id" || fail "buildah cannot pull the OCI archive"
    $buildah pull --quiet --policy always "docker-archive:$work/docker.tar" >/dev/null || fail "buildah cannot pull the Docker archive"
    container=$($buildah from --pull-never "$(tail -1 "$work/id")")
    mount=$($buildah mount "$container")
    diff -r --no-dereference "$mount" "$work/root" || fail "buildah mounts other files than type=local wrote"
    $buildah umount "$container" >/dev/null
    $buildah rm "$container" >/dev/null
fi
echo "all readers agree"
