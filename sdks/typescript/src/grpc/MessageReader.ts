import { GrpcCode } from "./GrpcCode";
import { GrpcError } from "./GrpcError";

/** What goes before a message: whether it is compressed, and its length in four bytes. */
export const prefixBytes = 5;
const maximumMessageBytes = 64 * 1024 * 1024;

/** Cuts what arrives on a stream into messages. A message that arrived in one piece is a view of that piece. */
export class MessageReader {
  private pieces: Buffer[] = [];
  private pieceBytes = 0;
  /** What has to be there before something can be done: a prefix, or a message with its prefix. */
  private neededBytes = prefixBytes;

  constructor(private readonly onMessage: (bytes: Uint8Array) => void) {}

  /** Whether a message has begun and not ended. */
  get isInMessage(): boolean {
    return this.pieceBytes > 0;
  }

  /** Throws a `GrpcError` for a message that can't be taken. */
  push(chunk: Buffer): void {
    if (this.pieceBytes === 0) return this.read(chunk);
    this.pieces.push(chunk);
    this.pieceBytes += chunk.length;
    if (this.pieceBytes < this.neededBytes) return;
    const whole = Buffer.concat(this.pieces, this.pieceBytes);
    this.pieces = [];
    this.pieceBytes = 0;
    this.read(whole);
  }

  private read(bytes: Buffer): void {
    let position = 0;
    for (;;) {
      const left = bytes.length - position;
      this.neededBytes = left < prefixBytes ? prefixBytes : prefixBytes + messageBytes(bytes, position);
      if (left < this.neededBytes) break;
      const end = position + this.neededBytes;
      this.onMessage(bytes.subarray(position + prefixBytes, end));
      position = end;
    }
    if (position === bytes.length) return;
    this.pieces.push(position === 0 ? bytes : bytes.subarray(position));
    this.pieceBytes = bytes.length - position;
  }
}

function messageBytes(bytes: Buffer, position: number): number {
  if (bytes[position] !== 0) throw new GrpcError(GrpcCode.INTERNAL, "the server sent a compressed message, which was not asked for");
  const length = bytes.readUInt32BE(position + 1);
  if (length <= maximumMessageBytes) return length;
  throw new GrpcError(GrpcCode.RESOURCE_EXHAUSTED, `the server's message has ${length} bytes; ${maximumMessageBytes} are allowed`);
}
