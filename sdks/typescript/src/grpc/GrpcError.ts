import { GrpcCode } from "./GrpcCode";

/** Why a call has no answer: what the server said, or what happened on the way to it. */
export class GrpcError extends Error {
  override readonly name = "GrpcError";

  constructor(
    /** One of `GrpcCode`, or a number that a later gRPC has. */
    readonly code: number,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** Whether the same call may succeed later. */
  get isTransient(): boolean {
    const { code } = this;
    return (
      code === GrpcCode.UNAVAILABLE || code === GrpcCode.DEADLINE_EXCEEDED || code === GrpcCode.ABORTED || code === GrpcCode.CANCELLED
    );
  }
}
