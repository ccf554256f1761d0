import type { RecordedRetry } from "../api/RetryPolicy";
import type { Failure, State } from "../generated/types";
import type { NewRecord } from "./NewRecord";
import type { StepContext } from "../api/StepContext";
import type { Branch } from "./Scope";
import { noBytes } from "../wire/noBytes";

export type Resolution =
  | { kind: "completed"; payload: Uint8Array }
  | { kind: "failed"; failure: Failure }
  /** The wait was cancelled. */
  | { kind: "cancelled" }
  /** The timer fired, or the time to wait was over. */
  | { kind: "fired" }
  /** The child has ended. */
  | { kind: "closed"; state: State; payload: Uint8Array; failure: Failure | undefined };

export const cancelled: Resolution = { kind: "cancelled" };
export const fired: Resolution = { kind: "fired" };
export const done: Resolution = { kind: "completed", payload: noBytes };

/** A caller that waits for an operation. */
export interface Waiter {
  /** Counts the waits of the run: what is resolved together is resolved in this order. */
  readonly number: number;
  /** Whether it waits only until the start is in the journal. */
  readonly isForStart: boolean;
  readonly branch: Branch | null;
  readonly resume: (resolution: Resolution) => void;
}

/** The closure of a step, and how often it is tried. */
export interface StepWork {
  readonly kind: "step";
  readonly name: string;
  readonly body: (step: StepContext) => unknown;
  readonly retry: RecordedRetry;
  /** How many milliseconds an attempt may take; 0 is any time. */
  readonly timeout: number;
}

/** An operation that the server does. */
export interface RemoteWork {
  readonly kind: "remote";
  /** What is reported of its start. */
  readonly start: NewRecord;
  /**
   * What happens when nobody waits for it any more: the server is told and the caller goes on at once, or it is told and the caller
   * goes on waiting for the outcome, or it is not told.
   */
  readonly cancellation: "tell" | "tellAndWait" | "leave";
  /** Whether the outcome is kept for callers that ask later, also when nobody waits. */
  readonly isKept: boolean;
  /** Whether the run ends only after it. */
  readonly isAwaitedAtEnd: boolean;
}

/** An attempt at a step, begun or waiting for its delay to be over. */
export interface Attempt {
  readonly operation: Operation;
  readonly work: StepWork;
  /** From 1. */
  readonly number: number;
  readonly context: StepContext;
}

/** One call of the workflow's context whose outcome the journal will have. */
export class Operation {
  waiters: Waiter[] = [];
  /** Whether it is among the run's operations: neither resolved nor abandoned, or kept. */
  isCalled = true;
  /** Whether it is among those to begin when the run is at rest. */
  isParked = false;
  /** The outcome, for callers that come later; only of operations that are kept. */
  outcome: Resolution | undefined = undefined;

  // Of a remote operation.

  /** Whether its start was given to be reported, or is in the journal. */
  isStarted = false;
  /** Whether its start is in the journal. */
  isRecorded = false;

  // Of a step.

  /** The attempt that runs or comes next, from 1. */
  attemptNumber = 1;
  /** How long to wait before that attempt, counted from the failure of the one before, in milliseconds. */
  delay = 0;
  /** When that wait is over, if the failure was found in the journal the run came with. */
  retryAt: number | undefined = undefined;
  /** The attempt, once begun. */
  attempt: Attempt | undefined = undefined;
  /** When the closure began, on the clock that never jumps; `undefined` before, and again when it has ended. */
  startedAt: number | undefined = undefined;

  constructor(
    readonly key: string,
    readonly work: StepWork | RemoteWork,
  ) {}

  get remote(): RemoteWork | undefined {
    return this.work.kind === "remote" ? this.work : undefined;
  }

  get isKept(): boolean {
    return this.work.kind === "remote" && this.work.isKept;
  }
}
