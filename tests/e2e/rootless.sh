#!/bin/sh
# An ordinary user builds: without RUN without any privilege or helper, with RUN in a user namespace (newuidmap), owners kept.
. "$(dirname "$0")/common.sh"
need python3 newuidmap crun
[ "$(id -u)" = 0 ] || skip "makes a user to become, which only root can"
busybox_context
become_user
chmod 755 "$work/busybox" "$work/busybox/bin"
home=$work/home
install -d -o "$user" "$home" "$home/context"
cat >"$home/context/Dockerfile" <<'END'
FROM scratch AS base
COPY --from=busybox-static /bin/busybox /bin/busybox
FROM base AS ran
RUN ["/bin/busybox", "--install", "-s", "/bin"]
RUN echo made > /made && chown 1000:1001 /made && chmod 4750 /made && id -u > /who
USER 1000
RUN id -u > /tmp-of-user 2>/dev/null || true; id -u
END
as_user() { su -s /bin/sh "$user" -c "cd $home && HOME=$home PATH=$PATH $*"; }
build="$tool build --progress plain --store $home/store --build-context busybox-static=$work/busybox"

echo "== no RUN: nothing but the program itself (an empty PATH)"
su -s /bin/sh "$user" -c "cd $home && HOME=$home PATH=/nowhere $build --target base -o type=oci,dest=$home/base.tar context"
echo "== RUN"
as_user "$build -o type=tar,dest=$home/root.tar context"
tar -tvf "$home/root.tar" --numeric-owner >"$work/list"
grep -Eq '^-rwsr-x--- 1000/1001 .* (\./)?made$' "$work/list" || {
    cat "$work/list"
    fail "owner and mode that a RUN gave"
}
[ "$(tar -xOf "$home/root.tar" who 2>/dev/null || tar -xOf "$home/root.tar" ./who)" = 0 ] || fail "RUN is not root in its namespace"
echo "== what a killed RUN left as another user goes with the next build that runs something"
other=$(sed -n "s/^$user:\([0-9]*\):.*/\1/p" /etc/subuid | head -n 1)
install -d -o "$user" -g "$(id -g "$user")" "$home/store/tmp/1-0"
install -d -o "$other" -g "$other" -m 700 "$home/store/tmp/1-0/upper" "$home/store/tmp/1-0/upper/below"
as_user "$build -o type=tar,dest=$home/root.tar context"
[ ! -e "$home/store/tmp/1-0" ] || fail "rubbish of another user is still there"
as_user "$tool store check --store $home/store"
echo "== the store can be removed by its owner through prune"
as_user "$tool prune --store $home/store --all" || as_user "$tool prune --store $home/store"
