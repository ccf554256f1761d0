// What must compile, and the types that come out of it. Nothing here is executed: check.sh.
import {
  type Activity,
  aether,
  type AetherClient,
  type AetherErrorCode,
  AetherError,
  type ChildHandle,
  type Duration,
  type Logger,
  type RetryPolicy,
  type Servable,
  type ServingWorker,
  StepContext,
  type Stored,
  type Workflow,
  type WorkflowContext,
  WorkflowFailed,
  type WorkflowHandle,
  type WorkflowState,
} from "../../src/index";
import { RecordedHistory, ReplayFailed } from "../../src/testing/index";
import { holds, type Same } from "./support";

const client = aether({ serverUrl: "http://localhost:7233", workerId: "optional" });

interface Order {
  id: string;
  placed: Date;
  lines: { item: string; quantity: number; due?: Date }[];
  note?: string;
}

interface StoredOrder {
  id: string;
  placed: string;
  lines: { item: string; quantity: number; due?: string }[];
  note?: string;
}

// Workflows: their arguments and results are those of their functions.

const helloWorld = client.workflow("hello-world", async (ctx, name: string) => {
  const greeting = await ctx.step("create-greeting", async () => `Hello, ${name}!`);
  await ctx.step("log-greeting", async () => {
    console.log(greeting);
  });
  return { message: greeting };
});
holds<Same<typeof helloWorld, Workflow<[name: string], { message: string }>>>();

const tick = client.workflow("tick", async () => undefined);
const silent = client.workflow("silent", async (ctx) => {
  await ctx.sleep({ seconds: 1 });
});
const plain = client.workflow("plain", (_, value: number) => value + 1);
const several = client.workflow("several", async (_, name: string, count: number, isLoud: boolean) => ({ name, count, isLoud }));
const optional = client.workflow("optional", { parameters: 2 }, async (_, name: string, count?: number) => name.repeat(count ?? 1));
const defaulted = client.workflow("defaulted", { parameters: 2 }, async (_, name: string, count: number = 3) => name.repeat(count));
const rest = client.workflow("rest", { parameters: 2, persistence: "memory" }, async (_, first: string, ...others: number[]) => [first, ...others]);
const generic = client.workflow("orders", async (ctx, order: Order) => ctx.step("store", () => order));
const elsewhere = client.workflow<[order: Order], { shipped: Date }>("elsewhere");
const elsewhereInMemory = client.workflow<[], number>("elsewhere-in-memory", { persistence: "memory" });
const ofUnknown = client.workflow("of-unknown", async (_, value: unknown) => value);
const failing = client.workflow("failing", async (): Promise<never> => {
  throw new Error("always");
});

holds<Same<typeof tick, Workflow<[], undefined>>>();
holds<Same<typeof silent, Workflow<[], void>>>();
holds<Same<typeof plain, Workflow<[value: number], number>>>();
holds<Same<typeof elsewhere, Workflow<[order: Order], { shipped: Date }>>>();
holds<Same<Parameters<typeof several.start>, [name: string, count: number, isLoud: boolean]>>();
holds<Same<Parameters<typeof optional.start>, [name: string, count?: number]>>();
holds<Same<Parameters<typeof defaulted.start>, [name: string, count?: number]>>();
holds<Same<Parameters<typeof rest.start>, [first: string, ...others: number[]]>>();

