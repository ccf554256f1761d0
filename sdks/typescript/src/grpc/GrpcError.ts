import { GrpcCode } from "./GrpcCode";

/** Why a call has no answer: what the server said, or what happened on the way to it. */
export class GrpcError extends Error {
  override readonly name = "GrpcError";

  constructor(
    /** One of `GrpcCode`, or a number that a later gRPC has. */
    readonly code: number,
    message: string,
    options?: ErrorOptions,
    /** Whether the server, or a proxy on the way to it, reset the stream of the call. */
    readonly isReset = false,
  ) {
    super(message, options);
  }

  /** Whether the same call may succeed later. */
  get isTransient(): boolean {
    switch (this.code) {
      case GrpcCode.UNAVAILABLE:
      case GrpcCode.DEADLINE_EXCEEDED:
      case GrpcCode.ABORTED:
      case GrpcCode.CANCELLED:
        return true;
      case GrpcCode.INTERNAL:
        // A proxy whose server goes in the middle of an answer resets the stream with INTERNAL_ERROR.
        return this.isReset;
      default:
        return false;
    }
  }
}
