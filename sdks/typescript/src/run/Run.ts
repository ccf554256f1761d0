import { CancellationError, NonRetryableError, StepFailed } from "../api/errors";
import { encodeWithin } from "../api/values";
import { retries, retryDelay } from "../api/RetryPolicy";
import { StepContext } from "../api/StepContext";
import type { Logger } from "../api/Logger";
import { EntryKind, State, type Blockage, type Failure, type JournalEntry } from "../generated/types";
import type { NewRecord, NewReport } from "./NewRecord";
import { failure, failureOf, timeoutType } from "./failures";
import { cancelled, type Attempt, type Operation, type RemoteWork, type Resolution, type StepWork } from "./Operation";
import type { Released } from "./Operations";
import type { RecordPlace } from "./Outbox";
import type { RunReporting } from "./RunReporting";
import { RunState, type Wakening } from "./RunState";
import { type Branch, currentScope, inScope, type Scope } from "./Scope";

/** What the server sends of a run that it gives to a worker. */
export interface RunAssignment {
  taskId: string;
  workflowId: string;
  type: string;
  /** JSON. */
  input: Uint8Array;
  /** How many times the run was assigned, this one included. */
  attempt: number;
  journal: JournalEntry[];
  /** How many completed steps the run may go on with that are not acknowledged. */
  stepsAhead: number;
}

/** What a run's function can learn about its own run. */
export interface WorkflowInfo {
  readonly id: string;
  /** The name the workflow was registered under. */
  readonly type: string;
  /** How many times the run was given to a worker, this time included. Not the same on every replay: don't branch on it. */
  readonly attempt: number;
  /** How many runs came before this one under its id, each of which continued as new. */
  readonly continuedCount: number;
}

/** Longer waits than this a timer of Node does at once. */
const longestTimer = 2 ** 31 - 1;

/** One workflow run in this worker's memory: the decisions of `RunState`, with the closures, timers and callers that they are about. */
export class Run {
  readonly state: RunState;
  readonly info: WorkflowInfo;
  /** Whether it is among those that the reporter has to ask. */
  isReady = false;
  /** Whether it is among those whose turn comes. */
  isWoken = false;
  /** Whether somebody will look whether its steps take long. */
  isWatched = false;

  constructor(
    readonly assignment: RunAssignment,
    readonly reporting: RunReporting,
    readonly logger: Logger,
  ) {
    const { journal, stepsAhead } = assignment;
    this.state = new RunState(journal, stepsAhead, Date.now);
    this.info = {
      id: assignment.workflowId,
      type: assignment.type,
      attempt: assignment.attempt,
      continuedCount: journal[0]?.continuedCount ?? 0,
    };
  }

  get taskId(): string {
    return this.assignment.taskId;
  }

  // What the workflow calls.

  /**
   * The scope of the code that calls.
   *
   * @throws NonRetryableError inside of a step: operations in there would not be repeated on a replay.
   */
  scope(what: string): Scope {
    const scope = currentScope();
    if (scope?.step) throw new NonRetryableError(`${what} was called inside step "${scope.step.name}"; a step can't use the workflow's context`);
    if (scope?.run === this) return scope;
    throw new NonRetryableError(`${what} was called outside of the workflow's function; only that can use its context`);
  }

  nextKey(kind: string, name = "", { path } = this.scope(kind)): string {
    return this.state.operations.nextKey(path, kind, name);
  }

  /** Calls an operation and waits for its outcome or, if so asked, until its start is in the journal. */
  perform(key: string, work: StepWork | RemoteWork, untilStarted = false): Promise<Resolution> {
    return this.wait(untilStarted, () => {
      const operation = this.state.call(key, work);
      if (!this.state.isReplaying && work.kind === "step") this.begin(operation);
      return operation;
    });
  }

  /** Waits for the outcome of an operation that is kept. */
  outcome(key: string): Promise<Resolution> {
    return this.wait(false, () => this.state.operations.get(key));
  }

