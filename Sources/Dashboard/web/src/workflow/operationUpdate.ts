import type { Entry } from "../api/entries";
import type { Failure } from "../api/types";
import type { Attempt, Operation, Outcome } from "./Operation";

type KeyedEntry = Extract<Entry, { key: string }>;

/// What one more entry says of an operation.
export function update(operation: Operation, entry: KeyedEntry, time: number): void {
  switch (entry.kind) {
    case "STEP_COMPLETED":
      operation.result = entry.result;
      endAttempt(operation, attemptStart(operation), time, "completed", null);
      return end(operation, time, "completed");
    case "STEP_FAILED":
      operation.failure = entry.failure;
      endAttempt(operation, attemptStart(operation), time, "failed", entry.failure);
      return end(operation, time, "failed");
    case "STEP_ATTEMPT_FAILED":
      endAttempt(operation, attemptStart(operation), time, "failed", entry.failure, entry.retryAt);
      operation.failure = entry.failure;
      operation.outcome = "waiting";
      return;
    case "TIMER_STARTED":
      operation.dueAt = Date.parse(entry.dueAt);
      operation.outcome = "waiting";
      return;
    case "SIGNAL_AWAITED":
      operation.dueAt = entry.dueAt === null ? null : Date.parse(entry.dueAt);
      operation.outcome = "waiting";
      return;
    case "TIMER_FIRED":
    case "SIGNAL_CONSUMED":
      return end(operation, time, "completed");
    case "CHILD_STARTED":
      operation.child = entry.child;
      operation.input = entry.input;
      return;
    case "CHILD_CLOSED":
      operation.result = entry.result ?? null;
      operation.failure = entry.failure ?? null;
      return end(operation, time, entry.state === "FAILED" ? "failed" : entry.state === "CANCELLED" ? "cancelled" : "completed");
    case "ACTIVITY_SCHEDULED":
      operation.input = entry.input;
      operation.outcome = "waiting";
      return;
    case "ACTIVITY_STARTED":
      operation.outcome = "running";
      operation.attempts.push({ ...runningAttempt(entry.attempt, time), worker: entry.worker });
      return;
    case "ACTIVITY_ATTEMPT_FAILED":
      endAttempt(operation, time, time, "failed", entry.failure, entry.retryAt);
      operation.failure = entry.failure;
      operation.outcome = "waiting";
      return;
    case "ACTIVITY_COMPLETED":
      operation.result = entry.result;
      operation.failure = null;
      endAttempt(operation, time, time, "completed", null);
      return end(operation, time, "completed");
    case "ACTIVITY_FAILED":
      operation.failure = entry.failure;
      endAttempt(operation, time, time, "failed", entry.failure);
      return end(operation, time, "failed");
    case "VALUE_SET":
      operation.result = entry.value;
      return end(operation, time, "completed");
    case "VERSION_SET":
      return end(operation, time, "completed");
    case "OPERATION_CANCELLED":
      endAttempt(operation, operation.start, time, "cancelled", null);
      return end(operation, time, "cancelled");
  }
}

function end(operation: Operation, time: number, outcome: Outcome): void {
  operation.end = time;
  operation.outcome = outcome;
}

/// Of a step only the ends of its attempts are written.
function attemptStart(operation: Operation): number {
  const last = operation.attempts[operation.attempts.length - 1];
  return last ? last.retryAt ?? last.end ?? operation.start : operation.start;
}

function runningAttempt(number: number, start: number): Attempt {
  return { number, start, end: null, outcome: "running", worker: null, failure: null, retryAt: null };
}

function endAttempt(
  operation: Operation,
  start: number,
  time: number,
  outcome: Outcome,
  failure: Failure | null,
  retryAt: string | null = null,
): void {
  let attempt = operation.attempts[operation.attempts.length - 1];
  if (!attempt || attempt.end !== null) {
    // Failed for good where the last attempt failed already: no attempt more.
    if (attempt && operation.kind === "activity") return;
    if (outcome === "cancelled") return;
    attempt = runningAttempt(operation.attempts.length + 1, Math.min(start, time));
    operation.attempts.push(attempt);
  }
  attempt.end = time;
  attempt.outcome = outcome;
  attempt.failure = failure;
  attempt.retryAt = retryAt === null ? null : Date.parse(retryAt);
}
