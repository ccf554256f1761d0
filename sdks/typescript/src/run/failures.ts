import { ActivityFailed, NonRetryableError, StepFailed, UnstorableValue } from "../api/errors";
import type { Failure } from "../generated/types";

/** What failed without saying why. */
export const noFailure: Failure = { message: "", type: "", step: "", nonRetryable: false };
/** The type of the failure of what took too long. */
export const timeoutType = "Timeout";
/** The type of the failure of an activity that ended because it was told to. */
export const cancelledType = "Cancelled";

/** What is recorded of what user code threw, which may be anything. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof StepFailed) return failure(thrown.reason, thrown.type, thrown.step);
  if (thrown instanceof ActivityFailed) return failure(thrown.reason, thrown.type, thrown.activity);
  const nonRetryable = thrown instanceof NonRetryableError || thrown instanceof UnstorableValue;
  if (thrown instanceof Error) return { ...failure(thrown.message || thrown.name, typeOf(thrown)), nonRetryable };
  return failure(typeof thrown === "string" ? thrown : textOf(thrown), typeof thrown);
}

export function failure(message: string, type: string, step = ""): Failure {
  return { message, type, step, nonRetryable: false };
}

/** The name that the error goes by; of a class that sets none, the class's. */
function typeOf(error: Error): string {
  return error.name !== "Error" && error.name !== "" ? error.name : error.constructor.name;
}

function textOf(thrown: unknown): string {
  try {
    return JSON.stringify(thrown) ?? String(thrown);
  } catch {
    return String(thrown);
  }
}
