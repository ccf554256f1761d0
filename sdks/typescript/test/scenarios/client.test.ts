import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ActivityFailed,
  aether,
  type AetherClient,
  AetherError,
  CancellationError,
  NonRetryableError,
  StepContext,
  StepFailed,
  UnstorableValue,
  WorkflowCancelled,
  WorkflowFailed,
} from "../../src/index";
import { clientOf, later, pause, startServer, until } from "./bed";

const hasCode = (code: string) => (error: unknown): boolean => error instanceof AetherError && error.code === code;
const serverPromise = startServer();
let clientCount = 0;
/** Each test is a worker of its own. */
const newClient = async (): Promise<AetherClient> => clientOf(await serverPromise, { workerId: `tests-${(clientCount += 1)}` });

test("what a client does with a run: start, status, signal, value, result, and again by its id", async () => {
  const client = await newClient();
  const approval = client.workflow("approval", async (context, item: string, count: number) => {
    await context.set("state", { waits: item });
    const by = await context.signal<string>("approved");
    return `${count} ${item} by ${by}`;
  });
  later(await client.serve([approval]));
  const order = approval.with({ id: "order-1" });
  assert.equal(await order.start("book", 2), "order-1");
  assert.equal(await order.start("book", 2), "order-1", "the same run");
  await assert.rejects(order.start("lamp", 2), hasCode("alreadyExists"));
  const handle = approval.handle("order-1");
  await until(async () => (await handle.value("state")) !== undefined);
  assert.deepEqual(await handle.value("state"), { waits: "book" });
  assert.equal(await handle.value("other"), undefined);
  await until(async () => (await handle.status()).reason.includes("approved"));
  const running = await handle.status();
  assert.equal(running.state, "RUNNING");
  assert.equal(running.workerId, client.workerId);
  assert.ok(running.startedAt instanceof Date && running.completedAt === undefined);
  await handle.signal("approved", "Ada", { id: "once" });
  assert.equal(await handle.result(), "2 book by Ada");
  assert.equal(await order.startAndWait("book", 2), "2 book by Ada");
  await assert.rejects(order.with({ idPolicy: "reject" }).start("book", 2), hasCode("alreadyExists"));
  await assert.rejects(handle.signal("approved", "late"), hasCode("failedPrecondition"));
  await assert.rejects(handle.cancel(), hasCode("failedPrecondition"));
  const again = order.with({ idPolicy: "replace", signal: { name: "approved", payload: "Bob" } });
  assert.equal(await again.startAndWait("book", 3), "3 book by Bob");
  const unknown = approval.handle("nobody");
  const calls = [() => unknown.status(), () => unknown.cancel(), () => unknown.terminate(), () => unknown.signal("x"), () => unknown.value("x")];
  for (const call of [...calls, () => unknown.result()]) await assert.rejects(call, hasCode("notFound"));
});

test("waits for results share a stream, and end when they are aborted", async () => {
  const client = await newClient();
  const nap = client.workflow("nap", async (context, milliseconds: number) => {
    await context.sleep(milliseconds);
    return milliseconds;
  });
  const worker = later(await client.serve([nap]));
  const results = await Promise.all(Array.from({ length: 200 }, (_, index) => nap.startAndWait(index)));
  assert.deepEqual(results, Array.from({ length: 200 }, (_, index) => index));
  const id = await nap.start(60_000);
  const abort = new AbortController();
  const waits = [
    assert.rejects(nap.handle(id).result({ signal: abort.signal }), /enough/),
    assert.rejects(nap.handle(id).result(), WorkflowCancelled),
  ];
  await pause(50);
  abort.abort(new Error("enough"));
  await waits[0];
  await nap.handle(id).terminate();
  await waits[1];
  await worker.stop();
});

test("cancelled: the waiting operation throws, what follows goes on, compensations run, the last first", async () => {
  const client = await newClient();
  const seen: string[] = [];
  const trip = client.workflow("trip", async (context) => {
    context.compensate(() => context.step("undo-1", () => seen.push("undo 1")));
    context.compensate(() => {
      throw new Error("not this one");
    });
    context.compensate(() => context.step("undo-2", () => seen.push("undo 2")));
    await context.parallel([
      () => context.sleep({ days: 1 }),
      () =>
        context.step("hang", ({ signal }) => {
          seen.push("hanging");
          return new Promise((_, reject) => signal.addEventListener("abort", () => (seen.push("aborted"), reject(new Error("aborted")))));
        }),
    ]);
  });
  const worker = later(await client.serve([trip]));
  const id = await trip.start();
  await until(() => seen.includes("hanging"));
  await trip.handle(id).cancel();
  await assert.rejects(trip.handle(id).result(), WorkflowCancelled);
  assert.deepEqual(seen, ["hanging", "aborted", "undo 2", "undo 1"]);
  await worker.stop();
});

