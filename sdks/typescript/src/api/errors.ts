import type { Failure } from "../generated/types";

/** The base of what this SDK throws. */
export abstract class AetherSDKError extends Error {
  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}

/** Why the server refused a call. */
export type AetherErrorCode =
  /** No run has this id. */
  | "notFound"
  /** The id belongs to a run of another type or input. */
  | "alreadyExists"
  /** The server can't accept what was sent, now or later. */
  | "invalidArgument"
  /** The run is not in a state that allows it. */
  | "failedPrecondition"
  /** The server can't be reached or takes no work now. Trying again may succeed. */
  | "unavailable"
  /** The server wants a token, and got none that it knows. */
  | "unauthenticated"
  /** The token does not allow what was asked for. */
  | "permissionDenied"
  /** Anything else; see the message. */
  | "other";

/** The server refused a call, or can't be reached. */
export class AetherError extends AetherSDKError {
  constructor(
    readonly code: AetherErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** The run, or the branch of it that was waiting, was cancelled. Let it through, or clean up and throw it again. */
export class CancellationError extends AetherSDKError {
  constructor(message = "cancelled") {
    super(message);
  }
}

/** An error that trying again can't help. Thrown by a step or an activity, it is recorded as such. */
export class NonRetryableError extends AetherSDKError {}

/** A step threw. Thrown in the workflow by the step's call, the same on every replay. */
export class StepFailed extends AetherSDKError {
  /** The type of its error, as its language names it. */
  readonly type: string;
  /** What its error said. */
  readonly reason: string;

  /** @internal */
  constructor(
    /** The step's name. */
    readonly step: string,
    failure: Failure,
  ) {
    super(`step "${step}" failed: ${described(failure)}`);
    this.type = failure.type;
    this.reason = failure.message;
  }
}

/** An activity failed at its last attempt. Thrown in the workflow by the activity's call, the same on every replay. */
export class ActivityFailed extends AetherSDKError {
  /**
   * The type of the error of its last attempt, as its language names it; `Timeout` when one of its limits was exceeded, `WorkerGone`
   * when the worker that had it disappeared.
   */
  readonly type: string;
  /** What the error of its last attempt said. */
  readonly reason: string;

  /** @internal */
  constructor(
    /** The activity's name. */
    readonly activity: string,
    failure: Failure,
  ) {
    super(`activity "${activity}" failed: ${described(failure)}`);
    this.type = failure.type;
    this.reason = failure.message;
  }
}

/** A run ended FAILED: its function threw. */
export class WorkflowFailed extends AetherSDKError {
  /** The type of the error, as its language names it. */
  readonly type: string;
  /** What the error said. */
  readonly reason: string;
  /** The name of the failing step; empty when the error came from elsewhere. */
  readonly step: string;

  /** @internal */
  constructor(
    readonly workflowId: string,
    failure: Failure,
  ) {
    super(`workflow ${workflowId} failed: ${failure.step === "" ? "" : `step "${failure.step}" failed: `}${described(failure)}`);
    this.type = failure.type;
    this.reason = failure.message;
    this.step = failure.step;
  }
}

/** A run ended CANCELLED. */
export class WorkflowCancelled extends AetherSDKError {
  /** @internal */
  constructor(readonly workflowId: string) {
    super(`workflow ${workflowId} was cancelled`);
  }
}

/** The time to wait for a signal was over before one came. */
export class SignalTimeout extends AetherSDKError {
  /** @internal */
  constructor(
    /** The signal's name. */
    readonly signal: string,
    milliseconds: number,
  ) {
    super(`no signal "${signal}" came within ${milliseconds / 1000} seconds`);
  }
}

/**
 * A value that can't be stored: JSON has nothing for it, so that a replay would not get the same. The message says where in the value
 * it is, and what to do.
 */
export class UnstorableValue extends AetherSDKError {}

function described({ message, type }: Failure): string {
  return type === "" ? message : `${message} (${type})`;
}
