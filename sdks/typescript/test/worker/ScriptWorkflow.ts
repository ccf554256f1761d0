import {
  type Activity,
  type AetherClient,
  CancellationError,
  NonRetryableError,
  type Persistence,
  SignalTimeout,
  type Workflow,
  type WorkflowContext,
} from "../../src/index";
import { append, hang, passGate, tell } from "./output";
import { type Limits, type Operation, type Script, ScriptError, type StepOperation, type WorkOrder } from "./Script";

export function workActivity(client: AetherClient): Activity<[WorkOrder], string> {
  return client.activity("work", async (context, { path, behaviour }: WorkOrder) => {
    const name = `attempt ${context.attempt} on ${client.workerId}`;
    append(name, path);
    if ("fail" in behaviour && context.attempt <= behaviour.fail.times) throw failure(context.attempt, behaviour.fail.isRetryable);
    if (!("gate" in behaviour) || context.attempt > 1) return name;
    const { _0: gate, heartbeats } = behaviour.gate;
    tell(`working ${gate}`);
    const beating = heartbeats ? setInterval(() => void context.heartbeat("beat").catch(() => undefined), 10) : undefined;
    try {
      await passGate(`${path}.${gate}`, context.signal);
    } catch (error) {
      append("cancelled", path);
      tell("cancelled");
      throw error;
    } finally {
      clearInterval(beating);
    }
    append("passed", path);
    tell("passed");
    return name;
  });
}

function failure(attempt: number, isRetryable: boolean): Error {
  const message = `failure ${attempt}`;
  return isRetryable ? new ScriptError(message) : new NonRetryableError(message);
}

export function scriptWorkflow(client: AetherClient, type: string, persistence?: Persistence): Workflow<[Script], string[]> {
  const options = persistence ? { persistence } : {};
  return client.workflow(type, options, (context, { path, operations }: Script) => new Interpreter(client, type, path, context).all(operations));
}

/** A workflow whose code is this worker's, as a script, and whose input is where its steps write. */
export function codeWorkflow(client: AetherClient, operations: Operation[]): Workflow<[string], string[]> {
  return client.workflow("code", (context, path: string) => new Interpreter(client, "code", path, context).all(operations));
}

/** Does the operations of a script. */
class Interpreter {
  constructor(
    private readonly client: AetherClient,
    private readonly type: string,
    private readonly path: string,
    private readonly context: WorkflowContext,
  ) {}

  async all(operations: Operation[]): Promise<string[]> {
    const results: string[] = [];
    for (const operation of operations) results.push(...(await this.one(operation)));
    return results;
  }

  private branches(branches: Operation[][]): (() => Promise<string[]>)[] {
    return branches.map((operations) => () => this.all(operations));
  }

  private async one(operation: Operation): Promise<string[]> {
    const { client, context, path } = this;
    if ("step" in operation) return [await this.step(operation.step)];
    if ("steps" in operation) return this.steps(operation.steps._0, operation.steps.isSequential);
    if ("gate" in operation) return [await this.gate(operation.gate._0)];
    if ("hang" in operation) return [await this.hang(operation.hang)];
    if ("sleep" in operation) {
      await context.sleep(operation.sleep.milliseconds);
      return ["slept"];
    }
    if ("signal" in operation) return [await this.signal(operation.signal._0, operation.signal.timeoutMilliseconds)];
    const child = client.workflow<[Script], string[]>(this.type);
    if ("child" in operation) {
      const { _0: id, _1: operations, policy } = operation.child;
      return context.child(child, [{ path, operations }], { id, policy });
    }
    if ("startChild" in operation) {
      const { _0: id, _1: operations, policy } = operation.startChild;
      return [(await context.startChild(child, [{ path, operations }], { id, policy })).id];
    }
    if ("activity" in operation) {
      const { _0: behaviour, _1: limits, cancellation } = operation.activity;
      return [await context.activity(this.work(limits), [{ path, behaviour }], { cancellation })];
    }
    if ("parallel" in operation) return (await context.parallel(this.branches(operation.parallel._0))).flat();
    if ("settled" in operation) return (await context.settled(this.branches(operation.settled._0))).map(outcomeText);
    if ("race" in operation) return context.race(this.branches(operation.race._0));
    if ("set" in operation) {
      await context.set(operation.set._0, operation.set._1);
      return [];
    }
    if ("derived" in operation) {
      return [context.uuid(), `${context.randomInt(-10, 1_000_000_007)}`, `${context.random()}`, `${context.now.getTime()}`];
    }
    if ("compensate" in operation) {
      const name = operation.compensate._0;
      context.compensate(() => context.step(name, () => append(name, path)));
      return [];
    }
    if ("rescue" in operation) return this.rescue(operation.rescue._0);
    if ("continueAsNew" in operation) return context.continueAsNew({ path, operations: operation.continueAsNew._0 });
    if ("version" in operation) {
      const { _0: change, _1: newest, _2: operations } = operation.version;
      return (await context.version(change, 1, newest)) === newest ? this.all(operations) : [];
    }
    if ("added" in operation) return context.added(operation.added._0, () => this.all(operation.added._1));
    throw new ScriptError(operation.fail._0);
  }

