import { EntryKind, type Blockage, type JournalEntry } from "../generated/types";
import type { NewRecord } from "./NewRecord";
import { noBytes } from "../wire/noBytes";
import { noFailure } from "./failures";
import { JournalCursor } from "./JournalCursor";
import { done, fired, type Attempt, type Operation, type RemoteWork, type StepWork } from "./Operation";
import { isAdded, keyStem } from "./OperationKey";
import { Operations, type Released } from "./Operations";
import { Outbox, type RecordPlace } from "./Outbox";

/** What the journal says next: who goes on; nothing yet; or that the code, at rest, has not called what the journal has. */
export type Next = { kind: "resume"; released: Released[] } | { kind: "nothing" } | { kind: "blocked"; blockage: Blockage };

/** What is to be done for a run to see what has arrived. */
export type Wakening = "nothing" | "wake" | "findPlace";

const nothingNext: Next = { kind: "nothing" };
/** How many calls a blockage names at most. */
const namedCalls = 8;

/**
 * What a run in this worker's memory has called, what is resolved, and what is to be reported: the decisions behind `Run`.
 *
 * Two rules make a replay equal the live run. Operations are resolved one at a time in journal order, each after the run has come to
 * rest. And nothing begins, no step's closure and no remote operation, before the whole recorded journal is resolved: whatever is
 * recorded was called without its help.
 */
export class RunState {
  readonly journal: JournalCursor;
  readonly operations: Operations;
  readonly outbox = new Outbox();
  /** Whether closures may begin; none does while the worker shuts down; `ended`: its function has ended, or it is not this worker's. */
  ending: "open" | "draining" | "ended" = "open";
  /** Whether it takes one of its worker's places, only waits for the server, or waits for a place. */
  private activity: "active" | "waiting" | "wakening" = "wakening";
  /** Whether the function was called. */
  private hasBegun = false;
  /** Why the run can't go on here: its code does not fit its journal. */
  blockage: Blockage | undefined = undefined;

  /** The time of the last entry that resolved something, in milliseconds since 1970. */
  now: number;
  /** What random numbers are derived from. */
  readonly seed: bigint;
  /** How many entries that resolve something were seen. */
  historyLength = 0;
  isCancelRequested = false;
  /** What was sent to the run and not taken yet, by the sequence of the entry that received it. */
  private readonly signals = new Map<number, Uint8Array>();
  /** The versions of changes that the journal has, by operation. */
  private readonly versions = new Map<string, number>();
  /** Those that need no entry: of changes that the run passed before they were made, and of entries it is past. */
  private readonly settledVersions = new Map<string, number>();
  private readonly compensations: (() => unknown)[] = [];
  /** Whether compensations run: a cancel then interrupts nothing. */
  private isCompensating = false;

  /** Steps that have completed, with their results, and that the run goes on with when it is at rest. */
  readonly early: { operation: Operation; result: Uint8Array }[] = [];
  /** How far the server's time is ahead of this worker's, in milliseconds. */
  private readonly serverAhead: number;

  /**
   * @param journal how far the run has come; it ends with the lease of this worker, just now.
   * @param stepsAhead how many outcomes of steps it may go on with that are not acknowledged.
   * @param clock the time as this worker has it.
   */
  constructor(
    journal: JournalEntry[],
    private readonly stepsAhead: number,
    private readonly clock: () => number,
  ) {
    this.journal = new JournalCursor(journal);
    this.operations = new Operations(
      (record) => this.outbox.records.push(record),
      () => this.isReplaying,
    );
    const first = journal[0];
    this.now = first?.time ?? 0;
    this.seed = first?.kind === EntryKind.ENTRY_KIND_STARTED ? first.seed : 0n;
    this.serverAhead = stepsAhead === 0 ? 0 : (journal[journal.length - 1]?.time ?? clock()) - clock();
    for (const entry of journal) {
      if (entry.kind === EntryKind.ENTRY_KIND_VERSION_SET) this.versions.set(entry.key, entry.version);
    }
  }

  get isReplaying(): boolean {
    return this.journal.isReplaying;
  }

  get hasEnded(): boolean {
    return this.ending === "ended";
  }

  get wantsReport(): boolean {
    return !this.hasEnded && this.outbox.isReady;
  }

  // Calls.

  call(key: string, work: StepWork | RemoteWork): Operation {
    return this.operations.call(key, work, this.blockage !== undefined);
  }

