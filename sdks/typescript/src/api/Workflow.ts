import { IdPolicy as WireIdPolicy } from "../generated/client";
import { Tier } from "../generated/types";
import { execute } from "../run/execute";
import { guarded } from "../run/guarded";
import { ChildOperation } from "../run/remote";
import type { Run } from "../run/Run";
import { currentScope } from "../run/Scope";
import type { AetherClient } from "./AetherClient";
import { packArguments, parameterCount, unpackArguments } from "./arguments";
import { NonRetryableError } from "./errors";
import { Servable } from "./Servable";
import type { Stored } from "./Stored";
import { decodeValue } from "./values";
import { WorkflowContext } from "./WorkflowContext";
import { WorkflowHandle } from "./WorkflowHandle";

/** How durable the runs of a workflow are: nothing survives the server; snapshots; every acknowledged step is on disk. */
export type Persistence = "memory" | "snapshot" | "state-action-log";

/** How the runs of a workflow are made. */
export interface WorkflowOptions {
  /** How durable its runs are; what the server is set to unless given. */
  persistence?: Persistence;
  /** How many arguments the function takes, where its declaration does not say: for defaults and rest parameters. */
  parameters?: number;
}

/**
 * What a start does when its id belongs to a run of the same type and input that has ended. `sameRun`: nothing, that run's result
 * stands. `reject`: it throws `AetherError` `alreadyExists`. `replace`: the ended run and its history go, whatever its type and input,
 * and a new one begins. While that run is still open, starting again gives the same run under every policy.
 */
export type IdPolicy = "sameRun" | "reject" | "replace";

/** How a run is started. */
export interface StartOptions {
  /** The run's identity; a new UUIDv7 unless given. Starting twice with one id, type and input gives the same run. */
  id?: string;
  /** What to do when that run has ended; `sameRun` unless given. */
  idPolicy?: IdPolicy;
  /** A message for the run, received with its start; by a run that was there before, too. */
  signal?: SignalMessage;
}

/** A message to a run. */
export interface SignalMessage {
  /** What the run waits for it by. */
  name: string;
  /** What the run gets; nothing unless given. */
  payload?: unknown;
  /** Of messages with one id, a run takes the first; a new one unless given. */
  id?: string;
}

/** The code of a workflow. */
export type WorkflowFunction<A extends unknown[], R> = (context: WorkflowContext, ...values: A) => R | PromiseLike<R>;

const tiers: Record<Persistence, Tier> = {
  memory: Tier.TIER_MEMORY,
  snapshot: Tier.TIER_SNAPSHOT,
  "state-action-log": Tier.TIER_STATE_ACTION_LOG,
};

const idPolicies: Record<IdPolicy, number> = {
  sameRun: WireIdPolicy.ID_POLICY_SAME_RUN,
  reject: WireIdPolicy.ID_POLICY_REJECT,
  replace: WireIdPolicy.ID_POLICY_REPLACE,
};

/**
 * A workflow: a function under a name, which any client can start and any worker that serves it can run.
 *
 * Made with `client.workflow`. The function must be deterministic apart from what it does inside steps: when a run moves to another
 * worker, it is executed again from its start with the recorded results.
 */
export class Workflow<A extends unknown[] = never[], R = unknown> extends Servable {
  private readonly parameters: number | undefined;
  /** @internal */
  readonly tier: Tier;

  /** @internal */
  constructor(
    override readonly name: string,
    private readonly client: AetherClient,
    private readonly options: WorkflowOptions,
    private readonly body: WorkflowFunction<A, R> | undefined,
    private readonly startOptions: StartOptions = {},
  ) {
    super();
    if (options.persistence !== undefined && !(options.persistence in tiers)) {
      throw new TypeError(`"${options.persistence}" is no persistence; give memory, snapshot or state-action-log`);
    }
    this.parameters = options.parameters ?? (body && parameterCount(body));
    this.tier = options.persistence === undefined ? Tier.TIER_UNSPECIFIED : tiers[options.persistence];
  }

