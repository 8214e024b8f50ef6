#!/bin/sh
# The same inputs give the same bytes: elsewhere, later, in another time zone, as another user, with other numbers of threads,
# with files made in another order. Times of context files are inputs (COPY keeps them) unless rewrite-timestamp says otherwise.
. "$(dirname "$0")/common.sh"
need python3
busybox_context

# $1 directory: the same context, made in the order given
make_context() {
    mkdir -p "$1/tree"
    shift_dir=$1
    shift
    for n in "$@"; do printf 'file %s\n' "$n" >"$shift_dir/tree/$n"; done
    chmod 0644 "$shift_dir"/tree/*
    chmod 0755 "$shift_dir" "$shift_dir/tree"
    cat >"$shift_dir/Dockerfile" <<'END'
FROM scratch AS base
COPY --from=busybox-static /bin/busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
FROM base AS other
RUN mkdir /out && for n in 1 2 3; do echo $n > /out/$n; done
FROM base
COPY --chown=0:0 tree /tree/
COPY --from=other /out /out/
CMD ["cat", "/out/1"]
END
}
make_context "$work/first" one two three four
make_context "$work/elsewhere/and/second" four two one three
find "$work/first" "$work/elsewhere" -exec touch -d '2001-02-03 04:05:06.789 UTC' {} +
chmod 755 "$work" "$work/elsewhere" "$work/elsewhere/and"

build() { "$tool" build --progress plain --build-context "busybox-static=$work/busybox" "$@"; }

build --store "$work/store1" -o "type=oci,dest=$work/1.tar" -j 1 "$work/first"
sleep 1.1
(umask 077 && cd / && TZ=America/St_Johns build --store "$work/store2" -o "type=oci,dest=$work/2.tar" -j 8 "$work/elsewhere/and/second")
cmp "$work/1.tar" "$work/2.tar" || fail "other path, zone, order, umask and threads: other bytes"
build --store "$work/store1" --no-cache -o "type=oci,dest=$work/3.tar" "$work/first"
cmp "$work/1.tar" "$work/3.tar" || fail "a build without the cache gives other bytes"

find "$work/elsewhere" -exec touch -d '2003-02-03 04:05:06 UTC' {} +
export SOURCE_DATE_EPOCH=900000000  # 1998: before all of them
build --store "$work/store3" -o "type=oci,dest=$work/5.tar,rewrite-timestamp=true" "$work/first"
build --store "$work/store4" -o "type=oci,dest=$work/6.tar,rewrite-timestamp=true" "$work/elsewhere/and/second"
cmp "$work/5.tar" "$work/6.tar" || fail "rewrite-timestamp: other file times, other bytes"
unset SOURCE_DATE_EPOCH

if [ "$(id -u)" = 0 ] && id nobody >/dev/null 2>&1 && grep -q '^constage-test:' /etc/subuid 2>/dev/null && id constage-test >/dev/null 2>&1; then
    install -d -o constage-test "$work/user"
    su -s /bin/sh constage-test -c "HOME=$work/user XDG_RUNTIME_DIR=$work/user $tool build --progress plain --store $work/user/store \
        --build-context busybox-static=$work/busybox -o type=oci,dest=$work/user/4.tar $work/first"
    cmp "$work/1.tar" "$work/user/4.tar" || fail "an ordinary user gets other bytes than root"
fi
echo "the same bytes each time: $(sha256sum "$work/1.tar" | cut -d' ' -f1)"