  /** The attempt number and delay that a step is to make now; `undefined` when there is none to make. */
  nextAttempt(operation: Operation): { number: number; delay: number } | undefined {
    if (this.ending !== "open" || !operation.isCalled || operation.attempt) return undefined;
    // A delay that a crash interrupted is shortened by what has passed of it, and never lengthened.
    const rest = operation.retryAt === undefined ? operation.delay : operation.retryAt - this.clock();
    return { number: operation.attemptNumber, delay: Math.min(operation.delay, rest) };
  }

  /** Whether an attempt's outcome is still of interest. */
  isCurrent({ operation, number }: Attempt): boolean {
    return !this.hasEnded && operation.isCalled && operation.attemptNumber === number;
  }

  /** A closure has ended, or took too long. Returns whether anybody wants to know. */
  finish(attempt: Attempt, record: NewRecord): boolean {
    const { operation } = attempt;
    if (!this.isCurrent(attempt) || operation.startedAt === undefined) return false;
    operation.startedAt = undefined;
    if (record.kind === EntryKind.ENTRY_KIND_STEP_COMPLETED && this.mayGoAhead) {
      this.early.push({ operation, result: record.payload ?? noBytes });
    } else {
      this.outbox.records.push(record);
    }
    return true;
  }

  /** Whether the outcome of a step that completes now need not be acknowledged before the run goes on. */
  private get mayGoAhead(): boolean {
    if (this.stepsAhead === 0 || this.isReplaying || this.blockage || this.hasEnded) return false;
    return this.outbox.records.length + this.early.length < this.stepsAhead;
  }

  /** The step that has been running longest. */
  get oldestStep(): Operation | undefined {
    let oldest: Operation | undefined;
    for (const operation of this.operations.all()) {
      if (operation.startedAt !== undefined && (oldest?.startedAt ?? Infinity) > operation.startedAt) oldest = operation;
    }
    return oldest;
  }

  // Resolving.

  /** Goes on in the journal up to what lets the code go on. Only when the run is at rest; nothing is resolved in one without a place. */
  resolveNext(): Next {
    if (this.hasEnded || this.activity !== "active" || this.blockage) return nothingNext;
    for (let step = this.early.shift(); step; step = this.early.shift()) {
      const released = this.goAhead(step.operation, step.result);
      if (released.length > 0) return { kind: "resume", released };
    }
    for (;;) {
      const entry = this.journal.peek();
      if (!entry) return nothingNext;
      const released = this.take(entry);
      if (!released) return this.goAround(entry);
      this.journal.took(entry);
      if (released.length > 0) return { kind: "resume", released };
    }
  }

  /** Goes on with a step that has completed, before the journal has it. */
  private goAhead(operation: Operation, result: Uint8Array): Released[] {
    const record: NewRecord = { kind: EntryKind.ENTRY_KIND_STEP_COMPLETED, key: operation.key, payload: result };
    this.outbox.records.push(record);
    if (!operation.isCalled) return [];
    record.resolvedBehind = this.journal.next - 1;
    record.resolvedAt = Math.max(this.now, this.clock() + this.serverAhead);
    this.historyLength += 1;
    const released = this.operations.resolve(operation.key, { kind: "completed", payload: result }) ?? [];
    if (released.length > 0) this.now = record.resolvedAt;
    return released;
  }

  /**
   * The code, at rest, has not called what the journal has next. It may have to go on with operations that were added to it: they are
   * resolved in the order of the journal too, only before their turn.
   */
  private goAround(entry: JournalEntry): Next {
    for (;;) {
      const ahead = this.journal.first((other) => isAdded(other.key) && !this.isUncalled(other));
      if (!ahead) break;
      this.journal.tookAhead(ahead);
      const released = this.take(ahead) ?? [];
      if (released.length > 0) return { kind: "resume", released };
    }
    for (const operation of this.operations.all()) {
      if (isAdded(operation.key) && !operation.outcome) return nothingNext;
    }
    const found = this.operations.unrecorded.slice(0, namedCalls);
    const blockage = { sequence: entry.sequence, expected: expectedBy(entry), found };
    this.block(blockage);
    return { kind: "blocked", blockage };
  }

  /** Whether the code has come to where the journal goes on without it. */
  get isStuck(): boolean {
    const entry = this.journal.peek();
    return entry !== undefined && this.isUncalled(entry);
  }