export async function starts(order: Order): Promise<void> {
  const id = await helloWorld.start("World");
  holds<Same<typeof id, string>>();

  const result = await helloWorld.startAndWait("World");
  holds<Same<typeof result, { message: string }>>();

  holds<Same<Awaited<ReturnType<typeof silent.startAndWait>>, void>>();
  holds<Same<Awaited<ReturnType<typeof failing.startAndWait>>, never>>();
  holds<Same<Awaited<ReturnType<typeof ofUnknown.startAndWait>>, unknown>>();

  await tick.start();
  await silent.startAndWait();
  await several.start("a", 1, true);
  await optional.start("a");
  await optional.start("a", 2);
  await defaulted.start("a");
  await defaulted.start("a", 2);
  await rest.start("a");
  await rest.start("a", 1, 2, 3);
  await elsewhereInMemory.start();
  await ofUnknown.start({ any: "thing" });

  const stored = await generic.startAndWait(order);
  holds<Same<typeof stored.placed, string>>();
  const dates: (string | undefined)[] = stored.lines.map(({ due }) => due);
  const shipped: string = (await elsewhere.startAndWait(order)).shipped;
  console.log(dates, shipped);

  await helloWorld.with({ id: "hello-1", idPolicy: "replace", signal: { name: "hurry", payload: 1 } }).startAndWait("World");
  holds<Same<ReturnType<typeof helloWorld.with>, typeof helloWorld>>();

  const handle = helloWorld.handle(id);
  holds<Same<typeof handle, WorkflowHandle<{ message: string }>>>();
  const message: string = (await handle.result({ signal: new AbortController().signal })).message;
  const state: WorkflowState = (await handle.status()).state;
  const completedAt: Date | undefined = (await handle.status()).completedAt;
  await handle.signal("approve", { by: "Ada" }, { id: "once" });
  await handle.signal("approve");
  const progress = await handle.value<number>("progress");
  holds<Same<typeof progress, number | undefined>>();
  await handle.cancel();
  await handle.terminate();
  console.log(message, state, completedAt);
}

// Activities.

const charge = client.activity(
  "charge",
  {
    retry: { initial: 200, factor: 2, maximum: { seconds: 30 }, attempts: 5, jitter: 0, nonRetryable: ["CardDeclined"] },
    timeout: { seconds: 10 },
    heartbeatTimeout: { seconds: 3 },
    scheduleToCloseTimeout: { hours: 1, minutes: 30 },
    service: "payments",
  },
  async (context, order: Order, cents: number) => {
    await context.heartbeat({ done: 0.5 });
    const last = context.lastHeartbeatDetails<{ done: number }>();
    holds<Same<typeof last, { done: number } | undefined>>();
    const key: string = context.idempotencyKey;
    const attempt: number = context.attempt;
    const signal: AbortSignal = context.signal;
    console.log(key, attempt, signal.aborted);
    return { receipt: order.id, at: new Date(cents) };
  },
);
holds<Same<typeof charge, Activity<[order: Order, cents: number], { receipt: string; at: Date }>>>();
const ping = client.activity("ping", () => "pong");
const resize = client.activity<[image: string, width: number], string>("resize", { service: "images" });
const scan = client.activity<[image: string], { size: number }>("scan");
const optionalActivity = client.activity("optional", { parameters: 2 }, (_, name: string, count?: number) => name.repeat(count ?? 1));
const restActivity = client.activity("rest", { parameters: 2 }, (_, ...names: string[]) => names);

export const uses = client.workflow("uses", async (context, order: Order) => {
  const paid = await context.activity(charge, [order, 100]);
  holds<Same<typeof paid.at, string>>();
  const pong: string = await context.activity(ping);
  await context.activity(ping, [], { cancellation: "wait" });
  const path: string = await context.activity(resize, ["a.png", 100], { cancellation: "abandon" });
  const size: number = (await context.activity(scan, ["a.png"])).size;
  await context.activity(optionalActivity, ["a"]);
  await context.activity(optionalActivity, ["a", 2]);
  await context.activity(restActivity, ["a", "b", "c"]);

  // Children.
  const greeting = await context.child(helloWorld, ["World"]);
  holds<Same<typeof greeting, { message: string }>>();
  await context.child(tick);
  await context.child(tick, [], { id: "tick-1", policy: "wait" });
  await context.child(several, ["a", 1, true], { policy: "abandon" });
  await context.child(optional, ["a"]);
  await context.child(rest, ["a", 1, 2]);
  const started = await context.startChild(elsewhere, [order], { id: "there" });
  holds<Same<typeof started, ChildHandle<{ shipped: Date }>>>();
  const shipped: string = (await started.result()).shipped;
  const childId: string = started.id;
  await context.startChild(tick);
  // As from outside.
  const viaStart: string = await helloWorld.start("World");
  const viaHandle: { message: string } = await helloWorld.handle(viaStart).result();
  return { pong, path, size, shipped, childId, viaHandle };
});

// Branches.

