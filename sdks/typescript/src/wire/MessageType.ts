import type { Init } from "./Init";
import type { WireReader } from "./WireReader";
import type { WireWriter } from "./WireWriter";

/** How messages of one type are written and read. */
export interface MessageType<T> {
  encode(message: Init<T>): Uint8Array;
  write(writer: WireWriter, message: Init<T>): void;
  /** The message's `bytes` are views of the input, not copies. */
  decode(bytes: Uint8Array): T;
  /** Reads the fields up to the position `end`. */
  read(reader: WireReader, end: number): T;
}
