import type { Target } from "./Target";

/** Why a connection was lost, in words. */
export function connectionLoss(error: unknown, target: Target): string {
  const { code, message } = rootOf(error);
  return code === "ERR_HTTP2_ERROR" ? `the server broke the rules of HTTP/2 (${message})` : connectionFailure(error, target);
}

/** Why a connection can't be made, in words. */
export function connectionFailure(error: unknown, target: Target): string {
  const { code, message } = rootOf(error);
  return known(code, target) ?? (message || code || String(error));
}

/** What to say when the server closes a connection before it has said anything. */
export function closedAtOnce(target: Target): string {
  const hint = target.isSecure ? "asks for a certificate (tls.certificateFile, tls.keyFile)" : `wants TLS (https://${target.authority})`;
  return `the server closed the connection at once; perhaps it ${hint}`;
}

interface Failure {
  code: string;
  message: string;
}

/** When several addresses were tried, the error of the first one says most. */
function rootOf(error: unknown): Failure {
  const { code, message, errors } = error as { code?: unknown; message?: unknown; errors?: unknown };
  if (Array.isArray(errors) && errors.length > 0) return rootOf(errors[0]);
  return { code: typeof code === "string" ? code : "", message: typeof message === "string" ? message : "" };
}

function known(code: string, target: Target): string | undefined {
  return network(code, target) ?? certificate(code, target) ?? protocol(code, target);
}

function network(code: string, target: Target): string | undefined {
  switch (code) {
    case "ECONNREFUSED":
      return "the connection was refused; nothing listens there";
    case "ENOTFOUND":
      return `the name "${target.host}" was not found`;
    case "EAI_AGAIN":
      return `the name "${target.host}" can't be looked up now`;
    case "ETIMEDOUT":
      return "the host did not answer in time";
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return "the host can't be reached from here";
    case "ECONNRESET":
    case "EPIPE":
      return "the server broke the connection off";
    default:
      return undefined;
  }
}

function certificate(code: string, target: Target): string | undefined {
  switch (code) {
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
      return `the server's certificate is not trusted (${code}); name the file with its authority in tls.caFile`;
    case "CERT_HAS_EXPIRED":
      return "the server's certificate has expired";
    case "CERT_NOT_YET_VALID":
      return "the server's certificate is not valid yet; is the clock right?";
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return `the server's certificate is not for "${target.host}"`;
    default:
      return undefined;
  }
}

function protocol(code: string, target: Target): string | undefined {
  if (/CERTIFICATE_REQUIRED|SSLV3_ALERT_HANDSHAKE_FAILURE/.test(code)) {
    return `the server asks for a certificate (${code}); name it in tls.certificateFile and tls.keyFile`;
  }
  if (/ALERT_UNKNOWN_CA|ALERT_BAD_CERTIFICATE|ALERT_CERTIFICATE/.test(code)) {
    return `the server does not accept the certificate of this side (${code})`;
  }
  if (code.includes("NO_APPLICATION_PROTOCOL")) return "the server does not speak HTTP/2; is it Aether's gRPC port?";
  if (/^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)$|^EPROTO$/.test(code)) {
    return `the server does not speak TLS; is it http://${target.authority}?`;
  }
  if (code !== "ERR_HTTP2_ERROR") return undefined;
  const other = target.isSecure ? "" : `, or does it want TLS (https://${target.authority})`;
  return `the server does not speak HTTP/2; is it Aether's gRPC port${other}?`;
}
