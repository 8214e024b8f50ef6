#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""How long two stages ran RUN steps at the same time, from a log of `--progress json`.

    overlap.py LOG STAGE STAGE       fails if they did not
"""
import json, sys

log, *stages = sys.argv[1:]
tasks, begin, spans = {}, {}, {stage: [] for stage in stages}
for line in open(log):
    if not line.startswith("{"):
        continue
    event = json.loads(line)
    if event["event"] == "planned":
        tasks = {task["id"]: task for task in event["tasks"]}
    elif event["event"] == "started":
        begin[event["task"]] = event["at"]
    elif event["event"] == "finished" and event["outcome"] == "done" and event["task"] in begin:
        task = tasks[event["task"]]
        if task.get("stage") in spans and task["text"].startswith("RUN"):
            spans[task["stage"]].append((begin[event["task"]], event["at"]))

for stage in stages:
    print("%s: RUN for %.2f s" % (stage, sum(end - start for start, end in spans[stage]) / 1e9))
together = sum(max(0, min(a[1], b[1]) - max(a[0], b[0])) for a in spans[stages[0]] for b in spans[stages[1]])
print("%s and %s ran at the same time for %.2f s" % (*stages, together / 1e9))
sys.exit(together == 0)
