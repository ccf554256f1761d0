// What must not compile: each line under an expectation of an error. Nothing here is executed: check.sh.
import { RecordedHistory } from "../../src/testing/index";
import { type Activity, aether, type Duration, type RetryPolicy, type Stored, type Workflow, type WorkflowContext } from "../../src/index";

const client = aether();
const greet = client.workflow("greet", async (_, name: string) => ({ message: name }));
const tick = client.workflow("tick", async () => undefined);
const several = client.workflow("several", async (_, name: string, count: number) => name.repeat(count));
const optional = client.workflow("optional", { parameters: 2 }, async (_, name: string, count?: number) => name.repeat(count ?? 1));
const elsewhere = client.workflow<[{ id: string }], Date>("elsewhere");
const untyped = client.workflow("untyped");
const charge = client.activity("charge", (_, cents: number) => ({ cents, at: new Date() }));
const ping = client.activity("ping", () => "pong");
const pair = client.activity<[string, number], string>("pair");

export async function starts(): Promise<void> {
  // @ts-expect-error: an argument is missing
  await greet.start();
  // @ts-expect-error: of the wrong type
  await greet.start(1);
  // @ts-expect-error: one too many
  await greet.start("a", "b");
  // @ts-expect-error: it takes none
  await tick.start("a");
  // @ts-expect-error: the second is missing
  await several.start("a");
  // @ts-expect-error: in the wrong order
  await several.start(1, "a");
  // @ts-expect-error: the first is not optional
  await optional.start();
  // @ts-expect-error: the second is a number
  await optional.start("a", "b");
  // @ts-expect-error: a member is missing
  await elsewhere.start({});
  // @ts-expect-error: a member is of the wrong type
  await elsewhere.start({ id: 1 });
  // @ts-expect-error: a member is unknown
  await elsewhere.start({ id: "a", more: true });
  // @ts-expect-error: an argument is missing
  await greet.startAndWait();
  // @ts-expect-error: of the wrong type
  await greet.startAndWait({ name: "a" });
  // @ts-expect-error: the arguments are not an array here
  await greet.start(["a"]);
  // @ts-expect-error: the result has no such member
  (await greet.startAndWait("a")).text;
  // @ts-expect-error: a date came back as text
  (await elsewhere.startAndWait({ id: "a" })).getTime();
  // @ts-expect-error: nobody knows what it returns
  (await untyped.startAndWait()).message;
  // @ts-expect-error: the options are not an argument
  await greet.start("a", { id: "b" });
  // @ts-expect-error: no such policy
  greet.with({ idPolicy: "overwrite" });
  // @ts-expect-error: an id is text
  greet.with({ id: 7 });
  // @ts-expect-error: a signal has a name
  greet.with({ signal: { payload: 1 } });
  // @ts-expect-error: no such option
  greet.with({ retry: {} });
  // @ts-expect-error: the result has no such member
  (await greet.handle("a").result()).text;
  // @ts-expect-error: an id is text
  greet.handle(7);
  // @ts-expect-error: the value may not be there
  (await greet.handle("a").value<{ done: number }>("progress")).done;
  // @ts-expect-error: no such state
  (await greet.handle("a").status()).state === "DONE";
  // @ts-expect-error: a signal has a name
  await greet.handle("a").signal();
}

export async function activities(context: WorkflowContext): Promise<void> {
  // @ts-expect-error: its arguments are missing
  await context.activity(charge);
  // @ts-expect-error: the arguments are an array
  await context.activity(charge, 1);
  // @ts-expect-error: of the wrong type
  await context.activity(charge, ["1"]);
  // @ts-expect-error: none
  await context.activity(charge, []);
  // @ts-expect-error: one too many
  await context.activity(charge, [1, 2]);
  // @ts-expect-error: it takes none
  await context.activity(ping, ["a"]);
  // @ts-expect-error: the second is missing
  await context.activity(pair, ["a"]);
  // @ts-expect-error: in the wrong order
  await context.activity(pair, [1, "a"]);
  // @ts-expect-error: no such cancellation
  await context.activity(charge, [1], { cancellation: "cancel" });
  // @ts-expect-error: a retry policy is the activity's
  await context.activity(charge, [1], { retry: { attempts: 1 } });
  // @ts-expect-error: a workflow is no activity
  await context.activity(greet, ["a"]);
  // @ts-expect-error: a name is no activity
  await context.activity("charge", [1]);
  // @ts-expect-error: a date came back as text
  (await context.activity(charge, [1])).at.getTime();
  // @ts-expect-error: an activity is called by workflows, not started
  await charge.start(1);
}

export async function children(context: WorkflowContext): Promise<void> {
  // @ts-expect-error: its arguments are missing
  await context.child(greet);
  // @ts-expect-error: the arguments are an array
  await context.child(greet, "a");
  // @ts-expect-error: of the wrong type
  await context.child(greet, [1]);
  // @ts-expect-error: one too many
  await context.child(greet, ["a", "b"]);
  // @ts-expect-error: it takes none
  await context.child(tick, ["a"]);
  // @ts-expect-error: no such policy
  await context.child(greet, ["a"], { policy: "terminate" });
  // @ts-expect-error: a child has no idPolicy
  await context.child(greet, ["a"], { idPolicy: "replace" });
  // @ts-expect-error: an activity is no child
  await context.child(charge, [1]);
  // @ts-expect-error: of the wrong type
  await context.startChild(greet, [1]);
  // @ts-expect-error: the result has no such member
  (await (await context.startChild(greet, ["a"])).result()).text;
  // @ts-expect-error: a child's handle has no signal
  await (await context.startChild(greet, ["a"])).signal("x");
}

