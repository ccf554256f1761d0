import { EntryKind, type JournalEntry } from "../generated/types";
import type { NewRecord } from "./NewRecord";
import { cancelled, done, Operation, type Attempt, type RemoteWork, type Resolution, type StepWork, type Waiter } from "./Operation";
import { isAdded, keyStem } from "./OperationKey";
import type { Branch } from "./Scope";

/** A caller that is to go on. */
export interface Released {
  readonly waiter: Waiter;
  readonly resolution: Resolution;
  /** Of a closure that nobody waits for any more. */
  readonly attempt?: Attempt | undefined;
}

/**
 * What a run has called, and who waits for it.
 *
 * An operation is a step, whose closure this worker executes, or remote: its start is a record of this worker's, its outcome an entry
 * of the server's. Both are called, cancelled and resolved alike:
 *
 * |        | called live           | called while replaying                                            |
 * |--------|-----------------------|-------------------------------------------------------------------|
 * | step   | the closure begins    | begins after the replay, unless its outcome was in the journal    |
 * | remote | the start is reported | reported after the replay, unless it was in the journal           |
 *
 * When its caller is cancelled it is *abandoned*: whatever the journal says of it later is passed over. That a remote one was abandoned
 * is reported too; while replaying, only after the replay, unless the journal says so.
 */
export class Operations {
  /** Those that were called and are not resolved, and those that are kept. */
  private readonly called = new Map<string, Operation>();
  /** Those abandoned before their outcome, and whether they had begun as far as the server knows. */
  private readonly abandoned = new Map<string, boolean>();
  /** Remote ones whose cancellation the journal does not have yet. */
  private readonly cancellations = new Set<string>();
  /** Of those, the ones to be reported once the replay is over and the operation has begun, in order. */
  private unreportedCancellations: string[] = [];
  /** Those to begin once the replay is over and the run at rest, in order. */
  private parked: Operation[] = [];
  private readonly occurrences = new Map<string, number>();
  private waitCount = 0;
  /** How many are not the server's alone: steps, and remote ones whose start is not reported. */
  unsettled = 0;
  /** How many callers wait. */
  waiting = 0;

  /**
   * @param record takes what is to be reported.
   * @param isReplaying whether the recorded journal is not resolved to its end.
   */
  constructor(
    private readonly record: (record: NewRecord) => void,
    private readonly isReplaying: () => boolean,
  ) {}

  get(key: string): Operation | undefined {
    return this.called.get(key);
  }

  all(): IterableIterator<Operation> {
    return this.called.values();
  }

  /** The key of the next operation of a kind and name in a scope. */
  nextKey(scope: string, kind: string, name: string): string {
    const stem = keyStem(scope, kind, name);
    const occurrence = (this.occurrences.get(stem) ?? 0) + 1;
    this.occurrences.set(stem, occurrence);
    return stem + occurrence;
  }

  /** Calls an operation. Live, a remote one is given to be reported; a step is the caller's to begin. */
  call(key: string, work: StepWork | RemoteWork, isBlocked: boolean): Operation {
    const operation = this.hold(key, work);
    if (this.isReplaying()) this.park(operation);
    else if (!isBlocked) this.start(operation);
    return operation;
  }

  /** An operation that does not begin by itself. */
  hold(key: string, work: StepWork | RemoteWork): Operation {
    const operation = new Operation(key, work);
    this.called.set(key, operation);
    this.unsettled += 1;
    return operation;
  }

  park(operation: Operation): void {
    if (operation.isParked) return;
    operation.isParked = true;
    this.parked.push(operation);
  }

  private start(operation: Operation): void {
    const { remote } = operation;
    if (!remote || operation.isStarted) return;
    this.setStarted(operation);
    this.record(remote.start);
  }

  private setStarted(operation: Operation): void {
    if (operation.isStarted) return;
    operation.isStarted = true;
    this.unsettled -= 1;
  }

  private remove(operation: Operation): void {
    this.called.delete(operation.key);
    operation.isCalled = false;
    if (!operation.isStarted) this.unsettled -= 1;
  }

  /**
   * What is to begin now that the replay is over: remote operations are given to be reported, the steps are returned.
   *
   * @param isStuck whether the code has come to where the journal goes on without it: then what was added to it begins.
   */
  takeParked(isStuck: boolean): Operation[] {
    if (this.parked.length === 0 && this.unreportedCancellations.length === 0) return [];
    let taken = this.parked;
    if (this.isReplaying()) {
      if (taken.length === 0 || !isStuck) return [];
      this.parked = taken.filter(({ key }) => !isAdded(key));
      taken = taken.filter(({ key }) => isAdded(key));
    } else {
      this.parked = [];
    }
    const steps = taken.filter((operation) => {
      if (!operation.isCalled) return false;
      operation.isParked = false;
      this.start(operation);
      return operation.work.kind === "step";
    });
    if (!this.isReplaying()) this.reportCancellations();
    return steps;
  }

  private reportCancellations(): void {
    for (const key of this.unreportedCancellations) {
      if (this.called.get(key)?.isStarted ?? this.abandoned.get(key)) this.recordCancellation(key);
    }
    this.unreportedCancellations = [];
  }

  private recordCancellation(key: string): void {
    this.record({ kind: EntryKind.ENTRY_KIND_OPERATION_CANCELLED, key });
  }

  /** The run's end ends all operations: nothing begins or is reported behind it. */
  forgetUnbegun(): void {
    this.parked = [];
    this.unreportedCancellations = [];
  }

  // Waiting.

  /** The resolution of an operation, if there is no need to wait. */
  known(operation: Operation, isForStart: boolean): Resolution | undefined {
    if (!operation.isCalled) return cancelled;
    if (isForStart && operation.isRecorded) return done;
    return operation.outcome;
  }