  /**
   * Whether an entry is of an operation that the code has not called. One of a version is nobody's to miss: code that no longer asks
   * follows the last.
   */
  private isUncalled({ kind, key }: JournalEntry): boolean {
    switch (kind) {
      case EntryKind.ENTRY_KIND_OPERATION_CANCELLED:
      case EntryKind.ENTRY_KIND_ACTIVITY_STARTED:
      case EntryKind.ENTRY_KIND_ACTIVITY_ATTEMPT_FAILED:
      case EntryKind.ENTRY_KIND_VERSION_SET:
        return false;
      default:
        return key !== "" && !this.operations.isKnown(key);
    }
  }

  /** The code does not fit the journal: the run is given back. */
  block(blockage: Blockage): void {
    this.blockage = blockage;
    this.outbox.isGivingBack = true;
    if (this.ending === "open") this.ending = "draining";
  }

  private take(entry: JournalEntry): Released[] | undefined {
    const released = this.resolve(entry);
    if (!released) return undefined;
    if (released.length > 0) this.now = Math.max(this.now, entry.resolvedBehind > 0 ? entry.resolvedAt : entry.time);
    if (entry.key !== "") this.historyLength += 1;
    return released;
  }

  /** Who goes on with an entry; `undefined` when the code has not called its operation. */
  private resolve(entry: JournalEntry): Released[] | undefined {
    const { key } = entry;
    switch (entry.kind) {
      case EntryKind.ENTRY_KIND_STEP_COMPLETED:
      case EntryKind.ENTRY_KIND_ACTIVITY_COMPLETED:
        return this.operations.resolve(key, { kind: "completed", payload: entry.payload });
      case EntryKind.ENTRY_KIND_STEP_FAILED:
      case EntryKind.ENTRY_KIND_ACTIVITY_FAILED:
        return this.operations.resolve(key, { kind: "failed", failure: entry.failure ?? noFailure });
      case EntryKind.ENTRY_KIND_STEP_ATTEMPT_FAILED:
        return this.operations.retry(entry, entry.sequence <= this.journal.replayEnd);
      case EntryKind.ENTRY_KIND_TIMER_STARTED:
      case EntryKind.ENTRY_KIND_CHILD_STARTED:
      case EntryKind.ENTRY_KIND_ACTIVITY_SCHEDULED:
      case EntryKind.ENTRY_KIND_SIGNAL_AWAITED:
        return this.operations.begin(key);
      case EntryKind.ENTRY_KIND_TIMER_FIRED:
        return this.operations.resolve(key, fired);
      case EntryKind.ENTRY_KIND_CHILD_CLOSED:
        return this.operations.resolve(key, { kind: "closed", state: entry.state, payload: entry.payload, failure: entry.failure });
      case EntryKind.ENTRY_KIND_SIGNAL_RECEIVED:
        this.signals.set(entry.sequence, entry.payload);
        return [];
      case EntryKind.ENTRY_KIND_SIGNAL_CONSUMED:
        return this.resolveSignal(key, entry.signalSequence);
      case EntryKind.ENTRY_KIND_VALUE_SET:
        return this.operations.resolve(key, done);
      case EntryKind.ENTRY_KIND_VERSION_SET:
        return this.resolveVersion(key, entry.version);
      case EntryKind.ENTRY_KIND_OPERATION_CANCELLED:
        this.operations.cancellationIsRecorded(key);
        return [];
      case EntryKind.ENTRY_KIND_CANCEL_REQUESTED:
        this.isCancelRequested = true;
        return this.isCompensating ? [] : this.operations.cancelWaits();
      default:
        return [];
    }
  }

  private resolveSignal(key: string, sequence: number): Released[] | undefined {
    if (!this.operations.isKnown(key)) return undefined;
    const payload = this.signals.get(sequence) ?? noBytes;
    this.signals.delete(sequence);
    return this.operations.resolve(key, { kind: "completed", payload });
  }

  private resolveVersion(key: string, version: number): Released[] | undefined {
    if (this.operations.get(key)) return this.operations.resolve(key, done);
    this.settledVersions.set(key, version);
    return [];
  }

  // Versions.

  /**
   * The version of a change that the run follows, and whether the journal has it or is to have it. One that is not in the journal is the
   * newest, unless the journal goes on behind the place where the run is: then the run has passed it before the change, and stays with
   * version 1.
   */
  version(change: string, newest: number): { key: string; version: number; isRecorded: boolean } {
    const key = `${keyStem("", "version", change)}1`;
    const settled = this.settledVersions.get(key);
    if (settled !== undefined) return { key, version: settled, isRecorded: false };
    const recorded = this.versions.get(key);
    if (recorded !== undefined) return { key, version: recorded, isRecorded: true };
    if (this.isReplaying && this.journal.first((entry) => this.isUncalled(entry))) {
      this.settledVersions.set(key, 1);
      return { key, version: 1, isRecorded: false };
    }
    this.versions.set(key, newest);
    return { key, version: newest, isRecorded: true };
  }