export async function contexts(context: WorkflowContext): Promise<void> {
  // @ts-expect-error: a step has a function
  await context.step("a");
  // @ts-expect-error: a step has a name
  await context.step(() => 1);
  // @ts-expect-error: the function comes last
  await context.step("a", () => 1, { timeout: 1 });
  // @ts-expect-error: no such option
  await context.step("a", { heartbeatTimeout: 1 }, () => 1);
  // @ts-expect-error: not what the function returns
  const text: string = await context.step("a", () => 1);
  // @ts-expect-error: not what the function returns
  await context.step<string>("a", () => 1);
  // @ts-expect-error: a date came back as text
  (await context.step("a", () => new Date())).getTime();
  // @ts-expect-error: what nothing is given for can't be used
  (await context.step("a", () => new Map([["a", 1]]))).get("a");
  // @ts-expect-error: a method is not data
  (await context.step("a", () => ({ name: "a", shout: () => "A" }))).shout();
  // @ts-expect-error: it may be null
  (await context.step("a", () => undefined as string | undefined)).length;
  // @ts-expect-error: branches are functions
  await context.parallel([context.step("a", () => 1)]);
  // @ts-expect-error: branches are an array
  await context.parallel(() => 1, () => 2);
  // @ts-expect-error: no such option
  await context.parallel([() => 1], { limit: 2 });
  // @ts-expect-error: there are two
  const [, , third] = await context.parallel([() => 1, () => "2"]);
  // @ts-expect-error: the second is text
  const [, second]: [number, number] = await context.parallel([() => 1, () => "2"]);
  // @ts-expect-error: it may have failed
  (await context.settled([() => 1]))[0].value;
  // @ts-expect-error: branches are functions
  await context.race([Promise.resolve(1)]);
  // @ts-expect-error: a race does not say who won
  const [winner] = await context.race([() => 1, () => 2]);
  // @ts-expect-error: how long?
  await context.sleep();
  // @ts-expect-error: text is no duration
  await context.sleep("5m");
  // @ts-expect-error: no such unit
  await context.sleep({ weeks: 1 });
  // @ts-expect-error: a date
  await context.sleepUntil(5);
  // @ts-expect-error: nobody knows what it is
  (await context.signal("approve")).by;
  // @ts-expect-error: not this type
  const isApproved: string = await context.signal<boolean>("approve");
  // @ts-expect-error: a value has a name
  await context.set({ done: 1 });
  // @ts-expect-error: an oldest and a newest
  await context.version("change", 2);
  // @ts-expect-error: the clock can't be set
  context.now = new Date();
  // @ts-expect-error: nor can who this is
  context.info.id = "a";
  // @ts-expect-error: compensations are functions
  context.compensate(context.step("undo", () => undefined));
  console.log(text, third, second, winner, isApproved);
}

export async function declarations(): Promise<void> {
  // @ts-expect-error: no such persistence
  client.workflow("a", { persistence: "disk" }, async () => 1);
  // @ts-expect-error: retries are of steps and activities
  client.workflow("a", { retry: { attempts: 3 } }, async () => 1);
  // @ts-expect-error: the function comes last
  client.workflow("a", async () => 1, { persistence: "memory" });
  // @ts-expect-error: a workflow has a name
  client.workflow(async () => 1);
  // @ts-expect-error: the context comes first
  client.workflow("a", async (name: string) => name);
  // @ts-expect-error: no such option
  client.activity("a", { retries: 3 }, () => 1);
  // @ts-expect-error: a policy is an object
  client.activity("a", { retry: 3 }, () => 1);
  // @ts-expect-error: no such member of a policy
  client.activity("a", { retry: { maximumAttempts: 3 } }, () => 1);
  // @ts-expect-error: types have names
  client.activity("a", { retry: { nonRetryable: [Error] } }, () => 1);
  // @ts-expect-error: the type arguments are the arguments as a tuple, and the result
  client.activity<string, number>("a");
  // @ts-expect-error: not what it is declared to return
  client.workflow<[string], number>("a", async (_, name) => name);
  // @ts-expect-error: no such option
  aether({ url: "http://localhost:7233" });
  // @ts-expect-error: a URL is text
  aether({ serverUrl: 7233 });
  // @ts-expect-error: a logger has four methods
  aether({ logger: { info: console.info } });
  // @ts-expect-error: what to serve is an array
  await client.serve(greet);
  // @ts-expect-error: what to serve?
  await client.serve();
  // @ts-expect-error: a function is no workflow
  await client.serve([async () => 1]);
  // @ts-expect-error: a name is no workflow
  await client.serve(["greet"]);
  // @ts-expect-error: a handle is no workflow
  await client.serve([greet.handle("a")]);
  // @ts-expect-error: a client is no workflow
  await client.serve([greet, client]);
  // @ts-expect-error: the body is a function
  await client.serve([greet], greet.start("a"));
  // @ts-expect-error: made by a client only
  client.workerId = "other";
}

export async function replays(history: RecordedHistory): Promise<void> {
  // @ts-expect-error: an activity has no history
  await history.replay(charge);
  // @ts-expect-error: a history is text
  new RecordedHistory([]);
}

// @ts-expect-error: text is no duration
export const duration: Duration = "1s";
// @ts-expect-error: no such member
export const policy: RetryPolicy = { max: 3 };
// @ts-expect-error: a date came back as text
export const date: Stored<Date> = new Date();
// @ts-expect-error: of other arguments
export const other: Workflow<[number], { message: string }> = greet;
// @ts-expect-error: of another result
export const result: Activity<[number], string> = charge;