test("errors come typed, with what was said and where", async () => {
  const client = await newClient();
  class OutOfStock extends Error {}
  const charge = client.activity("charge", { retry: { initial: 1, attempts: 2 } }, (context) => {
    throw new OutOfStock(`attempt ${context.attempt}`);
  });
  const inner = client.workflow("inner", (context) => context.step("look", { retry: { initial: 1, attempts: 3 } }, ({ attempt }) => {
    throw new OutOfStock(`attempt ${attempt}`);
  }));
  const outer = client.workflow("outer", async (context) => {
    const text = (): Promise<never> => context.step("x", () => Promise.reject("text"));
    const errors = await context.settled([() => context.activity(charge), () => context.child(inner), text]);
    return errors.map((outcome) => {
      const error = (outcome as PromiseRejectedResult).reason as StepFailed;
      return [error.constructor.name, error.message, error.type, error.reason];
    });
  });
  const worker = later(await client.serve([charge, inner, outer]));
  const [activity, child, text] = await outer.with({ id: "outer" }).startAndWait();
  assert.deepEqual(activity, [ActivityFailed.name, 'activity "charge" failed: attempt 2 (OutOfStock)', "OutOfStock", "attempt 2"]);
  const message = 'workflow outer/settled:#1/1/child:inner#1 failed: step "look" failed: attempt 3 (OutOfStock)';
  assert.deepEqual(child, [WorkflowFailed.name, message, "OutOfStock", "attempt 3"]);
  assert.deepEqual(text, [StepFailed.name, 'step "x" failed: text (string)', "string", "text"]);
  const error = await inner.startAndWait().catch((error: unknown) => error);
  assert.ok(error instanceof WorkflowFailed && error.step === "look" && error.reason === "attempt 3");
  await worker.stop();
});

test("a workflow's mistakes are told: the context in a step, handles in the body, values that can't be stored", async () => {
  const client = await newClient();
  const attempt = async (body: () => unknown): Promise<string> => {
    try {
      await body();
      return "fine";
    } catch (error) {
      return `${(error as Error).constructor.name}: ${(error as Error).message}`;
    }
  };
  const elsewhere = client.workflow<[], void>("elsewhere");
  const mistakes = client.workflow("mistakes", async (context) => {
    const results = [
      await attempt(() => context.step("outer", () => context.step("inner", () => 1))),
      await attempt(() => context.step("outer", () => context.sleep(1))),
      await attempt(() => elsewhere.handle("x").status()),
      await attempt(() => context.step("big", () => 1n)),
      await attempt(() => context.race([])),
      await attempt(() => context.sleep({} as never)),
      await attempt(() => context.child(elsewhere, [], { policy: "other" as never })),
    ];
    return [...results, String(StepContext.current), await context.step("current", () => StepContext.current?.name)];
  });
  const worker = later(await client.serve([mistakes]));
  assert.deepEqual(await mistakes.startAndWait(), [
    'StepFailed: step "outer" failed: step "inner" was called inside step "outer"; a step can\'t use the workflow\'s context (NonRetryableError)',
    'StepFailed: step "outer" failed: a sleep was called inside step "outer"; a step can\'t use the workflow\'s context (NonRetryableError)',
    'NonRetryableError: a workflow can\'t use the handle of run "x" in its body; use it in a step',
    'StepFailed: step "big" failed: the value is a bigint, which can\'t be stored; store it as a string (UnstorableValue)',
    "NonRetryableError: a race needs at least one branch",
    "TypeError: the sleep has no unit; give milliseconds, seconds, minutes, hours or days",
    'TypeError: "other" is no policy; give cancel, abandon or wait',
    "undefined",
    "current",
  ]);
  await assert.rejects(client.workflow<[bigint], void>("mistakes").start(1n), UnstorableValue);
  await worker.stop();
});

