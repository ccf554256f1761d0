import { AetherError, type AetherErrorCode } from "../api/errors";
import { GrpcCode } from "../grpc/GrpcCode";
import type { GrpcError } from "../grpc/GrpcError";

const codes: { [code: number]: AetherErrorCode } = {
  [GrpcCode.NOT_FOUND]: "notFound",
  [GrpcCode.ALREADY_EXISTS]: "alreadyExists",
  [GrpcCode.INVALID_ARGUMENT]: "invalidArgument",
  [GrpcCode.RESOURCE_EXHAUSTED]: "invalidArgument",
  [GrpcCode.OUT_OF_RANGE]: "invalidArgument",
  [GrpcCode.FAILED_PRECONDITION]: "failedPrecondition",
  [GrpcCode.UNAVAILABLE]: "unavailable",
  [GrpcCode.DEADLINE_EXCEEDED]: "unavailable",
  [GrpcCode.UNAUTHENTICATED]: "unauthenticated",
  [GrpcCode.PERMISSION_DENIED]: "permissionDenied",
};

export function aetherError({ code, message }: GrpcError): AetherError {
  return new AetherError(codes[code] ?? "other", message);
}