  private step({ _0: name, failures, attempts, isRetryable }: StepOperation): Promise<string> {
    return this.context.step(name, { retry: { initial: 5, maximum: 50, attempts } }, ({ attempt }) => {
      append(name, this.path);
      tell(`ran ${name}`);
      if (attempt <= failures) throw failure(attempt, isRetryable);
      return name;
    });
  }

  private async steps(count: number, isSequential: boolean): Promise<string[]> {
    const { context } = this;
    const names = Array.from({ length: count }, (_, number) => `${number}`);
    if (isSequential) for (const name of names) await context.step(name, () => undefined);
    else await context.parallel(names.map((name) => () => context.step(name, () => undefined)), { maximumConcurrency: 100 });
    return [`${count} steps`];
  }

  private async gate(name: string): Promise<string> {
    await this.context.step(name, async ({ signal }) => {
      tell(`at ${name}`);
      await passGate(`${this.path}.${name}`, signal);
    });
    return name;
  }

  private async hang({ _0: name, timeoutMilliseconds, attempts }: { _0: string; timeoutMilliseconds?: number; attempts: number }): Promise<string> {
    const limit = timeoutMilliseconds === undefined ? {} : { timeout: timeoutMilliseconds };
    await this.context.step(name, { retry: { initial: 5, attempts }, ...limit }, ({ signal }) => {
      append(name, this.path);
      tell(`at ${name}`);
      return hang(signal);
    });
    return name;
  }

  private async signal(name: string, timeout: number | undefined): Promise<string> {
    try {
      return await this.context.signal<string>(name, timeout === undefined ? {} : { timeout });
    } catch (error) {
      if (error instanceof SignalTimeout) return "timeout";
      throw error;
    }
  }

  private work({ attempts, timeoutMilliseconds, heartbeatMilliseconds }: Limits): Activity<[WorkOrder], string> {
    return this.client.activity<[WorkOrder], string>("work", {
      retry: { initial: 20, attempts },
      ...(timeoutMilliseconds === undefined ? {} : { timeout: timeoutMilliseconds }),
      ...(heartbeatMilliseconds === undefined ? {} : { heartbeatTimeout: heartbeatMilliseconds }),
    });
  }

  /** `ContinuedAsNew` is no error, and passes. */
  private async rescue(operations: Operation[]): Promise<string[]> {
    try {
      return await this.all(operations);
    } catch (error) {
      if (error instanceof CancellationError || !(error instanceof Error)) throw error;
      return [`${error.constructor.name}: ${error.message}`];
    }
  }
}

/** As Swift prints a `Result`. */
function outcomeText(outcome: PromiseSettledResult<string[]>): string {
  if (outcome.status === "fulfilled") return `success(${JSON.stringify(outcome.value).replaceAll('","', '", "')})`;
  return `failure(${(outcome.reason as Error).message})`;
}
