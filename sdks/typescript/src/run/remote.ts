import { ActivityFailed, CancellationError, NonRetryableError, SignalTimeout, WorkflowCancelled, WorkflowFailed } from "../api/errors";
import { EntryKind, State, type ActivityOptions as WireActivityOptions, type Tier } from "../generated/types";
import type { Init } from "../wire/Init";
import type { NewRecord } from "./NewRecord";
import { cancelledType, noFailure } from "./failures";
import { KeyedRandom } from "./KeyedRandom";
import type { RemoteWork, Resolution } from "./Operation";
import type { Run } from "./Run";

const longestId = 256;
const controlCharacters = /[\u0000-\u001f\u007f]/;

function remote(start: NewRecord, options: Partial<RemoteWork> = {}): RemoteWork {
  return { kind: "remote", start, cancellation: "tell", isKept: false, isAwaitedAtEnd: false, ...options };
}

/** @param due the wait, or the instant, in milliseconds. */
export async function sleep(run: Run, due: { delayMilliseconds: number } | { dueTime: number }): Promise<void> {
  const key = run.nextKey("sleep", "", run.scope("a sleep"));
  const resolution = await run.perform(key, remote({ kind: EntryKind.ENTRY_KIND_TIMER_STARTED, key, ...due }));
  if (resolution.kind !== "fired") throw new CancellationError();
}

export async function activity(
  run: Run,
  name: string,
  input: unknown,
  options: Init<WireActivityOptions>,
  cancellation: RemoteWork["cancellation"],
): Promise<Uint8Array> {
  const scope = run.scope(`activity "${name}"`);
  const payload = run.encode(input, `the input of activity "${name}"`);
  const key = run.nextKey("activity", name, scope);
  const start = { kind: EntryKind.ENTRY_KIND_ACTIVITY_SCHEDULED, key, name, payload, activity: options };
  const resolution = await run.perform(key, remote(start, { cancellation }));
  if (resolution.kind === "completed") return resolution.payload;
  // One whose call was waited for until it had ended, as it was told to, was cancelled.
  if (resolution.kind === "failed" && resolution.failure.type !== cancelledType) throw new ActivityFailed(name, resolution.failure);
  throw new CancellationError();
}

/** @param timeout in milliseconds; `undefined` waits for ever. */
export async function signal(run: Run, name: string, timeout: number | undefined): Promise<Uint8Array> {
  const key = run.nextKey("signal", name, run.scope(`a wait for signal "${name}"`));
  const start: NewRecord = { kind: EntryKind.ENTRY_KIND_SIGNAL_AWAITED, key, name };
  if (timeout !== undefined) start.delayMilliseconds = Math.max(0, timeout);
  const resolution = await run.perform(key, remote(start));
  if (resolution.kind === "completed") return resolution.payload;
  if (resolution.kind === "fired") throw new SignalTimeout(name, timeout ?? 0);
  throw new CancellationError();
}

export async function setValue(run: Run, name: string, value: unknown): Promise<void> {
  const scope = run.scope(`setting "${name}"`);
  const payload = run.encode(value, `value "${name}"`);
  const key = run.nextKey("set", name, scope);
  // Its record is its outcome: there is nothing to cancel.
  const work = remote({ kind: EntryKind.ENTRY_KIND_VALUE_SET, key, name, payload }, { cancellation: "leave" });
  if ((await run.perform(key, work)).kind !== "completed") throw new CancellationError();
}

/** Which version of a change to the code the run follows. */
export async function version(run: Run, change: string, oldest: number, newest: number): Promise<number> {
  run.scope(`version "${change}"`);
  if (!Number.isInteger(oldest) || !Number.isInteger(newest) || oldest < 1 || newest < oldest || newest >= 2 ** 32) {
    throw new NonRetryableError(`versions of "${change}" are whole numbers from 1, which is the code before the change, and the oldest comes first`);
  }
  const { key, version, isRecorded } = run.state.version(change, newest);
  if (version < oldest || version > newest) return refuse(run, change, version, `versions ${oldest} to ${newest}`);
  if (!isRecorded) return version;
  const start = { kind: EntryKind.ENTRY_KIND_VERSION_SET, key, name: change, version };
  const outcome = run.state.operations.get(key)
    ? await run.outcome(key)
    : await run.perform(key, remote(start, { cancellation: "leave", isKept: true }));
  if (outcome.kind !== "completed") throw new CancellationError();
  return version;
}

