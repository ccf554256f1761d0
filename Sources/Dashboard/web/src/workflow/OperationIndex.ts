import type { Entry } from "../api/entries";
import type { Lease, Marker, Operation, OperationKind } from "./Operation";
import { groupsOf, parseKey, type OperationKey } from "./operationKey";
import { update } from "./operationUpdate";

type KeyedEntry = Extract<Entry, { key: string }>;
type Received = Extract<Entry, { kind: "SIGNAL_RECEIVED" }>;

const kinds: Record<string, OperationKind> = {
  step: "step",
  activity: "activity",
  sleep: "sleep",
  timer: "sleep",
  child: "child",
  signal: "signal",
  set: "value",
  value: "value",
  version: "version",
};

/// What a run did, gathered from its journal entry by entry.
export class OperationIndex {
  readonly operations: Operation[] = [];
  readonly leases: Lease[] = [];
  readonly markers: Marker[] = [];
  /// Signals that nothing has waited for yet, by their sequence.
  readonly unconsumed = new Map<number, Received>();
  private readonly byKey = new Map<string, Operation>();
  private readonly bySequence = new Map<number, Operation>();
  private readonly received = new Map<number, Received>();
  /// When the newest entry in a scope or below it was written.
  private readonly scopeEnds = new Map<string, number>();
  private readonly groupStarts = new Map<string, number>();

  add(entry: Entry): void {
    const time = Date.parse(entry.time);
    switch (entry.kind) {
      case "STARTED":
        this.scopeEnds.set("", time);
        return;
      case "ASSIGNED":
        this.leases.push({ worker: entry.worker, attempt: entry.attempt, start: time, end: null, reason: null });
        return;
      case "RELEASED":
        this.endLease(time, entry.reason);
        return;
      case "BLOCKED":
        this.markers.push({ kind: "blocked", time, sequence: entry.sequence });
        return;
      case "CANCEL_REQUESTED":
        this.markers.push({ kind: "cancel", time, sequence: entry.sequence });
        return;
      case "TERMINATED":
        this.markers.push({ kind: "terminate", time, sequence: entry.sequence });
        return;
      case "SIGNAL_RECEIVED":
        this.received.set(entry.sequence, entry);
        this.unconsumed.set(entry.sequence, entry);
        return;
      case "CLOSED":
        this.close(time);
        return;
      default:
        this.addToOperation(entry, time);
    }
  }

  operationOf(sequence: number): Operation | undefined {
    return this.bySequence.get(sequence);
  }

  operation(key: string): Operation | undefined {
    return this.byKey.get(key);
  }

  /// When what has no entry yet began: when what came before it in its scope ended, and never before the worker had the run.
  startIn(scope: string): number {
    const lease = this.leases[this.leases.length - 1];
    const before = this.scopeEnds.get(scope) ?? this.groupStart(scope);
    return lease && lease.attempt > 1 ? Math.max(before, lease.start) : before;
  }

  private addToOperation(entry: KeyedEntry, time: number): void {
    const place = parseKey(entry.key);
    const { scope } = place;
    for (const { group } of groupsOf(scope)) {
      if (!this.groupStarts.has(group)) this.groupStarts.set(group, this.startIn(parseKey(group).scope));
    }
    let operation = this.byKey.get(entry.key);
    if (!operation) {
      operation = this.begin(entry, place, time);
      this.byKey.set(entry.key, operation);
      this.operations.push(operation);
    }
    operation.entries.push(entry);
    this.bySequence.set(entry.sequence, operation);
    update(operation, entry, time);
    if (entry.kind === "SIGNAL_CONSUMED") this.consume(operation, entry.signalSequence);
    this.ended(scope, time);
  }

  private begin(entry: KeyedEntry, { scope, kind: kindName, name, occurrence }: OperationKey, time: number): Operation {
    const kind = kinds[kindName] ?? "other";
    const hasNoStart = kind === "step";
    return {
      key: entry.key,
      kind,
      name: entry.name ?? name,
      scope,
      occurrence,
      outcome: "running",
      start: hasNoStart ? Math.min(this.startIn(scope), time) : time,
      end: null,
      entries: [],
      attempts: [],
      dueAt: null,
      child: null,
      arrivedAt: null,
      input: null,
      result: null,
      failure: null,
      isLive: false,
    };
  }

  private consume(operation: Operation, sequence: number): void {
    const signal = this.received.get(sequence);
    if (!signal) return;
    operation.arrivedAt = Date.parse(signal.time);
    operation.result = signal.payload;
    this.bySequence.set(sequence, operation);
    this.unconsumed.delete(sequence);
  }

  private ended(scope: string, time: number): void {
    this.scopeEnds.set(scope, time);
    for (const { group } of groupsOf(scope)) this.scopeEnds.set(parseKey(group).scope, time);
  }

  private groupStart(scope: string): number {
    const group = scope.slice(0, scope.lastIndexOf("/"));
    return this.groupStarts.get(group) ?? this.scopeEnds.get("") ?? 0;
  }

  private endLease(time: number, reason: string): void {
    const lease = this.leases[this.leases.length - 1];
    if (!lease || lease.end !== null) return;
    lease.end = time;
    lease.reason = reason;
  }

  private close(time: number): void {
    const lease = this.leases[this.leases.length - 1];
    if (lease && lease.end === null) lease.end = time;
    for (const operation of this.operations) {
      if (operation.end !== null) continue;
      operation.end = time;
      operation.outcome = "cancelled";
      for (const attempt of operation.attempts) {
        if (attempt.end !== null) continue;
        attempt.end = time;
        attempt.outcome = "cancelled";
      }
    }
  }
}
