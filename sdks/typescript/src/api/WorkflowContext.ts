import { parallel, race, settled, type BranchBody } from "../run/branches";
import { ContinuedAsNew } from "../run/execute";
import { KeyedRandom } from "../run/KeyedRandom";
import { addedKind } from "../run/OperationKey";
import type { RemoteWork } from "../run/Operation";
import { activity, ChildOperation, type ParentClosePolicy, setValue, signal, sleep, version } from "../run/remote";
import type { Run, WorkflowInfo } from "../run/Run";
import { guarded } from "../run/guarded";
import { inScope } from "../run/Scope";
import type { Activity, ActivityCancellation } from "./Activity";
import { ChildHandle } from "./ChildHandle";
import { type Duration, toMilliseconds } from "./duration";
import { type Logger, silentLogger } from "./Logger";
import { noRetry, recordedRetry, type RetryPolicy } from "./RetryPolicy";
import type { StepContext } from "./StepContext";
import type { Stored } from "./Stored";
import { decodeValue } from "./values";
import type { Workflow } from "./Workflow";

/** How the attempts at a step are made. */
export interface StepOptions {
  /** How often, and after which delays, it is tried again; not at all unless given. */
  retry?: RetryPolicy;
  /** How long one attempt may take; any time unless given. */
  timeout?: Duration;
}

/** The work of a step. */
export type StepFunction<T> = (step: StepContext) => T | PromiseLike<T>;

/** How branches run side by side. */
export interface BranchesOptions {
  /** How many branches run at once, at least 1; all unless given. A branch begins when an earlier one has ended. */
  maximumConcurrency?: number;
}

/** How a child is started. */
export interface ChildOptions {
  /** The child's id; derived from this run's id and the place of the call unless given. */
  id?: string;
  /** What becomes of the child when this workflow no longer waits for it; `cancel` unless given. */
  policy?: ParentClosePolicy;
}

/** The type of the callee alone decides. */
type NoInfer<T> = [T][T extends unknown ? 0 : never];
/** What a call passes behind the callee. */
type Called<A extends unknown[], Options> = A extends [] ? [values?: A, options?: Options] : [values: A, options?: Options];
type Results<Bodies extends readonly BranchBody<unknown>[]> = { -readonly [Index in keyof Bodies]: Awaited<ReturnType<Bodies[Index]>> };
type Outcomes<Bodies extends readonly BranchBody<unknown>[]> = {
  -readonly [Index in keyof Bodies]: PromiseSettledResult<Awaited<ReturnType<Bodies[Index]>>>;
};

const cancellations: Record<ActivityCancellation, RemoteWork["cancellation"]> = { try: "tell", wait: "tellAndWait", abandon: "leave" };

/**
 * A workflow's function does everything that touches the world through this.
 *
 * The function must be deterministic apart from it: on a replay it is called again from the start, gets the recorded results, and must
 * make the same calls in the same order. So in the body of a workflow, outside of steps: no clock, no randomness, no I/O, no timers, and
 * nothing awaited but the context's own operations and what is made of them, such as `Promise.all` over steps.
 */
export class WorkflowContext {
  /** @internal */
  constructor(
    private readonly run: Run,
    private readonly pack: (values: unknown[]) => unknown,
  ) {}

  /** Who this run is. */
  get info(): WorkflowInfo {
    return this.run.info;
  }

  /** Whether the function is being executed again over recorded results. */
  get isReplaying(): boolean {
    return this.run.state.isReplaying;
  }

  /** The client's logger, which is silent while the run is replayed, or no longer this worker's. */
  get logger(): Logger {
    return this.run.state.isReplaying || this.run.state.hasEnded ? silentLogger : this.run.logger;
  }

