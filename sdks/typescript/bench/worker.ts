// A worker of `aether bench --worker-command`: serves what `aether bench worker` serves, until its standard input ends.
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { aether, type Persistence } from "../src/index";

const options = Object.fromEntries(["server", "worker-id", "role", "persistence", "tasks"].map((name) => [name, { type: "string" as const }]));
const { values } = parseArgs({ options, allowPositionals: true });
const option = (name: string): string => {
  const value = values[name];
  if (typeof value !== "string") throw new Error(`--${name} is missing`);
  return value;
};

const tasks = Number(option("tasks"));
const persistence = option("persistence") as Persistence;
const isOfActivities = option("role") === "activities";
const client = aether({
  serverUrl: option("server"),
  workerId: option("worker-id"),
  startsServer: false,
  maximumConcurrentTasks: tasks,
  maximumRunsInMemory: Math.max(tasks, 10_000),
  ...(isOfActivities ? { service: "bench" } : {}),
});

interface Payload {
  isRight: boolean;
  id: number;
  text: string;
}
const payload = (): Payload => ({ isRight: true, id: 123_456, text: "0123456789abcdef0123456789abcdef" });

interface Size {
  steps: number;
}

const openGates = new AbortController();
const passGate = (): Promise<void> => new Promise((resolve) => {
  if (openGates.signal.aborted) resolve();
  else openGates.signal.addEventListener("abort", () => resolve(), { once: true });
});

const activity = client.activity("bench-activity", { service: "bench" }, (_, payload: Payload) => payload);
const steps = client.workflow("bench-steps", { persistence }, async (context, size: Size) => {
  for (let number = 0; number < size.steps; number += 1) await context.step("step", payload);
  return size.steps;
});
const sequential = client.workflow("bench-sequential", { persistence }, async (context, size: Size) => {
  const instants: number[] = [];
  for (let number = 0; number < size.steps; number += 1) instants.push(await context.step("step", () => Math.round(performance.now() * 1e6)));
  return instants;
});
const fanout = client.workflow("bench-fanout", { persistence }, async (context, size: Size) => {
  const children = Array.from({ length: size.steps }, () => () => context.child(steps, [{ steps: 1 }]));
  return (await context.parallel(children)).length;
});
const sleep = client.workflow("bench-sleep", { persistence }, (context, { seconds }: { seconds: number }) => context.sleep({ seconds }));
const activities = client.workflow("bench-activities", { persistence }, async (context, size: Size) => {
  for (let number = 0; number < size.steps; number += 1) await context.activity(activity, [payload()]);
  return size.steps;
});
const gated = client.workflow("bench-gated", { persistence }, async (context) => {
  await context.step("first", payload);
  await context.step("gated", passGate);
});

void client.serve(isOfActivities ? [activity] : [steps, sequential, fanout, sleep, activities, gated]).then((worker) => {
  console.log("ready");
  const input = createInterface(process.stdin);
  input.on("line", () => openGates.abort());
  input.on("close", () => void worker.stop());
});