test("in a workflow, start and startAndWait make children; Promise.all and branches go side by side", async () => {
  const client = await newClient();
  const double = client.workflow("double", (context, number: number) => context.step("double", () => number * 2));
  const family = client.workflow("family", async (context) => {
    const id = await double.with({ id: `${context.info.id}-first` }).start(1);
    const [a, b] = await Promise.all([double.startAndWait(2), double.startAndWait(3)]);
    const c = await double.handle(id).result();
    const [d, e] = await context.parallel([() => double.startAndWait(4), async () => "text"], { maximumConcurrency: 1 });
    const handle = await context.startChild(double, [5], { policy: "wait" });
    const winner = await context.race([() => context.sleep({ hours: 1 }), () => context.child(double, [6])]);
    return [id, a, b, c, d, e, await handle.result(), winner];
  });
  const worker = later(await client.serve([double, family]));
  assert.deepEqual(await family.with({ id: "f" }).startAndWait(), ["f-first", 4, 6, 2, 8, "text", 10, 12]);
  await worker.stop();
});

test("an activity: heartbeats hand on what they said, its key is the same at each attempt, and a cancel reaches it", async () => {
  const client = await newClient();
  const keys = new Set<string>();
  const copy = client.activity("copy", { retry: { initial: 1, attempts: 3 }, heartbeatTimeout: { seconds: 20 } }, async (context, size: number) => {
    keys.add(context.idempotencyKey);
    const from = context.lastHeartbeatDetails<number>() ?? 0;
    if (from < size) {
      await context.heartbeat(from + 1);
      throw new Error(`failed at ${from}`);
    }
    return from;
  });
  const waits = client.activity("waits", { heartbeatTimeout: { milliseconds: 100 } }, async (context) => {
    for (;;) {
      await context.heartbeat();
      await pause(5);
    }
  });
  const flow = client.workflow("copies", (context) => context.activity(copy, [2]));
  const waiting = client.workflow("waiting", (context) => context.activity(waits, [], { cancellation: "wait" }));
  const worker = later(await client.serve([copy, waits, flow, waiting]));
  assert.equal(await flow.startAndWait(), 2);
  assert.equal(keys.size, 1);
  const id = await waiting.start();
  await until(async () => (await waiting.handle(id).status()).reason.includes("waits"));
  await waiting.handle(id).cancel();
  await assert.rejects(waiting.handle(id).result(), WorkflowCancelled);
  await worker.stop();
});

test("continues as new with its arguments, and knows how many came before", async () => {
  const client = await newClient();
  const loop = client.workflow("loop", async (context, total: number, step: string): Promise<string> => {
    const next = await context.step("add", () => total + 1);
    if (context.info.continuedCount < 3) context.continueAsNew(next, `${step}+`);
    return `${next} ${step}`;
  });
  const worker = later(await client.serve([loop]));
  assert.equal(await loop.startAndWait(0, "x"), "4 x+++");
  await worker.stop();
});

test("serve refuses what it can't serve; with a function it ends with it", async () => {
  const client = await newClient();
  const one = client.workflow("one", () => 1);
  await assert.rejects(client.serve([one, client.workflow("one", () => 2)]), hasCode("invalidArgument"));
  await assert.rejects(client.serve([client.workflow("elsewhere")]), hasCode("invalidArgument"));
  assert.equal(await client.serve([one], () => one.startAndWait()), 1);
  await assert.rejects(client.serve([one], () => Promise.reject(new Error("mine"))), /mine/);
  assert.throws(() => client.workflow(""), TypeError);
  assert.throws(() => client.activity("x", { timeout: {} as never }, () => 1), TypeError);
  assert.throws(() => aether({ serverUrl: "ftp://x" }), /http/);
  assert.throws(() => aether({ maximumConcurrentTasks: 0 }), TypeError);
  await assert.rejects(async () => one.start(...([1, 2] as unknown as [])), /was given 2 arguments/);
  const context = await new Promise((resolve) => {
    const leak = client.workflow("leak", (context) => resolve(context));
    void client.serve([leak], () => leak.startAndWait());
  });
  await assert.rejects((context as { sleep(time: number): Promise<void> }).sleep(1), NonRetryableError);
});

test("a server that is not there: the error says so and what to do", async () => {
  const client = aether({ serverUrl: "http://localhost:1", requestTimeout: 200, startsServer: false });
  const error = await client.workflow("x").start().catch((error: unknown) => error);
  assert.ok(error instanceof AetherError && error.code === "unavailable");
  assert.match(error.message, /the server at http:\/\/localhost:1 takes no call .*Start it: aether serve/);
  assert.ok(new CancellationError() instanceof Error);
});