/** The run follows a version that this code does not have: it waits for a worker whose code does. */
function refuse(run: Run, change: string, version: number, found: string): Promise<never> {
  if (!run.state.blockage) {
    const blockage = { sequence: run.state.journal.next, expected: `version ${version} of "${change}"`, found: [found] };
    run.state.block(blockage);
    run.tell(blockage);
    run.reporting.report(run);
  }
  return run.untilDropped();
}

export type ParentClosePolicy = "cancel" | "abandon" | "wait";

const closePolicies: Record<ParentClosePolicy, number> = { cancel: 0, abandon: 1, wait: 2 };

export interface ChildStart {
  type: string;
  input: unknown;
  id: string | undefined;
  tier: Tier;
  policy: ParentClosePolicy;
}

/** A child, as the run that starts it sees it. */
export class ChildOperation {
  readonly id: string;
  private readonly key: string;
  private readonly start: NewRecord;

  /** Takes its place in the order of the calls; nothing is started yet. */
  constructor(
    private readonly run: Run,
    { type, input, id, tier, policy }: ChildStart,
  ) {
    const scope = run.scope(`child "${type}"`);
    const payload = run.encode(input, `the input of child "${type}"`);
    if (!(policy in closePolicies)) throw new TypeError(`"${policy}" is no policy; give cancel, abandon or wait`);
    this.key = run.nextKey("child", type, scope);
    this.id = id ?? childId(run, this.key);
    if (!isId(this.id)) throw new NonRetryableError(`"${this.id}" can't be a child's id: 1 to 256 bytes, no control characters`);
    this.start = {
      kind: EntryKind.ENTRY_KIND_CHILD_STARTED,
      key: this.key,
      payload,
      childId: this.id,
      workflowType: type,
      tier,
      closePolicy: closePolicies[policy],
    };
  }

  /** Starts it and waits for its end. */
  async runToEnd(): Promise<Uint8Array> {
    const work = this.work();
    return this.output(await this.run.perform(this.key, { ...work, isKept: work.isAwaitedAtEnd }));
  }

  /** Starts it, and waits until that is in the journal. */
  async begin(): Promise<void> {
    const resolution = await this.run.perform(this.key, { ...this.work(), isKept: true }, true);
    if (resolution.kind !== "completed") throw new CancellationError();
  }

  /** Waits for the end of a child that was started. */
  async result(): Promise<Uint8Array> {
    this.run.scope(`the result of child ${this.id}`);
    return this.output(await this.run.outcome(this.key));
  }

  private work(): RemoteWork {
    const { closePolicy } = this.start;
    const cancellation = closePolicy === closePolicies.abandon ? "leave" : "tell";
    return remote(this.start, { cancellation, isAwaitedAtEnd: closePolicy === closePolicies.wait });
  }

  private output(resolution: Resolution): Uint8Array {
    if (resolution.kind !== "closed") throw new CancellationError();
    const { state, payload, failure } = resolution;
    if (state === State.COMPLETED) return payload;
    if (state === State.CANCELLED) throw new WorkflowCancelled(this.id);
    throw new WorkflowFailed(this.id, failure ?? noFailure);
  }
}

/** `PARENT/KEY`, of a parent that was continued as new `PARENT:COUNT/KEY`; where that is too long, `child-` and a UUID derived from it. */
function childId({ info, state }: Run, key: string): string {
  const id = `${info.continuedCount > 0 ? `${info.id}:${info.continuedCount}` : info.id}/${key}`;
  return isId(id) ? id : `child-${new KeyedRandom(state.seed, id).uuid().toUpperCase()}`;
}

function isId(text: string): boolean {
  return text !== "" && Buffer.byteLength(text) <= longestId && !controlCharacters.test(text);
}
