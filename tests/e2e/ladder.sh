#!/bin/sh
# Every step of examples/ladder prints its plan without a network, and the plan is the graph that the step's text promises.
. "$(dirname "$0")/common.sh"
need python3
steps=0
for source in "$examples"/ladder/*.cpp; do
    name=$(basename "$source" .cpp)
    program=$CONSTAGE_BUILD/examples/ladder-$name
    "$program" plan --format json >"$work/$name.json" || fail "$name has no plan"
    "$program" plan >"$work/$name.txt" || fail "$name has no plan as text"
    head -1 "$work/$name.txt" | sed "s/^/$name: /"
    steps=$((steps + 1))
done
[ "$steps" = 7 ] || fail "$steps steps, not 7: say here what the new one promises"
python3 - "$work" <<'END'
import json, sys
def plan(name):
    stages = json.load(open("%s/%s.json" % (sys.argv[1], name)))["stages"]
    return {s["name"]: s for s in stages}
def steps(stage, kind): return [s for s in stage["steps"] if s["instruction"] == kind]
def text(name): return open("%s/%s.txt" % (sys.argv[1], name)).read()
def mounts(stage): return [m for s in steps(stage, "run") for m in s.get("mounts", [])]

assert list(plan("1_plain")) == ["app"]
two = plan("2_stages")
assert sorted(two) == ["app", "pages", "service"]
assert [s["from"]["kind"] for s in steps(two["app"], "copy")] == ["stage", "stage"], two["app"]
assert "2 levels" in text("2_stages")
assert {m["options"]["type"] for m in mounts(plan("3_caches")["service"])} == {"cache", "bind"}, mounts(plan("3_caches")["service"])
assert all("@sha256:" in s["from"]["text"] for s in plan("4_policies").values() if s["from"]["kind"] == "image")
matrix = plan("5_matrix")
assert len(matrix) == 7 and len(steps(matrix["report"], "copy")) == 6, list(matrix)
assert "go1.23-alpine" in matrix
assert plan("6_targets")["app"]["from"]["kind"] == "select", plan("6_targets")["app"]["from"]
assert text("6_targets").count("[target]") == 2, text("6_targets")
seven = plan("7_fragments")
assert [len(mounts(seven[s])) for s in ("service", "app")] == [2, 2], seven
assert steps(seven["app"], "user"), seven["app"]
END
echo "$steps plans are what they should be"