  /**
   * Executes a function once, records what it returns, and gives that back on every replay instead of calling it again.
   *
   * When the call returns, the result is durable at the run's tier. A crash before that may have the function called again.
   *
   * @param name the step's name; steps of one name are told apart by the order of their calls.
   * @param body the work; its result is stored as JSON.
   * @throws StepFailed when the function threw, at the last attempt; CancellationError when the run, or the branch that calls, was
   *   cancelled while it waited.
   */
  step<T>(name: string, body: StepFunction<T>): Promise<Stored<T>>;
  step<T>(name: string, options: StepOptions, body: StepFunction<T>): Promise<Stored<T>>;
  step<T>(name: string, ...rest: [StepFunction<T>] | [StepOptions, StepFunction<T>]): Promise<Stored<T>> {
    return guarded(async () => {
      const [options, body] = rest.length === 1 ? [undefined, rest[0]] : rest;
      if (typeof body !== "function") throw new TypeError(`step "${name}" has no function`);
      const retry = options?.retry ? recordedRetry(options.retry) : noRetry;
      const timeout = options?.timeout === undefined ? 0 : Math.max(1, toMilliseconds(options.timeout, `the timeout of step "${name}"`));
      return decodeValue(await this.run.step({ kind: "step", name, body, retry, timeout })) as Stored<T>;
    });
  }

  /**
   * Has an activity done by any worker that offers it, with its retries and limits, and waits for the outcome.
   *
   * The attempts, who made them and how they failed are in the journal. When the call returns, the result is durable at the run's tier.
   * An attempt may have done its work before its worker or the server was lost, and is then made again: its `idempotencyKey` lets the
   * outside world tell.
   *
   * @param values the activity's arguments.
   * @throws ActivityFailed when its last attempt failed, or it took too long; CancellationError.
   */
  activity<A extends unknown[], R>(
    what: Activity<A, R>,
    ...rest: Called<NoInfer<A>, { cancellation?: ActivityCancellation }>
  ): Promise<Stored<R>> {
    return guarded(async () => {
      const [values = [], { cancellation = "try" } = {}] = rest;
      if (!(cancellation in cancellations)) throw new TypeError(`"${cancellation}" is no cancellation; give try, wait or abandon`);
      const input = what.pack(valuesOf(values, `activity "${what.name}"`));
      const result = await activity(this.run, what.name, input, what.recorded(cancellation), cancellations[cancellation]);
      return decodeValue(result) as Stored<R>;
    });
  }

  // Branches.

  /**
   * Runs branches concurrently and waits for all of them.
   *
   * Each branch has a scope of its own: the operations of one never meet those of another, whatever their names. When a branch throws,
   * the others are cancelled and awaited, and its error is thrown; of several, the error of the branch that threw first, the same on
   * every replay.
   *
   * @param branches in the same order on every replay.
   * @returns their values, in the order of the branches.
   */
  parallel<Bodies extends readonly BranchBody<unknown>[]>(
    branches: readonly [...Bodies],
    options: BranchesOptions = {},
  ): Promise<Results<Bodies>> {
    return guarded(async () => (await parallel(this.run, branches, concurrency(options))) as Results<Bodies>);
  }

  /**
   * Runs branches concurrently and gives the outcomes of all of them: a failing branch cancels none.
   *
   * @throws CancellationError when the run, or the branch that this is part of, was cancelled meanwhile.
   */
  settled<Bodies extends readonly BranchBody<unknown>[]>(
    branches: readonly [...Bodies],
    options: BranchesOptions = {},
  ): Promise<Outcomes<Bodies>> {
    return guarded(async () => (await settled(this.run, branches, concurrency(options))) as Outcomes<Bodies>);
  }

  /**
   * Runs branches concurrently until the first of them ends, with a value or an error. The others are then cancelled and awaited. Which
   * branch is first is decided by the journal: the same one wins on every replay.
   */
  race<Bodies extends readonly BranchBody<unknown>[]>(branches: readonly [...Bodies]): Promise<Results<Bodies>[number]> {
    return guarded(async () => (await race(this.run, branches)) as Results<Bodies>[number]);
  }

  // Time.

