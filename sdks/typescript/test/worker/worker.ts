// The worker process of the end-to-end tests in TypeScript: serves what Tests/EndToEnd/Worker serves, until it is killed.
// Environment: AETHER_SERVER, WORKER_ID, MAX_TASKS, MAX_RUNS; CODE, the operations of the workflow "code" as JSON.
import { aether, CancellationError } from "../../src/index";
import { append, hang, tell } from "./output";
import type { Operation } from "./Script";
import { codeWorkflow, scriptWorkflow, workActivity } from "./ScriptWorkflow";

class CardDeclined extends Error {}

interface ElsewhereInput {
  activity: string;
  service: string;
  order: number;
  attempts: number;
  timeoutMilliseconds?: number;
  heartbeatMilliseconds?: number;
}

const { WORKER_ID, MAX_TASKS, MAX_RUNS, CODE = "[]" } = process.env;
const client = aether({
  startsServer: false,
  ...(WORKER_ID ? { workerId: WORKER_ID } : {}),
  ...(MAX_TASKS ? { maximumConcurrentTasks: Number(MAX_TASKS) } : {}),
  ...(MAX_RUNS ? { maximumRunsInMemory: Number(MAX_RUNS) } : {}),
});

// Each step writes "run k"; when its result has come back, and only live, the workflow writes "ack k".
const lines = client.workflow("lines", async (context, { path, steps }: { path: string; steps: number }) => {
  for (let number = 1; number <= steps; number += 1) {
    await context.step(`line-${number}`, () => {
      append(`run ${number}`, path);
      tell(`ran ${number}`);
    });
    if (!context.isReplaying) append(`ack ${number}`, path);
  }
  return steps;
});

const tenSteps = client.workflow("ten-steps", async (context, input: number) => {
  let sum = 0;
  for (let number = 1; number <= 10; number += 1) sum += await context.step("add", () => input * number);
  return sum;
});

const failing = client.workflow("failing", (context, _: number) =>
  context.step("charge", () => {
    throw new CardDeclined("card declined");
  }),
);

// Waits in a step until it is cancelled, and cleans up.
const stubborn = client.workflow("stubborn", async (context, path: string) => {
  try {
    await context.step("wait", ({ signal }) => {
      tell("waiting");
      return hang(signal);
    });
  } catch (error) {
    if (!(error instanceof CancellationError)) throw error;
    await context.step("clean-up", () => append("cleaned up", path));
    throw error;
  }
  return 0;
});

const concurrent = client.workflow("concurrent", async (context, path: string) => {
  const write = (name: string): Promise<string> =>
    context.step(name, () => {
      if (name === "c") tell("c");
      append(name, path);
      return name;
    });
  const pair = await Promise.all([write("a"), write("b")]);
  return [...pair, await write("c")];
});

const big = client.workflow("big", (context, bytes: number) => context.step("grow", () => "x".repeat(bytes)));

// Calls an activity that is done by workers of another language.
const callElsewhere = client.workflow("call-elsewhere", (context, input: ElsewhereInput) => {
  const { timeoutMilliseconds: timeout, heartbeatMilliseconds: heartbeatTimeout, service } = input;
  const activity = client.activity<[number], number | string>(input.activity, {
    retry: { initial: 10, attempts: input.attempts },
    ...(timeout === undefined ? {} : { timeout }),
    ...(heartbeatTimeout === undefined ? {} : { heartbeatTimeout }),
    ...(service === "" ? {} : { service }),
  });
  return context.activity(activity, [input.order], { cancellation: "wait" });
});

tell("started");
void client.serve([
  lines,
  tenSteps,
  failing,
  stubborn,
  concurrent,
  big,
  scriptWorkflow(client, "script"),
  scriptWorkflow(client, "script-memory", "memory"),
  scriptWorkflow(client, "script-snapshot", "snapshot"),
  workActivity(client),
  callElsewhere,
  codeWorkflow(client, JSON.parse(CODE) as Operation[]),
]);
