import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import type { ChannelOptions, TlsFiles } from "./ChannelOptions";
import { GrpcCode } from "./GrpcCode";
import { GrpcError } from "./GrpcError";
import type { Target } from "./Target";

/** The `authorization` of the calls, if there is a token. Throws an `Error` when it can't be sent in a header. */
export function authorization(token: string | undefined): string | undefined {
  if (token === undefined || token === "") return undefined;
  if (!/^[\x21-\x7e]+$/.test(token)) throw new Error("the token has characters other than visible ASCII, a line end perhaps");
  return `Bearer ${token}`;
}

/** Why the token may not go to the server: others could read it on the way. */
export function tokenRefusal(options: ChannelOptions, target: Target): GrpcError | undefined {
  if (!options.token || target.isSecure || isLoopback(target.host) || options.allowsPlaintextToken) return undefined;
  return new GrpcError(
    GrpcCode.UNAUTHENTICATED,
    `the token is not sent in plain text to ${target.url}; use https://, or set allowsPlaintextToken if the network is trusted`,
  );
}

/** Whether what is sent to the host stays on this machine. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

export interface TlsMaterial {
  ca?: Buffer;
  cert?: Buffer;
  key?: Buffer;
}

/** Reads the files. Throws an `Error` that names the file that can't be read. */
export function readTlsFiles(files: TlsFiles): TlsMaterial {
  if ((files.certificateFile === undefined) !== (files.keyFile === undefined)) {
    throw new Error("tls.certificateFile and tls.keyFile go together: one of them is missing");
  }
  const material: TlsMaterial = {};
  if (files.caFile !== undefined) material.ca = read("caFile", files.caFile);
  if (files.certificateFile !== undefined) material.cert = read("certificateFile", files.certificateFile);
  if (files.keyFile !== undefined) material.key = read("keyFile", files.keyFile);
  return material;
}

function read(option: keyof TlsFiles, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Error(`tls.${option} can't be read: ${(error as Error).message}`);
  }
}
