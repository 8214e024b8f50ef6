#!/bin/sh
# The store as users see it: whole logs, lines that never mix, `constage why`, `constage store ls|du|check|prune`.
. "$(dirname "$0")/common.sh"
need python3 crun
busybox_context
ln -s busybox "$work/busybox/bin/sh"
mkdir "$work/context"
cd "$work/context"
echo hunter2-hunter2 >token
store=$work/store

echo "== eight steps at once print in pieces: every line of the progress is of one step, and whole"
{
    for i in 1 2 3 4 5 6 7 8; do
        echo "FROM tools AS s$i"
        echo "RUN --mount=type=secret,id=token i=0; while [ \$i -lt 60 ]; do sleep 0.02; printf 'stage $i '; printf 'line %d ' \$i; echo 'end'; i=\$((i+1)); done; cat /run/secrets/token; echo made $i > /made$i"
    done
    echo "FROM scratch"
    for i in 1 2 3 4 5 6 7 8; do echo "COPY --from=s$i /made$i /"; done
} >Dockerfile
"$tool" build -j 8 --store "$store" --progress plain --build-context "tools=$work/busybox" --secret id=token,src=token -t app:1 . \
    >"$work/digest" 2>"$work/plain" || { cat "$work/plain"; fail "not built"; }
"$tool" build -j 8 --no-cache --store "$store" --progress json --build-context "tools=$work/busybox" --secret id=token,src=token -t app:1 . \
    >/dev/null 2>"$work/json" || fail "not built with --progress json"
python3 - "$work/plain" "$work/json" <<'END'
import json, re, sys
seen, number_of = {}, {}
for line in open(sys.argv[1]):
    title = re.fullmatch(r"#(\d+) \[s(\d) 1/1\] RUN .*\n", line)
    if title:
        number_of[title[1]] = int(title[2])
    if not line.startswith("#") or "stage" not in line or "RUN" in line:
        continue
    said = re.fullmatch(r"#(\d+) \d+\.\d{3} stage (\d) line (\d+) end\n", line)
    assert said, f"a line is mixed or cut: {line!r}"
    assert number_of[said[1]] == int(said[2]), f"the line is of another step: {line!r}"
    seen.setdefault(int(said[2]), []).append(int(said[3]))
assert seen == {s: list(range(60)) for s in range(1, 9)}, {s: len(n) for s, n in seen.items()}
changes = [m[1] for m in re.finditer(r"^#(\d+) \d+\.\d{3} stage", open(sys.argv[1]).read(), re.M)]
stages, lines = {}, {}
for line in open(sys.argv[2]):
    event = json.loads(line)
    if event.get("event") == "planned":
        stages = {t["id"]: t.get("stage") for t in event["tasks"]}
    if event.get("event") == "output" and event["text"].startswith("stage"):
        said = re.fullmatch(r"stage (\d) line (\d+) end", event["text"])
        assert said and stages[event["task"]] == "s" + said[1], event
        lines.setdefault(said[1], []).append(int(said[2]))
assert lines == {str(s): list(range(60)) for s in range(1, 9)}
runs = sum(a != b for a, b in zip(changes, changes[1:])) + 1
assert runs > 8, "no two steps printed at the same time: nothing was tested"
print("8 x 60 lines, the step changes", runs, "times")
END
if grep -rq hunter2 "$work/plain" "$work/json" "$store/logs"; then fail "a secret was printed or kept"; fi

echo "== every step has a log of its own"
[ "$(find "$store/logs" -type f | wc -l)" = 8 ] || fail "there are not eight logs"
for log in "$store"/logs/*; do
    [ "$(wc -l <"$log")" = 61 ] || fail "$log has $(wc -l <"$log") lines"
    [ "$(tail -1 "$log")" = '****' ] || fail "$log: the secret is not masked"
done
"$tool" why --store "$store" >"$work/why"
[ "$(grep -c "^ *log: $store/logs/" "$work/why")" = 8 ] || { cat "$work/why"; fail "why does not tell of the logs"; }
"$tool" why s3 --store "$store" | grep -q '^1 of 1 steps ran' || fail "why STAGE"
"$tool" store ls --store "$store" >"$work/ls"
[ "$(grep -c "^ *log: $store/logs/" "$work/ls")" = 8 ] || { cat "$work/ls"; fail "store ls does not tell of the logs"; }
grep -q "^$work/context, .*: 16 steps, .*used just now" "$work/ls" || { cat "$work/ls"; fail "store ls does not tell of the build"; }

echo "== a step that fails says where its log is"
printf 'FROM tools\nRUN echo before; exit 7\n' >failing
if "$tool" build -f failing --store "$store" --progress plain --build-context "tools=$work/busybox" . 2>"$work/failing"; then fail "it did not fail"; fi
log=$(sed -n 's/^hint: the whole log is \(.*[^.]\)\.\{0,1\}$/\1/p' "$work/failing")
[ "$(cat "$log")" = before ] || { cat "$work/failing"; fail "no log where the message says"; }
"$tool" why -f failing --store "$store" | grep -q "log: $log" || fail "why does not tell of the failed step's log"

echo "== sizes are those of the disk"
"$tool" store du --store "$store" >"$work/du"
python3 - "$work/du" "$(du -s -B1 "$store" | cut -f1)" <<'END'
import re, sys
rows = [re.split(r"  +", line.strip()) for line in open(sys.argv[1])]
number, unit = rows[-1][2].split(" ")
told = float(number) * {"B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9}[unit]
real = int(sys.argv[2])
assert abs(told - real) <= max(0.1 * {"B": 10, "kB": 1e3, "MB": 1e6, "GB": 1e9}[unit], 0.06 * real), (told, real)
END
echo "== prune: what is told to be freed is freed, and the next build is right"
"$tool" store check --store "$store" || fail "not sound"
"$tool" store prune --keep-storage 1tb --store "$store" | grep -q '^removed 0 entries' || fail "--keep-storage"
"$tool" store prune --filter until=24h --store "$store" | grep -q '^removed 0 entries' || fail "--filter"
"$tool" store prune --all --force --store "$store" | grep -q '^removed [1-9]' || fail "--all"
[ -z "$(ls "$store/logs")" ] || fail "logs are left"
[ "$("$tool" store ls --store "$store")" = "no builds" ] || fail "builds are left"
again=$("$tool" build -j 8 --store "$store" --progress plain --build-context "tools=$work/busybox" --secret id=token,src=token . 2>"$work/again") || fail "not built after prune"
[ "$again" = "$(cat "$work/digest")" ] || fail "prune changed the image"
"$tool" store check --store "$store" || fail "not sound after prune"
