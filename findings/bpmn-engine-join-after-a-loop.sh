#!/usr/bin/env bash
# bpmn-engine 25.0.1 (bpmn-elements 17.3.0) lets a parallel join go on although one of its branches loops back.
#
# Two branches begin at a parallel gateway. The first is a task. The second is a task and an exclusive gateway, which
# leads on or back to the task. The first branch arrives at the join; then the second takes the way back. The join has
# one token of two, so it must wait (BPMN 2.0, parallel gateway). The engine takes the way on, which was not taken, for an
# arrival, and starts the task behind the join. Output seen:
#
#   before: second
#   after the loop: behind, second
#
# An engine that follows the standard prints «after the loop: second». Whoever exports a process in which one of two
# parallel stages may be held or repeated finds the next stage begun in this engine. The script fails when the join
# waits.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund bpmn-engine@25.0.1 bpmn-elements@17.3.0 >/dev/null
cat > loop.mjs <<'JS'
import { EventEmitter } from "node:events";
import { Engine } from "bpmn-engine";

const flow = (id, from, to, condition = "") =>
  `<sequenceFlow id="${id}" sourceRef="${from}" targetRef="${to}">${condition}</sequenceFlow>`;
const on = '<conditionExpression xsi:type="tFormalExpression">${environment.variables.on}</conditionExpression>';
const source = `<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    targetNamespace="http://example.org/loop">
  <process id="loop" isExecutable="true">
    <startEvent id="start"/><parallelGateway id="split"/><userTask id="first"/><userTask id="second"/>
    <exclusiveGateway id="choice" default="back"/><parallelGateway id="join"/><userTask id="behind"/><endEvent id="end"/>
    ${flow("f1", "start", "split")}${flow("f2", "split", "first")}${flow("f3", "split", "second")}
    ${flow("f4", "first", "join")}${flow("f5", "second", "choice")}${flow("on", "choice", "join", on)}
    ${flow("back", "choice", "second")}${flow("f6", "join", "behind")}${flow("f7", "behind", "end")}
  </process>
</definitions>`;

const engine = new Engine({ source, variables: { on: false } });
const waiting = new Map();
const listener = new EventEmitter();
listener.on("activity.wait", (api) => waiting.set(api.id, api));
listener.on("activity.leave", (api) => waiting.delete(api.id));
const signal = (id) => {
  const task = waiting.get(id);
  waiting.delete(id);
  task.signal();
};
await engine.execute({ listener });
signal("first");
console.log(`before: ${[...waiting.keys()].sort().join(", ")}`);
signal("second");
console.log(`after the loop: ${[...waiting.keys()].sort().join(", ")}`);
JS
seen=$(node loop.mjs)
echo "$seen"
[ "$seen" = "before: second
after the loop: behind, second" ]
