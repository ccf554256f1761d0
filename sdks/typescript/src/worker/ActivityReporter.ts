import type { Logger } from "../api/Logger";
import type { Failure } from "../generated/types";
import type { CompleteStepRequest } from "../generated/worker";
import { GrpcCode } from "../grpc/GrpcCode";
import { GrpcError } from "../grpc/GrpcError";
import type { Init } from "../wire/Init";
import { failureOf } from "../run/failures";
import { pause, RetryDelay } from "../connection/RetryDelay";
import type { WorkerConnection } from "../connection/WorkerConnection";

/** How the server sees an attempt at an activity. */
export type AttemptStanding =
  | "wanted"
  /** The call was cancelled: the attempt is to end, and may say how. */
  | "cancelRequested"
  /** It is no longer this worker's: nobody wants to hear of it. */
  | "lost";

export type ActivityResult = { result: Uint8Array } | { failure: Failure };

/** How long a heartbeat holds its activity up while the server is away, and how long the last word of a worker may take. */
const haste = 2_000;

/** Carries what attempts at activities report to the server, while it is away again and again. */
export class ActivityReporter {
  /** The largest value that the server takes, in bytes. */
  maximumValueBytes = Infinity;

  constructor(
    private readonly connection: WorkerConnection,
    private readonly logger: Logger,
  ) {}

  /** Says that an attempt is alive. Returns what is known of it now; `undefined` when the server could not be asked. */
  async heartbeat(taskId: string, details: Uint8Array): Promise<AttemptStanding | undefined> {
    try {
      const answer = await this.connection.heartbeat({ taskId, details }, haste);
      if (!answer.ok) return "lost";
      return answer.cancelRequested ? "cancelRequested" : "wanted";
    } catch (error) {
      this.logger.debug(`a heartbeat was not delivered: ${String(error)}`);
      return error instanceof GrpcError && error.code === GrpcCode.NOT_FOUND ? "lost" : undefined;
    }
  }

  /** Tells how the attempt ended; again and again, until the server has taken or refused it or the signal is aborted. */
  async complete(taskId: string, result: ActivityResult, signal: AbortSignal): Promise<void> {
    let request = requestOf(taskId, result);
    const delay = new RetryDelay(50, 1_000);
    while (!signal.aborted) {
      try {
        return await this.connection.completeStep(request);
      } catch (error) {
        if (error instanceof GrpcError && error.isTransient) {
          this.logger.debug(`an activity's outcome is not delivered yet: ${error.message}`);
          await pause(delay.next(), signal);
          continue;
        }
        const failed = this.refused(taskId, error);
        // It may take a failure instead; should it not, the attempt is left to its time limits.
        if (!failed || request.error) return;
        request = failed;
      }
    }
  }

  private refused(taskId: string, error: unknown): Init<CompleteStepRequest> | undefined {
    const code = error instanceof GrpcError ? error.code : undefined;
    if (code === GrpcCode.NOT_FOUND || code === GrpcCode.FAILED_PRECONDITION) {
      this.logger.info(`an activity's outcome came too late: ${String(error)}`);
      return undefined;
    }
    this.logger.error(`the server refused an activity's outcome: ${String(error)}`);
    const isOfCaller = code === GrpcCode.UNAUTHENTICATED || code === GrpcCode.PERMISSION_DENIED;
    return isOfCaller ? undefined : requestOf(taskId, { failure: failureOf(error) });
  }

  /** Tells how the attempt ended, once. Should it not get through, the server finds out after the grace period. */
  async completeInHaste(taskId: string, result: ActivityResult): Promise<void> {
    await this.connection.completeStepOnce(requestOf(taskId, result), haste).catch(() => undefined);
  }
}

function requestOf(taskId: string, result: ActivityResult): Init<CompleteStepRequest> {
  if ("result" in result) return { taskId, result: result.result };
  const { message, type, nonRetryable } = result.failure;
  return { taskId, error: message === "" ? "the activity failed" : message, errorType: type, nonRetryable };
}
