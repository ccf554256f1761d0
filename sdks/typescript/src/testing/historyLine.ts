import { AetherSDKError } from "../api/errors";
import { encodeValue } from "../api/values";
import { EntryKind, JournalEntry, State, type Failure } from "../generated/types";
import { noBytes } from "../wire/noBytes";

/** Why a text is no history. */
export class HistoryUnreadable extends AetherSDKError {
  constructor(
    /** From 1. */
    readonly line: number,
    readonly reason: string,
  ) {
    super(`line ${line} of the history: ${reason}`);
  }
}

const kinds = EntryKind as Readonly<Record<string, EntryKind>>;
const states = State as Readonly<Record<string, State>>;
/** The member that has an entry's value, by kind. */
const payloads: Readonly<Record<string, string>> = {
  STARTED: "input",
  STEP_COMPLETED: "result",
  CHILD_STARTED: "input",
  CHILD_CLOSED: "result",
  ACTIVITY_SCHEDULED: "input",
  ACTIVITY_COMPLETED: "result",
  SIGNAL_RECEIVED: "payload",
  VALUE_SET: "value",
  CLOSED: "result",
};
const empty = JournalEntry.decode(noBytes);

/** Reads one line of what `aether workflow history ID --json` prints. What a replay has no use for is not read. */
export function readHistoryLine(text: string, number: number): JournalEntry {
  const line = new Line(parse(text, number), number);
  const kind = line.text("kind");
  const known = kinds[`ENTRY_KIND_${kind}`];
  if (known === undefined) throw new HistoryUnreadable(number, `this version does not know the kind "${kind}"`);
  const entry: JournalEntry = { ...empty, sequence: line.number("sequence"), kind: known, time: line.instant("time") };
  if (line.has("key")) entry.key = line.text("key");
  const payload = payloads[kind];
  if (payload !== undefined && line.has(payload)) entry.payload = encodeValue(line.value(payload));
  if (line.has("failure")) entry.failure = line.failure();
  if (line.has("state")) entry.state = states[line.text("state")] ?? State.CANCELLED;
  if (line.has("attempt")) entry.attempt = line.number("attempt");
  if (line.has("retryAt")) entry.dueTime = line.instant("retryAt");
  if (line.has("dueAt")) entry.dueTime = line.instant("dueAt");
  if (line.has("signalSequence")) entry.signalSequence = line.number("signalSequence");
  if (line.has("version")) entry.version = line.number("version");
  if (line.has("resolvedBehind")) {
    entry.resolvedBehind = line.number("resolvedBehind");
    entry.resolvedAt = line.instant("resolvedAt");
  }
  if (known === EntryKind.ENTRY_KIND_STARTED) {
    entry.workflowType = line.text("type");
    entry.seed = line.seed();
    if (line.has("continuedCount")) entry.continuedCount = line.number("continuedCount");
  }
  return entry;
}

function parse(text: string, number: number): Record<string, unknown> {
  try {
    const members: unknown = JSON.parse(text);
    if (typeof members === "object" && members !== null) return members as Record<string, unknown>;
  } catch {
    // Told below.
  }
  throw new HistoryUnreadable(number, "it is no JSON object");
}

class Line {
  constructor(
    private readonly members: Record<string, unknown>,
    private readonly line: number,
  ) {}

  has(name: string): boolean {
    return this.members[name] !== undefined && this.members[name] !== null;
  }

  value(name: string): unknown {
    return this.members[name];
  }

  text(name: string): string {
    const value = this.members[name];
    if (typeof value !== "string") throw new HistoryUnreadable(this.line, `it has no text "${name}"`);
    return value;
  }

  number(name: string): number {
    const value = this.members[name];
    if (typeof value !== "number") throw new HistoryUnreadable(this.line, `it has no number "${name}"`);
    return value;
  }

  instant(name: string): number {
    const time = Date.parse(this.text(name));
    if (Number.isNaN(time)) throw new HistoryUnreadable(this.line, `its "${name}" is no instant`);
    return time;
  }

  seed(): bigint {
    const text = this.text("seed");
    if (!/^\d+$/.test(text)) throw new HistoryUnreadable(this.line, "its seed is no number");
    return BigInt(text);
  }

  failure(): Failure {
    const { message, type, step, nonRetryable } = this.members.failure as { [Name in keyof Failure]?: Failure[Name] | null };
    return { message: message ?? "", type: type ?? "", step: step ?? "", nonRetryable: nonRetryable ?? false };
  }
}