  /** Waits for ever: a run that is no longer this worker's goes on nowhere in its code. */
  untilDropped(): Promise<never> {
    return new Promise(() => undefined);
  }

  private wait(isForStart: boolean, call: () => Operation | undefined): Promise<Resolution> {
    if (this.state.hasEnded) return this.untilDropped();
    const branch = currentScope()?.branch ?? null;
    if (branch?.isCancelled) return Promise.resolve(cancelled);
    const operation = call();
    if (!operation) return Promise.resolve(cancelled);
    const known = this.state.operations.known(operation, isForStart);
    if (known) return Promise.resolve(known);
    return new Promise((resume) => {
      this.state.operations.wait(operation, isForStart, branch, resume);
      this.reportIfWanted();
    });
  }

  /** A branch is no longer wanted: what waits in it throws `CancellationError`. */
  cancelBranch(branch: Branch): void {
    branch.cancel();
    this.resume(this.state.operations.cancelWaits(branch));
    this.reportIfWanted();
  }

  private reportIfWanted(): void {
    if (this.state.wantsReport) this.reporting.report(this);
  }

  /** Passes a value on, as JSON, if the server takes it. */
  encode(value: unknown, what: string): Uint8Array {
    return encodeWithin(this.reporting.maximumValueBytes, value, what);
  }

  // Steps.

  /** Calls a step: waits until its outcome is recorded and its turn has come. */
  async step(work: StepWork): Promise<Uint8Array> {
    const scope = this.scope(`step "${work.name}"`);
    const resolution = await this.perform(this.nextKey("step", work.name, scope), work);
    if (resolution.kind === "completed") return resolution.payload;
    if (resolution.kind === "failed") throw new StepFailed(work.name, resolution.failure);
    throw new CancellationError();
  }

  /** Makes the next attempt at a step, if there is one to make. */
  private begin(operation: Operation): void {
    const next = this.state.nextAttempt(operation);
    if (!next || operation.work.kind !== "step") return;
    const { work, key } = operation;
    const context = new StepContext(this.info.id, work.name, key, next.number);
    const attempt: Attempt = { operation, work, number: next.number, context };
    operation.attempt = attempt;
    if (next.delay > 0) later(next.delay, () => this.make(attempt));
    else this.make(attempt);
  }

  private make(attempt: Attempt): void {
    if (this.state.ending !== "open" || !this.state.isCurrent(attempt)) return;
    attempt.operation.startedAt = performance.now();
    this.reporting.stepBegan(this);
    const { work, context } = attempt;
    const limit = work.timeout > 0 ? later(work.timeout, () => this.expire(attempt)) : undefined;
    const scope: Scope = { run: this, path: "", branch: null, step: context };
    void inScope(scope, async () => {
      try {
        const result = this.encode(await work.body(context), `the result of step "${work.name}"`);
        this.finish(attempt, { kind: EntryKind.ENTRY_KIND_STEP_COMPLETED, key: attempt.operation.key, payload: result });
      } catch (error) {
        this.finish(attempt, this.recordOf(failureOf(error), attempt));
      }
      limit?.cancel();
    });
  }

  /** Fails an attempt that takes too long; what becomes of it is of no interest. */
  private expire(attempt: Attempt): void {
    const message = `timed out after ${attempt.work.timeout / 1000} seconds`;
    if (this.finish(attempt, this.recordOf(failure(message, timeoutType), attempt))) attempt.context.abort();
  }

  /** What is reported when an attempt failed. */
  private recordOf(failure: Failure, { operation: { key }, work: { retry }, number }: Attempt): NewRecord {
    if (!retries(retry, number, failure)) return { kind: EntryKind.ENTRY_KIND_STEP_FAILED, key, failure };
    const delayMilliseconds = retryDelay(retry, number, Math.random());
    return { kind: EntryKind.ENTRY_KIND_STEP_ATTEMPT_FAILED, key, attempt: number, failure, delayMilliseconds };
  }