export const branches = client.workflow("branches", async (context, names: string[]) => {
  const tuple = await context.parallel([
    () => context.step("number", () => 1),
    () => context.activity(ping),
    async () => new Date(0),
    () => ({ plain: true }),
    () => context.child(helloWorld, ["World"]),
    () => context.sleep(1),
  ]);
  holds<Same<typeof tuple, [number, string, Date, { plain: boolean }, { message: string }, void]>>();

  const many = await context.parallel(
    names.map((name) => () => context.child(helloWorld, [name])),
    { maximumConcurrency: 10 },
  );
  holds<Same<typeof many, { message: string }[]>>();
  holds<Same<Awaited<ReturnType<typeof none>>, []>>();

  const [first, second] = await context.settled([() => context.step("number", () => 1), () => context.activity(ping)]);
  if (first.status === "fulfilled") holds<Same<typeof first.value, number>>();
  else holds<Same<typeof first.reason, any>>();
  if (second.status === "fulfilled") holds<Same<typeof second.value, string>>();
  const outcomes = await context.settled(names.map((name) => () => context.child(plain, [name.length])));
  for (const outcome of outcomes) if (outcome.status === "fulfilled") holds<Same<typeof outcome.value, number>>();

  const winner = await context.race([() => context.step("a", () => 1), () => context.step("b", () => 2)]);
  holds<Same<typeof winner, number>>();

  const decision = await context.race([
    () => context.signal<boolean>("approve"),
    () => context.sleep({ days: 1 }).then(() => "late" as const),
    () => null,
  ]);
  holds<Same<typeof decision, boolean | "late" | null>>();

  // What Promise has works on operations too.
  const [x, y] = await Promise.all([context.step("x", () => 1), context.step("y", () => "2")]);
  holds<Same<typeof x, number>>();
  holds<Same<typeof y, string>>();
  return winner;

  function none(): Promise<[]> {
    return context.parallel([]);
  }
});

// Steps, and what comes back of what they return.

class Money {
  constructor(
    readonly cents: number,
    readonly currency: string,
  ) {}
  toJSON(): { cents: number; since: Date } {
    return { cents: this.cents, since: new Date(0) };
  }
}

interface Tree {
  name: string;
  planted: Date;
  children: Tree[];
}

type Shape = { kind: "circle"; radius: number } | { kind: "square"; side: number; drawn: Date };

enum Level {
  low,
  high,
}

export async function steps(context: WorkflowContext, anything: any, order: Order, tree: Tree, shape: Shape): Promise<void> {
  const options = { retry: { attempts: 3, initial: { milliseconds: 100 } }, timeout: { minutes: 1 } };
  const text = await context.step("text", options, (step) => `${step.attempt} ${step.idempotencyKey} ${step.signal.aborted}`);
  holds<Same<typeof text, string>>();
  holds<Same<Awaited<ReturnType<typeof nothing>>, void>>();
  const literal = await context.step("literal", () => "a" as "a" | "b");
  holds<Same<typeof literal, "a" | "b">>();
  const date = await context.step("date", () => new Date());
  holds<Same<typeof date, string>>();
  const untyped = await context.step("any", () => anything);
  holds<Same<typeof untyped, any>>();
  const explicit = await context.step<number>("explicit", () => JSON.parse("1"));
  holds<Same<typeof explicit, number>>();
  const nested = await context.step("nested", () => [[new Date()], []] as Date[][]);
  holds<Same<typeof nested, string[][]>>();
  const pair = await context.step("pair", () => [1, new Date()] as const);
  holds<Same<typeof pair, readonly [1, string]>>();
  const stored: StoredOrder = await context.step("order", () => order);
  const stillAnOrder = await context.step("order", () => stored);
  holds<Same<typeof stillAnOrder, Stored<StoredOrder>>>();
  const sameOrder: StoredOrder = stillAnOrder;
  const drawn = await context.step("shape", () => shape);
  if (drawn.kind === "square") holds<Same<typeof drawn.drawn, string>>();
  else holds<Same<typeof drawn.radius, number>>();
  const planted = await context.step("tree", () => tree);
  const deep: string | undefined = planted.children[0]?.children[0]?.planted;
  const level: Level = await context.step("level", () => Level.high);
  const money = await context.step("money", () => new Money(1, "EUR"));
  holds<Same<typeof money, { cents: number; since: string }>>();
  console.log(deep, level, sameOrder);

  function nothing(): Promise<void> {
    return context.step("nothing", async () => undefined as void);
  }
}

