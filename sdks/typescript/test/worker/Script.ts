/** A workflow as a value: what the tests have the worker process do. As Swift's `Codable` writes it. */
export interface Script {
  /** Where its steps and activities write what they do, one line each. */
  path: string;
  operations: Operation[];
}

/** One thing that a script does. Each adds to the script's result what came of it, as text. */
export type Operation =
  | { step: StepOperation }
  | { steps: { _0: number; isSequential: boolean } }
  | { gate: { _0: string } }
  | { hang: { _0: string; timeoutMilliseconds?: number; attempts: number } }
  | { sleep: { milliseconds: number } }
  | { signal: { _0: string; timeoutMilliseconds?: number } }
  | { child: { _0: string; _1: Operation[]; policy: Policy } }
  | { startChild: { _0: string; _1: Operation[]; policy: Policy } }
  | { activity: { _0: Behaviour; _1: Limits; cancellation: Cancellation } }
  | { parallel: { _0: Operation[][] } }
  | { settled: { _0: Operation[][] } }
  | { race: { _0: Operation[][] } }
  | { set: { _0: string; _1: string } }
  | { derived: object }
  | { compensate: { _0: string } }
  | { rescue: { _0: Operation[] } }
  | { fail: { _0: string } }
  | { continueAsNew: { _0: Operation[] } }
  | { version: { _0: string; _1: number; _2: Operation[] } }
  | { added: { _0: string; _1: Operation[] } };

/** Writes its name; its first attempts fail. */
export interface StepOperation {
  _0: string;
  failures: number;
  attempts: number;
  isRetryable: boolean;
}

export type Policy = "cancel" | "abandon" | "wait";
export type Cancellation = "try" | "wait" | "abandon";

/** What an activity does at each attempt. */
export type Behaviour =
  | { succeed: object }
  | { fail: { times: number; isRetryable: boolean } }
  | { gate: { _0: string; heartbeats: boolean } };

export interface Limits {
  attempts: number;
  timeoutMilliseconds?: number;
  heartbeatMilliseconds?: number;
}

/** What an activity of a script is given. */
export interface WorkOrder {
  path: string;
  behaviour: Behaviour;
}

export class ScriptError extends Error {}
