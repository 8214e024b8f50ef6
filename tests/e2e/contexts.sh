#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# rows: X001 X002 X004 X007 X008 X009 X010 X011 C011 S014
# Build contexts and Dockerfiles as buildx takes them: directories, standard input, archives, URLs, git; ignore files; targets; triggers.
. "$(dirname "$0")/common.sh"
need python3 tar git
cd "$work"
store=$work/store

# build ARGUMENT...: the image's files in $work/files ("-rw-r--r-- 7/8 3 … name"), what was said in $work/log
build() {
    rm -f image.tar
    "$tool" build --store "$store" --progress plain -o type=tar,dest=image.tar "$@" >log 2>&1 || { cat log; fail "build $*"; }
    tar --numeric-owner -tvf image.tar >files
}
refuses() {
    words=$1
    shift
    if "$tool" build --store "$store" --progress plain -o type=tar,dest=image.tar "$@" >log 2>&1; then fail "accepted: $*"; fi
    grep -q "$words" log || { cat log; fail "no word of $words: $*"; }
}
has() { grep -q " $1\$" files || { cat files log; fail "$1 is not in the image"; }; }
hasnt() { if grep -q " $1\$" files; then fail "$1 is in the image"; fi; }

mkdir -p context/sub
printf 'FROM scratch\nCOPY . /\n' >context/Dockerfile
printf 'a\n' >context/a
printf 'b\n' >context/sub/b
printf 'sub\n' >context/.dockerignore

# ---- directories, -f, ignore files
build context
has a; hasnt sub/b
printf 'FROM scratch\nCOPY sub /here\n' >elsewhere.Dockerfile
refuses 'not found' -f elsewhere.Dockerfile context
echo a >elsewhere.Dockerfile.dockerignore  # in place of, not besides .dockerignore
build -f elsewhere.Dockerfile context
has here/b
printf 'FROM scratch\nCOPY a /x\n' | build -f - context
has x
mkdir lower && printf 'FROM scratch AS One\nCOPY dockerfile /one\nFROM scratch\nCOPY dockerfile /two\n' >lower/dockerfile
build lower
has two
build --target ONE lower
has one; hasnt two
refuses 'did you mean one' --target onne lower

# ---- archives on standard input: owners stay, no .dockerignore
chmod 640 context/a
for compression in '' --gzip --xz --zstd; do
    tar -c --owner=7 --group=8 -C context $compression . >context.tar
    build - <context.tar
    has sub/b
    grep -q '^-rw-r----- 7/8 .* a$' files || { cat files; fail "owner or mode of $compression"; }
    cat context.tar | build -
    has sub/b
done
printf 'FROM scratch\nCOPY a /y\n' >context/other.Dockerfile
tar -c -C context . | build -f other.Dockerfile -
has y
tar -c -C context . | build -f /other.Dockerfile -
has y
tar -c -C context a | refuses 'has no Dockerfile' -
tar -c -C context . | refuses 'both the Dockerfile and the build context' -f - -
printf 'FROM scratch\nCOPY a /y\n' | refuses '"/a": not found' -  # a Dockerfile alone has no context
printf 'FROM scratch\nCOPY <<EOF /alone\nx\nEOF\n' | build -
has alone

# ---- URLs: archive or Dockerfile, by content
mkdir served && cp context.tar served/context.bin && printf 'FROM scratch\nCOPY <<EOF /web\nx\nEOF\n' >served/text
python3 - served >port 2>server.log <<'END' &
import functools, http.server, sys
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
print(server.server_address[1], flush=True)
server.serve_forever()
END
registry_pid=$!
for attempt in 1 2 3 4 5 6 7 8 9 10; do [ -s port ] || sleep 1; done
url=http://127.0.0.1:$(cat port)
build "$url/context.bin"
has sub/b
build "$url/text"
has web
build -f "$url/text" context
has web
build --build-context named="$url/context.bin" -f - context <<END
FROM scratch
COPY --from=named sub /named
END
has named/b
refuses 404 "$url/nothing"
"$tool" plan "$url/text" | grep -q COPY || fail "plan of a URL"
kill "$registry_pid"; registry_pid=

# ---- git
mkdir -p repositories/project
cp -r context/. repositories/project
( cd repositories/project && git init -q -b main . && git add -A && git -c user.name=n -c user.email=e commit -q -m one &&
    mkdir part && printf 'FROM scratch\nCOPY . /\n' >part/Dockerfile && git checkout -q -b side && git add -A &&
    git -c user.name=n -c user.email=e commit -q -m two && git checkout -q main ) || fail "no repository"
git clone -q --bare repositories/project repositories/project.git
git_port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
if [ -x "$(git --exec-path)/git-daemon" ]; then
    "$(git --exec-path)/git-daemon" --reuseaddr --export-all --base-path="$work/repositories" --listen=127.0.0.1 --port="$git_port" &
    registry_pid=$!
    git_url=git://127.0.0.1:$git_port/project.git
    for attempt in 1 2 3 4 5 6 7 8 9 10; do git ls-remote -q "$git_url" >/dev/null 2>&1 && break; sleep 1; done
    build "$git_url"
    has sub/b; hasnt .git/HEAD
    build "$git_url#side:part"
    has Dockerfile; hasnt a
    build --build-arg BUILDKIT_CONTEXT_KEEP_GIT_DIR=1 "$git_url#main"
    has .git/HEAD
    refuses 'nowhere' "$git_url#nowhere"
else
    echo "not checked: git daemon is not installed"
fi

# ---- triggers of a base, also those that take files of other images and stages
printf 'FROM scratch\nCOPY a /a\nONBUILD COPY --from=helper /h /from-helper\nONBUILD COPY a /triggered\n' >base.Dockerfile
"$tool" build --store "$store" -q -f base.Dockerfile -o type=oci,dest=base.tar context >/dev/null
printf 'FROM scratch AS helper\nCOPY a /h\nFROM base\nFROM scratch\nCOPY --from=1 / /\n' >user.Dockerfile
touch user.Dockerfile.dockerignore
build --build-context base=oci-archive://base.tar -f user.Dockerfile context
has from-helper; has triggered
echo "contexts: all as expected"