  private finish(attempt: Attempt, record: NewRecord): boolean {
    if (!this.state.finish(attempt, record)) return false;
    if (this.state.outbox.hasToldStep) this.tellOldestStep();
    if (this.state.early.length > 0) this.reporting.wake(this);
    else this.reportIfWanted();
    return true;
  }

  private tellOldestStep(): boolean {
    const oldest = this.state.oldestStep?.work;
    return this.state.outbox.tellStep(oldest?.kind === "step" ? oldest.name : "");
  }

  /** If a step has been running for a while and the server was not told, it is told. Returns whether a step is running. */
  noteLongStep(startedBefore: number): boolean {
    const startedAt = this.state.oldestStep?.startedAt;
    if (startedAt === undefined) return false;
    if (startedAt <= startedBefore && this.tellOldestStep()) this.reportIfWanted();
    return true;
  }

  // Resolving.

  /** Resolves what the journal says next. Called when the run is at rest. Returns whether it may have something to do now. */
  resolveNext(): boolean {
    const next = this.state.resolveNext();
    if (next.kind === "resume") {
      this.resume(next.released);
      this.reportIfWanted();
      return true;
    }
    if (next.kind === "blocked") this.tell(next.blockage);
    else this.settle();
    this.reportIfWanted();
    return false;
  }

  /** The run is at rest, and nothing has arrived: what was called begins, or its place is free. */
  private settle(): void {
    const { state } = this;
    if (state.ending === "open" || (state.ending === "draining" && !state.blockage)) {
      for (const step of state.operations.takeParked(state.isStuck)) this.begin(step);
    }
    if (state.rest()) this.reporting.rested(this);
  }

  private resume(released: Released[]): void {
    for (const { waiter, resolution, attempt } of released) {
      attempt?.context.abort();
      waiter.resume(resolution);
    }
  }

  /** The code does not fit the journal: the run is given back, and waits for a worker whose code does. */
  tell(blockage: Blockage): void {
    const found = blockage.found.length === 0 ? "nothing more" : blockage.found.join(", ");
    const problem = `the code does not fit its journal: entry ${blockage.sequence} is of ${blockage.expected}, the code called ${found}`;
    const remedy = "start a worker whose code does, or tell the change with context.version";
    this.logger.error(`workflow ${this.info.id}: ${problem}; ${remedy}`);
  }

  /** Takes entries that the server made. */
  deliver(entries: JournalEntry[]): Wakening {
    for (const entry of entries) this.state.journal.arrive(entry);
    return this.state.wake();
  }

  // Reporting.

  takeReport(): NewReport | undefined {
    if (this.state.hasEnded) return undefined;
    return this.state.outbox.take(this.taskId, this.state.journal.next - 1, this.state.blockage);
  }

  /** The server has stored the first records that were reported. Returns whether the run has ended with them. */
  acknowledge(places: RecordPlace[]): boolean {
    return this.state.acknowledge(places);
  }

  // The end.

  /** The run ends FAILED before its function was called. */
  fail(message: string): void {
    this.close({ kind: EntryKind.ENTRY_KIND_CLOSED, state: State.FAILED, failure: failure(message, "") });
  }

  /** The function ended, or goes on as a new run. */
  close(record: NewRecord): void {
    if (!this.state.close(record)) return;
    if (this.state.blockage) this.tell(this.state.blockage);
    this.reportIfWanted();
  }

  /** The run is no longer this worker's: nothing of it goes on. */
  drop(): void {
    for (const attempt of this.state.end()) attempt.context.abort();
  }

  /** The worker shuts down: no closure begins any more. */
  drain(): void {
    if (this.state.ending === "open") this.state.ending = "draining";
  }
}

/** A timer of any length. It does not keep the process alive: the worker's stream does. */
function later(milliseconds: number, body: () => void): { cancel(): void } {
  let timer: NodeJS.Timeout;
  const wait = (rest: number): void => {
    timer = setTimeout(() => (rest > longestTimer ? wait(rest - longestTimer) : body()), Math.min(rest, longestTimer));
    timer.unref();
  };
  wait(milliseconds);
  return { cancel: () => clearTimeout(timer) };
}