  wait(operation: Operation, isForStart: boolean, branch: Branch | null, resume: (resolution: Resolution) => void): void {
    this.waitCount += 1;
    this.waiting += 1;
    operation.waiters.push({ number: this.waitCount, isForStart, branch, resume });
  }

  // Resolving.

  /** The outcome of an operation: who goes on; `undefined` for one that the code has not called. */
  resolve(key: string, resolution: Resolution): Released[] | undefined {
    const operation = this.called.get(key);
    if (!operation) return this.passOver(key);
    const { waiters } = operation;
    if (operation.isKept) {
      this.setStarted(operation);
      operation.outcome = resolution;
      operation.waiters = [];
    } else {
      this.remove(operation);
    }
    this.waiting -= waiters.length;
    this.forgetCancellation(key);
    return waiters.map((waiter) => ({ waiter, resolution }));
  }

  /** The start of a remote operation: who goes on; `undefined` for one that the code has not called. */
  begin(key: string): Released[] | undefined {
    const operation = this.called.get(key);
    if (!operation) {
      if (!this.abandoned.has(key)) return undefined;
      this.abandoned.set(key, true);
      return [];
    }
    this.setStarted(operation);
    operation.isRecorded = true;
    const released = operation.waiters.filter(({ isForStart }) => isForStart);
    if (released.length > 0) operation.waiters = operation.waiters.filter(({ isForStart }) => !isForStart);
    this.waiting -= released.length;
    return released.map((waiter) => ({ waiter, resolution: done }));
  }

  /** An attempt at a step that will be followed by another. `undefined` for a step that the code has not called. */
  retry(entry: JournalEntry, isOfReplay: boolean): Released[] | undefined {
    const operation = this.called.get(entry.key);
    if (!operation) return this.abandoned.has(entry.key) ? [] : undefined;
    operation.attemptNumber = entry.attempt + 1;
    operation.attempt = undefined;
    operation.delay = entry.dueTime - entry.time;
    operation.retryAt = isOfReplay ? entry.dueTime : undefined;
    this.park(operation);
    return [];
  }

  /** An entry of an operation that nobody waits for any more. */
  private passOver(key: string): Released[] | undefined {
    if (!this.abandoned.delete(key)) return undefined;
    this.forgetCancellation(key);
    return [];
  }

  private forgetCancellation(key: string): void {
    if (this.cancellations.size > 0 && this.cancellations.delete(key)) this.cancellationIsRecorded(key);
  }

  /** The journal has the cancellation of an operation. */
  cancellationIsRecorded(key: string): void {
    if (this.unreportedCancellations.length === 0) return;
    this.unreportedCancellations = this.unreportedCancellations.filter((other) => other !== key);
  }

  /** Whether the code has called an operation. */
  isKnown(key: string): boolean {
    return this.called.has(key) || this.abandoned.has(key);
  }

  /** What the code has called that the journal does not have, as far as is known. */
  get unrecorded(): string[] {
    return this.parked.filter((operation) => operation.isCalled && !operation.isStarted).map(({ key }) => key);
  }

  /** A child without which the run is not to end. */
  get awaitedAtEnd(): Operation | undefined {
    for (const operation of this.called.values()) {
      if (operation.remote?.isAwaitedAtEnd && !operation.outcome) return operation;
    }
    return undefined;
  }

  // Cancelling.

  /** Releases those who wait in a branch, or all, in the order of their calls; but not those that wait for an outcome in any case. */
  cancelWaits(branch?: Branch): Released[] {
    const waits: { operation: Operation; waiter: Waiter }[] = [];
    for (const operation of this.called.values()) {
      for (const waiter of operation.waiters) {
        if (!branch || waiter.branch?.isIn(branch)) waits.push({ operation, waiter });
      }
    }
    waits.sort((a, b) => a.waiter.number - b.waiter.number);
    return waits.flatMap(({ operation, waiter }) => this.cancelWait(operation, waiter));
  }

  private cancelWait(operation: Operation, waiter: Waiter): Released[] {
    if (operation.remote?.cancellation === "tellAndWait") {
      this.cancelRemotely(operation, operation.remote);
      return [];
    }
    operation.waiters = operation.waiters.filter((other) => other !== waiter);
    this.waiting -= 1;
    const attempt = operation.waiters.length === 0 ? this.abandon(operation) : undefined;
    return [{ waiter, resolution: cancelled, attempt }];
  }

  /** Nobody waits for an operation any more. */
  private abandon(operation: Operation): Attempt | undefined {
    if (operation.remote) this.cancelRemotely(operation, operation.remote);
    if (!operation.isKept) {
      this.remove(operation);
      this.abandoned.set(operation.key, operation.isStarted);
    }
    return operation.attempt;
  }

  private cancelRemotely(operation: Operation, { cancellation }: RemoteWork): void {
    if (cancellation === "leave" || operation.outcome || this.cancellations.has(operation.key)) return;
    this.cancellations.add(operation.key);
    // Of one that is still to begin, after that.
    if (this.isReplaying() || !operation.isStarted) this.unreportedCancellations.push(operation.key);
    else this.recordCancellation(operation.key);
  }

  /** The run is no longer this worker's: the attempts under way. */
  end(): Attempt[] {
    const attempts: Attempt[] = [];
    for (const operation of this.called.values()) {
      operation.isCalled = false;
      operation.waiters = [];
      if (operation.attempt) attempts.push(operation.attempt);
    }
    this.called.clear();
    [this.unsettled, this.waiting] = [0, 0];
    return attempts;
  }
}
