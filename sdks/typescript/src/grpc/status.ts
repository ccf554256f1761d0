import { constants, type IncomingHttpHeaders, type IncomingHttpStatusHeader } from "node:http2";
import { GrpcCode, codeName } from "./GrpcCode";
import { GrpcError } from "./GrpcError";

type Headers = IncomingHttpHeaders & IncomingHttpStatusHeader;

/** How a call ended, as its trailers say. No error: it ended well. No result: they have no status. */
export function statusOf(headers: Headers): { error: GrpcError | undefined } | undefined {
  const text = headers["grpc-status"];
  if (text === undefined) return undefined;
  if (text === "0") return { error: undefined };
  return { error: statusError(String(text), decodeMessage(String(headers["grpc-message"] ?? ""))) };
}

/** Why headers without a status are not those of a gRPC answer (gRPC, "HTTP to gRPC Status Code Mapping"). */
export function refusalOf(headers: Headers): GrpcError | undefined {
  const status = headers[":status"] ?? 0;
  if (status !== 200) {
    return new GrpcError(codeOfHttpStatus(status), `the server answered with HTTP status ${status}; is it Aether's gRPC port?`);
  }
  const type = headers["content-type"];
  if (type !== undefined && /^application\/grpc([+;]|$)/i.test(type)) return undefined;
  const found = type === undefined ? "has no content-type" : `is of the content-type "${type}"`;
  return new GrpcError(GrpcCode.UNKNOWN, `the server's answer is not gRPC, it ${found}`);
}

/** The error of a stream that the server reset (gRPC over HTTP/2, "Errors"). */
export function resetError(code: number): GrpcError {
  return new GrpcError(codeOfReset(code), `the server reset the call with ${resetName(code)}`, undefined, true);
}

/** An HTTP/2 error code in words. */
export function resetName(code: number): string {
  const found = Object.entries(constants).find(([name, value]) => value === code && resetNames.has(name));
  return found ? found[0].slice("NGHTTP2_".length) : `the HTTP/2 error code ${code}`;
}

const resetNames = new Set([
  "NGHTTP2_NO_ERROR",
  "NGHTTP2_PROTOCOL_ERROR",
  "NGHTTP2_INTERNAL_ERROR",
  "NGHTTP2_FLOW_CONTROL_ERROR",
  "NGHTTP2_SETTINGS_TIMEOUT",
  "NGHTTP2_STREAM_CLOSED",
  "NGHTTP2_FRAME_SIZE_ERROR",
  "NGHTTP2_REFUSED_STREAM",
  "NGHTTP2_CANCEL",
  "NGHTTP2_COMPRESSION_ERROR",
  "NGHTTP2_CONNECT_ERROR",
  "NGHTTP2_ENHANCE_YOUR_CALM",
  "NGHTTP2_INADEQUATE_SECURITY",
]);

function statusError(text: string, message: string): GrpcError {
  if (!/^\d{1,9}$/.test(text)) return new GrpcError(GrpcCode.UNKNOWN, `the server's grpc-status "${text}" is not a number`);
  const code = Number(text);
  return new GrpcError(code, message === "" ? `the server answered ${codeName(code)} and no more` : message);
}

function codeOfHttpStatus(status: number): number {
  switch (status) {
    case 400:
      return GrpcCode.INTERNAL;
    case 401:
      return GrpcCode.UNAUTHENTICATED;
    case 403:
      return GrpcCode.PERMISSION_DENIED;
    case 404:
      return GrpcCode.UNIMPLEMENTED;
    case 429:
    case 502:
    case 503:
    case 504:
      return GrpcCode.UNAVAILABLE;
    default:
      return GrpcCode.UNKNOWN;
  }
}

function codeOfReset(code: number): number {
  switch (code) {
    case constants.NGHTTP2_REFUSED_STREAM:
      return GrpcCode.UNAVAILABLE;
    case constants.NGHTTP2_CANCEL:
      return GrpcCode.CANCELLED;
    case constants.NGHTTP2_ENHANCE_YOUR_CALM:
      return GrpcCode.RESOURCE_EXHAUSTED;
    case constants.NGHTTP2_INADEQUATE_SECURITY:
      return GrpcCode.PERMISSION_DENIED;
    default:
      return GrpcCode.INTERNAL;
  }
}

/** Undoes the percent-encoding; what is not a valid escape is kept as it is, as the specification asks. */
function decodeMessage(text: string): string {
  if (!text.includes("%")) return text;
  const bytes: number[] = [];
  for (let index = 0; index < text.length; index += 1) {
    const digits = text.slice(index + 1, index + 3);
    const isEscape = text[index] === "%" && /^[0-9a-f]{2}$/i.test(digits);
    bytes.push(isEscape ? parseInt(digits, 16) : text.charCodeAt(index));
    if (isEscape) index += 2;
  }
  return Buffer.from(bytes).toString("utf8");
}