holds<Same<Stored<string | Date>, string>>();
holds<Same<Stored<number | undefined>, number | null>>();
holds<Same<Stored<Date | null>, string | null>>();
holds<Same<Stored<boolean>, boolean>>();
holds<Same<Stored<never>, never>>();
holds<Same<Stored<unknown>, unknown>>();
holds<Same<Stored<any>, any>>();
holds<Same<Stored<void>, void>>();
holds<Same<Stored<string & { readonly brand: "id" }>, string & { readonly brand: "id" }>>();
holds<Same<Stored<readonly Date[]>, readonly string[]>>();
holds<Same<Stored<Record<string, Date>>, Record<string, string>>>();
holds<Same<Stored<{ a?: Date; b: Date | undefined; readonly c: Date[] }>, { a?: string; b: string | undefined; readonly c: string[] }>>();
holds<Same<Stored<[number, ...Date[]]>, [number, ...string[]]>>();
holds<Same<Stored<Stored<Order>>, Stored<Order>>>();
// What can't be stored can't be used either.
holds<Same<Stored<bigint>, never>>();
holds<Same<Stored<Map<string, number>>, never>>();
holds<Same<Stored<Set<string>>, never>>();
holds<Same<Stored<() => void>, never>>();

// The rest of the context.

export const context = client.workflow("context", async (ctx, cursor: number) => {
  await ctx.sleep(100);
  await ctx.sleep({ days: 30, hours: 1 });
  await ctx.sleepUntil(new Date(ctx.now.getTime() + 1_000));
  const isApproved = await ctx.signal<boolean>("approve", { timeout: { days: 3 } });
  holds<Same<typeof isApproved, boolean>>();
  const payload = await ctx.signal("anything");
  holds<Same<typeof payload, unknown>>();
  await ctx.set("progress", { done: 1, of: 2 });
  const id: string = ctx.uuid();
  const chance: number = ctx.random();
  const die: number = ctx.randomInt(1, 7);
  if ((await ctx.version("fraud-check", 1, 2)) >= 2) await ctx.added("audit", () => ctx.step("audit", () => undefined));
  ctx.compensate(() => ctx.step("undo", () => undefined));
  ctx.compensate(async () => {
    await ctx.step("undo", () => undefined);
  });
  ctx.logger.info(`${id} ${chance} ${die} ${ctx.info.id} ${ctx.info.attempt} ${ctx.isReplaying}`);
  // Ends here for the compiler too.
  if (ctx.historyLength > 10_000) return ctx.continueAsNew(cursor + 1);
  return isApproved;
});
holds<Same<Awaited<ReturnType<typeof context.startAndWait>>, boolean>>();

// Serving.

export async function serving(own: AetherClient, logger: Logger): Promise<void> {
  const worker = await client.serve([helloWorld, charge, tick, several, ping]);
  holds<Same<typeof worker, ServingWorker>>();
  await worker.stop();
  await worker.stopped;
  const value = await client.serve([helloWorld, tick], async (same) => {
    holds<Same<typeof same, AetherClient>>();
    return (await helloWorld.startAndWait("World")).message;
  });
  holds<Same<typeof value, string>>();
  await own.serve([], () => undefined);
  const all: Servable[] = [helloWorld, charge];
  await client.serve(all);
  await client.serve([...all, several] as const);
  const withLogger = aether({ logger, tls: { caFile: "ca.pem" }, shutdownGrace: { seconds: 1 }, startsServer: false });
  aether({ logger: console });
  await withLogger.close();
}

export async function replays(): Promise<void> {
  const history = await RecordedHistory.read("history.jsonl");
  await history.replay(helloWorld);
  await history.replay(several, "id").catch((error: unknown) => {
    if (error instanceof ReplayFailed) console.log(error.workflow, error.reason);
  });
}

export function errors(error: unknown): string {
  if (error instanceof WorkflowFailed) return `${error.workflowId} ${error.step} ${error.type} ${error.reason}`;
  if (error instanceof AetherError) {
    const code: AetherErrorCode = error.code;
    return code;
  }
  return StepContext.current?.name ?? "";
}

export const policy: RetryPolicy = {};
export const durations: Duration[] = [1, { milliseconds: 1 }, { seconds: 1, minutes: 1 }];