  /**
   * Sleeps, durably: the time passes also while neither the worker nor the server runs.
   *
   * The time counts from when the server has recorded the start. The workflow wakes once and never before the time, by the server's
   * clock. While it sleeps it takes no place of its worker, and may take no memory either.
   *
   * @throws CancellationError when the run, or the branch that sleeps, is cancelled.
   */
  sleep(duration: Duration): Promise<void> {
    return guarded(async () => {
      await sleep(this.run, { delayMilliseconds: Math.max(0, bounded(toMilliseconds(duration, "the sleep"))) });
    });
  }

  /** Sleeps until an instant, by the server's clock; a past one is at once. See `sleep`. */
  sleepUntil(instant: Date): Promise<void> {
    return guarded(async () => {
      if (Number.isNaN(instant.getTime())) throw new TypeError("the instant to sleep until is no date");
      await sleep(this.run, { dueTime: Math.max(1, instant.getTime()) });
    });
  }

  /**
   * The time of the journal's last entry that the workflow has seen: of the start, or of the last operation that returned. The same on
   * every replay. It stands still between operations, and is the server's time, in milliseconds.
   */
  get now(): Date {
    return new Date(this.run.state.now);
  }

  // Randomness: derived from the run's seed and the place of the call, the same in every language, and recorded nowhere.

  /** A random UUID of version 4, the same on every replay. Not for secrets. */
  uuid(): string {
    return this.keyedRandom("uuid").uuid();
  }

  /** A random number in 0 ..< 1, the same on every replay. Not for secrets. */
  random(): number {
    return this.keyedRandom("random").unit();
  }

  /** A random whole number from `minimum` to below `maximum`, each equally likely, the same on every replay. */
  randomInt(minimum: number, maximum: number): number {
    if (!Number.isSafeInteger(minimum) || !Number.isSafeInteger(maximum) || minimum >= maximum) {
      throw new RangeError("randomInt takes two whole numbers, the smaller one first");
    }
    return minimum + Number(this.keyedRandom("random").below(BigInt(maximum) - BigInt(minimum)));
  }

  private keyedRandom(kind: string): KeyedRandom {
    return new KeyedRandom(this.run.state.seed, this.run.nextKey(kind));
  }

  // Children.

  /**
   * Runs a workflow as a child and waits for its end.
   *
   * The child is a run of its own, with its own journal, on any worker that serves its type. However often this workflow is replayed, it
   * is started once.
   *
   * @param values the child's arguments.
   * @throws WorkflowFailed when the child failed or can't be started; WorkflowCancelled when it was cancelled or terminated;
   *   CancellationError when this run, or the branch that waits, is cancelled.
   */
  child<A extends unknown[], R>(
    workflow: Workflow<A, R>,
    ...rest: Called<NoInfer<A>, ChildOptions>
  ): Promise<Stored<R>> {
    return guarded(async () => decodeValue(await this.childOf(workflow, rest).runToEnd()) as Stored<R>);
  }

  /** Starts a workflow as a child, and goes on. When it returns, the child is as durable as this run. See `child`. */
  startChild<A extends unknown[], R>(
    workflow: Workflow<A, R>,
    ...rest: Called<NoInfer<A>, ChildOptions>
  ): Promise<ChildHandle<R>> {
    return guarded(async () => {
      const child = this.childOf(workflow, rest);
      await child.begin();
      return new ChildHandle<R>(child);
    });
  }

  private childOf<A extends unknown[], R>(workflow: Workflow<A, R>, rest: readonly [values?: unknown[], options?: ChildOptions]): ChildOperation {
    const [values = [], options = {}] = rest;
    const { id, policy = "cancel" } = options;
    const input = workflow.pack(valuesOf(values, `child "${workflow.name}"`));
    return new ChildOperation(this.run, { type: workflow.name, input, id, tier: workflow.tier, policy });
  }

  // Signals and values.