  // Places.

  /** The run has come to rest. Returns whether its place is free now. */
  rest(): boolean {
    if (this.activity !== "active" || !this.onlyWaits) return false;
    this.activity = "waiting";
    this.outbox.tellWaiting(this.journal.next - 1);
    return true;
  }

  /** Whether nothing happens in the run until the server says something. */
  private get onlyWaits(): boolean {
    if (this.ending !== "open" || this.isReplaying || this.outbox.isGivingBack || !this.outbox.isEmpty) return false;
    return this.early.length === 0 && !this.journal.hasNext && this.operations.unsettled === 0 && this.operations.waiting > 0;
  }

  /** Whether the journal may let a run go on that is at rest, or it may turn out to wait only. */
  get mayGoOn(): boolean {
    return !this.journal.isEmpty || this.operations.unsettled === 0;
  }

  /** If the run only waits, the place in the journal where it does. */
  get waitingPlace(): number | undefined {
    return this.activity === "waiting" && !this.hasEnded ? this.journal.next - 1 : undefined;
  }

  /** The server may have forgotten that the run only waits. */
  tellWaitingAgain(): void {
    const place = this.waitingPlace;
    if (place !== undefined && this.hasBegun) this.outbox.tellWaitingAgain(place);
  }

  wake(): Wakening {
    if (this.outbox.isGivingBack || this.activity === "wakening") return "nothing";
    if (this.activity === "active") return "wake";
    this.activity = "wakening";
    return "findPlace";
  }

  /** The run was given a place. Returns whether its function is to be called, or goes on, or it has no use for the place. */
  occupy(): "nothing" | "begin" | "goOn" {
    if (this.activity !== "wakening" || this.hasEnded) return "nothing";
    this.activity = "active";
    const begins = !this.hasBegun;
    this.hasBegun = true;
    return begins ? "begin" : "goOn";
  }

  /** The run needs no place any more. Returns whether it had one. */
  vacate(): boolean {
    const hadPlace = this.activity === "active";
    this.activity = "waiting";
    return hadPlace;
  }

  /** The worker makes room: a run that only waits is given back. Returns whether it does, and is to be reported. */
  evict(): boolean {
    if (this.ending !== "open" || this.activity !== "waiting" || this.outbox.isGivingBack) return false;
    this.outbox.isGivingBack = true;
    this.ending = "draining";
    return true;
  }

  // The end.

  /** Whether no closure runs and everything is reported. */
  get isQuiet(): boolean {
    return this.hasEnded || (this.outbox.isEmpty && this.early.length === 0 && this.oldestStep === undefined);
  }

  /**
   * The function ended: with what is to be reported of that, or too early for the journal, which has operations that it did not call.
   * Returns whether anybody wants to know.
   */
  close(record: NewRecord): boolean {
    if (this.hasEnded || this.blockage) return false;
    const missing = this.journal.first((entry) => this.isUncalled(entry));
    if (missing) {
      this.block({ sequence: missing.sequence, expected: expectedBy(missing), found: [] });
      return true;
    }
    // Nothing goes on any more: what has completed is only to be reported.
    for (const { operation, result } of this.early.splice(0)) {
      this.outbox.records.push({ kind: EntryKind.ENTRY_KIND_STEP_COMPLETED, key: operation.key, payload: result });
    }
    this.outbox.records.push(record);
    this.operations.forgetUnbegun();
    return true;
  }

  /** The run is no longer this worker's: nobody goes on, and nothing is reported. Returns the attempts under way. */
  end(): Attempt[] {
    if (this.hasEnded) return [];
    this.ending = "ended";
    return this.operations.end();
  }

  acknowledge(places: RecordPlace[]): boolean {
    return this.outbox.acknowledge(
      places,
      (entry) => this.journal.arrive(entry),
      (sequence) => this.journal.pass(sequence),
    );
  }

  // Compensation.

  addCompensation(body: () => unknown): void {
    if (!this.isCompensating) this.compensations.push(body);
  }

  takeCompensation(): (() => unknown) | undefined {
    if (this.hasEnded) return undefined;
    this.isCompensating = true;
    return this.compensations.pop();
  }
}

/** What the journal has at an entry's place, in the words of a blockage. */
function expectedBy({ key, kind }: JournalEntry): string {
  return key === "" ? `entry of kind ${kind}` : key;
}
