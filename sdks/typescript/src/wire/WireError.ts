/** Bytes that are not a message of the protocol. */
export class WireError extends Error {
  override readonly name = "WireError";
}