  /**
   * Waits for a signal of a name, and takes it.
   *
   * Signals of a name are taken once each, in the order in which the server received them; those that came before anyone waited are
   * kept. Of several waits for one name, the one called first gets the first.
   *
   * @returns its payload.
   * @throws SignalTimeout; CancellationError when the run, or the branch that waits, is cancelled.
   */
  signal<T = unknown>(name: string, options: { timeout?: Duration } = {}): Promise<T> {
    return guarded(async () => {
      const timeout = options.timeout === undefined ? undefined : bounded(toMilliseconds(options.timeout, `the timeout of signal "${name}"`));
      return decodeValue(await signal(this.run, name, timeout)) as T;
    });
  }

  /**
   * Says something of the run under a name, for everyone to read with `handle.value`. When it returns, the value is durable at the run's
   * tier. It takes the place of the last one of its name, and outlives the run.
   */
  set(name: string, value: unknown): Promise<void> {
    return guarded(() => setValue(this.run, name, value));
  }

  // Changes of the code.

  /**
   * Which version of a change to the workflow's code this run follows, for changes that runs under way would not fit.
   *
   * Version 1 is the code before the change. A run that had passed this place before the change was made gets 1, every other one the
   * newest; the answer is the same for the whole run, wherever it asks, and durable when the call returns. A run recorded under a version
   * that the code no longer has is blocked, and goes on with a worker that has it.
   *
   * ```ts
   * if ((await context.version("fraud-check", 1, 2)) >= 2) await context.step("check-fraud", () => fraud.check(order));
   * ```
   *
   * @param oldest the oldest version that this code has, from 1.
   * @param newest the newest one.
   */
  version(change: string, oldest: number, newest: number): Promise<number> {
    return guarded(() => version(this.run, change, oldest, newest));
  }

  /**
   * Marks operations that were added to the workflow's code: runs under way execute them where they stand, before what their journals
   * have next. The mark stays in the code as long as the operations do.
   */
  added<T>(change: string, body: () => T | PromiseLike<T>): Promise<T> {
    return guarded(async () => {
      const scope = this.run.scope(`added "${change}"`);
      const path = this.run.nextKey(addedKind, change, scope);
      return inScope({ ...scope, path }, async () => body());
    });
  }

  // The end.

  /**
   * Registers how to undo what was done so far, should the workflow not succeed.
   *
   * When the workflow's function throws, or is cancelled, the registered functions run one after the other, the last one registered
   * first; then the run ends FAILED or CANCELLED with the original error. They use the context as the function does, so that a crash in
   * the middle neither loses nor repeats a step of theirs. A cancel that comes meanwhile does not interrupt them. What one throws is
   * logged, and the others still run. When the function returns, none runs.
   */
  compensate(body: () => unknown): void {
    this.run.state.addCompensation(body);
  }

  /**
   * Ends this run, and goes on under its id as a new one with other arguments and an empty journal: for loops without an end, whose
   * journals would grow without one. Nobody else sees the seam: whoever waits for the result waits for that of the last run, signals that
   * were not taken go on with the new one, and so does a request to cancel. Compensations are not run, and are forgotten.
   *
   * It works by throwing: let what it throws through.
   */
  continueAsNew(...values: unknown[]): never {
    this.run.scope("continuing as new");
    throw new ContinuedAsNew(this.run.encode(this.pack(values), "the input of the next run"));
  }

  /** How many entries of its journal the run has seen: a measure for when to `continueAsNew`. The same on every replay. */
  get historyLength(): number {
    return this.run.state.historyLength;
  }
}

/** What Int64 holds of milliseconds, and a number exactly. */
function bounded(milliseconds: number): number {
  return Math.min(milliseconds, Number.MAX_SAFE_INTEGER);
}

function concurrency({ maximumConcurrency = Infinity }: BranchesOptions): number {
  return Math.max(1, maximumConcurrency);
}

/** A value that was meant as the only argument is a mistake that types find, and plain JavaScript does not. */
function valuesOf(values: unknown, what: string): unknown[] {
  if (Array.isArray(values)) return values;
  throw new TypeError(`the arguments of ${what} are not an array`);
}
