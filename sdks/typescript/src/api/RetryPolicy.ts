import type { Failure } from "../generated/types";
import { type Duration, toMilliseconds } from "./duration";

/**
 * How often something that failed is tried again, and after which delays.
 *
 * The delay after the first failure is `initial`, after each further one `factor` times the one before, at most `maximum`; each is then
 * made shorter at random by up to the share `jitter`, so that many that failed together don't come back together. Attempts are counted
 * in the journal: a crash neither loses nor repeats one, nor begins a delay again.
 */
export interface RetryPolicy {
  /** The delay after the first failure; 1 second unless given. */
  initial?: Duration;
  /** By what each delay is longer than the one before, at least 1; 2 unless given. */
  factor?: number;
  /** The longest delay; 60 seconds unless given. */
  maximum?: Duration;
  /** How many attempts are made in all, at least 1; as many as it takes unless given. */
  attempts?: number;
  /** The greatest share, 0 to 1, of a delay that is taken off at random; 0.1 unless given. */
  jitter?: number;
  /** The names of classes of errors that are not tried again. `NonRetryableError` never is. */
  nonRetryable?: string[];
}

/** A policy as it is recorded and sent. */
export interface RecordedRetry {
  initialMilliseconds: number;
  factor: number;
  maximumMilliseconds: number;
  /** 0 is no limit. */
  attempts: number;
  jitter: number;
  nonRetryableTypes: string[];
}

/** A policy with what is left out. */
export function recordedRetry(policy: RetryPolicy): RecordedRetry {
  return {
    initialMilliseconds: Math.max(0, toMilliseconds(policy.initial ?? 1_000, "the retry policy's initial delay")),
    factor: Math.max(1, policy.factor ?? 2),
    maximumMilliseconds: Math.max(1, toMilliseconds(policy.maximum ?? 60_000, "the retry policy's maximum delay")),
    attempts: policy.attempts === undefined ? 0 : Math.max(1, Math.floor(policy.attempts)),
    jitter: Math.min(Math.max(0, policy.jitter ?? 0.1), 1),
    nonRetryableTypes: [...(policy.nonRetryable ?? [])].sort(),
  };
}

/** One attempt. */
export const noRetry: RecordedRetry = recordedRetry({ attempts: 1 });

/** Whether an attempt that failed, counted from 1, is followed by another. */
export function retries(policy: RecordedRetry, attempt: number, failure: Failure): boolean {
  if (failure.nonRetryable || policy.nonRetryableTypes.includes(failure.type)) return false;
  return policy.attempts === 0 || attempt < policy.attempts;
}

/** The wait after an attempt that failed, in whole milliseconds; `random` is 0 to 1. */
export function retryDelay(policy: RecordedRetry, attempt: number, random: number): number {
  const delay = Math.min(policy.initialMilliseconds * policy.factor ** (attempt - 1), policy.maximumMilliseconds);
  return Math.floor(delay * (1 - policy.jitter * random));
}