  /** Whether this process can run it. */
  override get isServedHere(): boolean {
    return this.body !== undefined;
  }

  /** The same workflow, whose runs are started with an id, a policy or a signal: `orders.with({ id: "order-7" }).start(order)`. */
  with(options: StartOptions): Workflow<A, R> {
    return new Workflow(this.name, this.client, this.options, this.body, { ...this.startOptions, ...options });
  }

  /**
   * Starts a run and returns its id at once.
   *
   * When it returns, the run is durable at its tier: it will run to its end whatever crashes. If the server is away it is tried again
   * for the client's `requestTimeout`; a repeated attempt never starts a second run.
   *
   * Called in the body of a workflow, outside of its steps, it starts a child of that workflow as `context.startChild` does; `idPolicy`
   * and `signal` are then not available.
   *
   * @throws AetherError `alreadyExists` when the id belongs to a run of another type or input, or the policy says so; `unavailable`;
   *   `invalidArgument` for an input over the server's limit. In a workflow `CancellationError`.
   */
  async start(...values: A): Promise<string> {
    const parent = parentRun();
    if (!parent) return this.client.connection.start({ type: this.name, input: this.pack(values), tier: this.tier, ...this.wireOptions });
    const child = this.childOf(parent, values);
    await guarded(() => child.begin());
    startedChildren(parent).set(child.id, child);
    return child.id;
  }

  /**
   * Starts a run and waits for its end. The wait survives restarts of the server. Called in the body of a workflow, outside of its
   * steps, it runs a child as `context.child` does.
   *
   * @returns what the function returned, as it came back from its JSON.
   * @throws WorkflowFailed, WorkflowCancelled, and what `start` throws.
   */
  async startAndWait(...values: A): Promise<Stored<R>> {
    const parent = parentRun();
    if (parent) return decodeValue(await guarded(() => this.childOf(parent, values).runToEnd())) as Stored<R>;
    return this.handle(await this.start(...values)).result();
  }

  /** A handle of a run that was started before. */
  handle(id: string): WorkflowHandle<R> {
    const parent = parentRun();
    return new WorkflowHandle<R>(id, this.client, parent && startedChildren(parent).get(id));
  }

  private childOf(parent: Run, values: A): ChildOperation {
    const { id, idPolicy, signal } = this.startOptions;
    if ((idPolicy !== undefined && idPolicy !== "sameRun") || signal) {
      throw new NonRetryableError("a child is started without idPolicy and signal; start it from a step instead");
    }
    return new ChildOperation(parent, { type: this.name, input: this.pack(values), id, tier: this.tier, policy: "cancel" });
  }

  private get wireOptions(): { id: string | undefined; policy: number; signal: SignalMessage | undefined } {
    const { id, idPolicy = "sameRun", signal } = this.startOptions;
    if (!(idPolicy in idPolicies)) throw new TypeError(`"${idPolicy}" is no idPolicy; give sameRun, reject or replace`);
    return { id, policy: idPolicies[idPolicy], signal };
  }

  /** @internal */
  pack(values: readonly unknown[]): unknown {
    return packArguments(values, this.parameters, `workflow "${this.name}"`);
  }

  /** @internal */
  execute(run: Run): Promise<void> {
    return execute(run, async () => {
      if (!this.body) throw new NonRetryableError(`the workflow "${this.name}" has no function in this worker`);
      const values = unpackArguments(run.assignment.input, this.parameters ?? 0) as A;
      return this.body(new WorkflowContext(run, (next) => this.pack(next)), ...values);
    });
  }
}

/** The run that `start` and its like make a child of; `undefined` outside of workflows, and inside their steps. */
function parentRun(): Run | undefined {
  const scope = currentScope();
  return scope && !scope.step ? scope.run : undefined;
}

const children = new WeakMap<Run, Map<string, ChildOperation>>();

/** The children that a run has started with `start`, by their ids. */
function startedChildren(run: Run): Map<string, ChildOperation> {
  let started = children.get(run);
  if (!started) children.set(run, (started = new Map()));
  return started;
}
