import type { Init } from "../wire/Init";
import type { MessageType } from "../wire/MessageType";

/** A method of a service: where it is, and how its messages are written and read. */
export interface Method<I, O> {
  readonly path: string;
  encode(message: I): Uint8Array;
  decode(bytes: Uint8Array): O;
}

export function method<I, O>(path: string, request: MessageType<I>, response: MessageType<O>): Method<Init<I>, O> {
  return { path, encode: request.encode, decode: response.decode };
}
