// Runs a BPMN process in bpmn-engine. Reads the process from the file that is named, and from standard input a JSON list
// of steps: {"do": id of a user task, "with": variables}. Prints after each step, as JSON, the user tasks that wait, and
// whether the process has ended.
import fs from "node:fs";
import vm from "node:vm";
import { EventEmitter } from "node:events";
import { Engine } from "bpmn-engine";

// The conditions of flows in the language that they declare. Any other language is refused, as by any engine.
class Conditions {
  constructor() {
    this.known = new Map();
  }
  register({ id, type, behaviour }) {
    if (type !== "bpmn:SequenceFlow" || !behaviour.conditionExpression) return;
    const { language, body } = behaviour.conditionExpression;
    if (language !== "javascript") throw new Error(`${id}: the language «${language}» is not known`);
    this.known.set(id, new vm.Script(body));
  }
  getScript(language, { id }) {
    const script = this.known.get(id);
    if (!script) return undefined;
    return {
      execute(scope, callback) {
        callback(null, script.runInNewContext({ ...scope.environment.variables }));
      },
    };
  }
}

const steps = JSON.parse(fs.readFileSync(0, "utf8"));
const engine = new Engine({ source: fs.readFileSync(process.argv[2], "utf8"), scripts: new Conditions() });
const waiting = new Map();
const listener = new EventEmitter();
listener.on("activity.wait", (api) => waiting.set(api.id, api));
listener.on("activity.leave", (api) => waiting.delete(api.id));
listener.on("activity.discard", (api) => waiting.delete(api.id));
let ended = false;
engine.on("end", () => (ended = true));
engine.on("error", (error) => {
  console.error(error.message);
  process.exit(1);
});
const report = () => console.log(JSON.stringify({ waiting: ended ? [] : [...waiting.keys()].sort(), ended }));

const execution = await engine.execute({ listener });
report();
for (const step of steps) {
  const task = waiting.get(step.do);
  if (!task) throw new Error(`${step.do} does not wait; ${[...waiting.keys()]} wait`);
  Object.assign(task.environment.variables, step.with);
  Object.assign(execution.environment.variables, step.with);
  waiting.delete(step.do);
  task.signal();
  report();
}
