# SPDX-License-Identifier: BSL-1.0
# Sourced by the end-to-end tests: $work is a directory of their own, what they start ends with them.
set -eu
CONSTAGE_SOURCE=${CONSTAGE_SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}
CONSTAGE_BUILD=${CONSTAGE_BUILD:-$CONSTAGE_SOURCE/build}
tool=$CONSTAGE_BUILD/constage
here=$CONSTAGE_SOURCE/tests/e2e
examples=$CONSTAGE_SOURCE/examples
cache=${CONSTAGE_TEST_CACHE:-$HOME/.cache/constage-tests}
work=$(mktemp -d)
registry_pid=
cleanup() {
    if [ -n "$registry_pid" ]; then kill "$registry_pid" || true; fi
    # Rootless stores hold files of subordinate users.
    rm -rf "$work" 2>/dev/null || unshare --map-auto --map-root-user rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

skip() {
    echo "skipped: $*" >&2
    exit 77
}
fail() {
    echo "FAILED: $*" >&2
    exit 1
}
# need PROGRAM...: skips the test if one is not installed
need() {
    for program in "$@"; do command -v "$program" >/dev/null || skip "$program is not installed"; done
}
[ -x "$tool" ] || fail "$tool is not there: build first"

# start_registry DIR: Debian's docker-registry on a free loopback port, storing in DIR; sets $registry to host:port
start_registry() {
    need docker-registry python3
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    registry=127.0.0.1:$port
    printf 'version: 0.1\nstorage: {filesystem: {rootdirectory: "%s"}}\nhttp: {addr: "%s"}\n' "$1" "$registry" >"$work/registry.yml"
    docker-registry serve "$work/registry.yml" >"$work/registry.log" 2>&1 &
    registry_pid=$!
    python3 - "$port" <<'END'
import socket, sys, time
for attempt in range(100):
    try:
        socket.create_connection(("127.0.0.1", int(sys.argv[1]))).close()
        sys.exit(0)
    except OSError:
        time.sleep(0.1)
sys.exit("the registry did not start")
END
}

# layout ARCHIVE DIR: unpacks an OCI archive
layout() {
    mkdir -p "$2"
    tar -xf "$1" -C "$2"
}
# digest_of DIR: of the image in an OCI layout
digest_of() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1] + "/index.json"))["manifests"][0]["digest"])' "$1"; }

busybox_context() {
    [ -x /bin/busybox ] || skip "/bin/busybox is not there (Debian: busybox-static)"
    mkdir -p "$work/busybox/bin"
    cp /bin/busybox "$work/busybox/bin/"
}

# become_user: an ordinary user with subordinate ids (sets $user), who may enter $work. Only root can make one.
become_user() {
    user=constage-test
    id "$user" >/dev/null 2>&1 || useradd --create-home --shell /bin/sh "$user"
    grep -q "^$user:" /etc/subuid || skip "useradd gave $user no subordinate ids"
    chmod 755 "$work"
}
