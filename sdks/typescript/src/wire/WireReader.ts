import { WireError } from "./WireError";
import { WireType } from "./WireType";
import { noBytes } from "./noBytes";

/** Up to here the characters put together one by one are faster than the call into the engine's own decoder. */
const shortStringLength = 12;
/** How deep groups, which no message of the protocol has, are skipped. */
const maximumGroupDepth = 32;
const largestTag = 0xffff_ffff;

/**
 * Reads the fields of messages one behind the other. Whatever the bytes are, it reads none twice and none behind the end: it throws
 * a `WireError`.
 */
export class WireReader {
  /** Where the next value begins. */
  position = 0;
  /** Where the input ends. */
  readonly length: number;
  private readonly buffer: Buffer;
  /** The high word of the varint read last; the low one is what `varint` gives. */
  private high = 0;

  constructor(bytes: Uint8Array) {
    this.buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.length = this.buffer.length;
  }

  /** A field's number and wire type: number << 3 | type. */
  tag(): number {
    const byte = this.buffer[this.position];
    if (byte !== undefined && byte > 7 && byte < 128) {
      this.position += 1;
      return byte;
    }
    const tag = this.uint64();
    if (tag < 8 || tag > largestTag) throw new WireError(`a field's number is not between 1 and 536,870,911, at byte ${this.position}`);
    return tag;
  }

  uint32(): number {
    return this.varint();
  }

  /** Also for enums. */
  int32(): number {
    return this.varint() | 0;
  }

  sint32(): number {
    const value = this.varint();
    return (value >>> 1) ^ -(value & 1);
  }

  uint64(): number {
    const low = this.varint();
    return this.high === 0 ? low : this.high * 0x1_0000_0000 + low;
  }

  int64(): number {
    const low = this.varint();
    return this.high === 0 ? low : (this.high | 0) * 0x1_0000_0000 + low;
  }

  sint64(): number {
    const value = this.varint();
    const sign = -(value & 1);
    const low = (((value >>> 1) | (this.high << 31)) ^ sign) >>> 0;
    return ((this.high >>> 1) ^ sign) * 0x1_0000_0000 + low;
  }

  bool(): boolean {
    return this.varint() !== 0 || this.high !== 0;
  }

  fixed32(): number {
    return this.buffer.readUInt32LE(this.take(4));
  }

  sfixed32(): number {
    return this.buffer.readInt32LE(this.take(4));
  }

  fixed64(): bigint {
    return this.buffer.readBigUInt64LE(this.take(8));
  }

  sfixed64(): bigint {
    return this.buffer.readBigInt64LE(this.take(8));
  }

  float(): number {
    return this.buffer.readFloatLE(this.take(4));
  }

  double(): number {
    return this.buffer.readDoubleLE(this.take(8));
  }

  /** What is not UTF-8 becomes U+FFFD. */
  string(): string {
    const end = this.delimited();
    const start = this.position;
    this.position = end;
    return end - start <= shortStringLength ? this.shortString(start, end) : this.buffer.toString("utf8", start, end);
  }

  /** A view of the input. */
  bytes(): Uint8Array {
    const end = this.delimited();
    const start = this.position;
    this.position = end;
    return start === end ? noBytes : this.buffer.subarray(start, end);
  }

  /** Reads a length; gives the position where the value that follows ends. */
  delimited(): number {
    const count = this.varint();
    if (this.high !== 0 || count > this.length - this.position) throw this.truncated();
    return this.position + count;
  }

  /** To be called where a message or a packed field ends: its last value may not reach behind it. */
  finish(end: number): void {
    if (this.position !== end) throw new WireError(`a value reaches behind the end of its message, at byte ${end}`);
  }

  /** Passes over the value of a field that is not known. */
  skip(tag: number, depth = 0): void {
    switch (tag & 7) {
      case WireType.VARINT:
        this.varint();
        break;
      case WireType.FIXED64:
        this.take(8);
        break;
      case WireType.LENGTH_DELIMITED:
        this.position = this.delimited();
        break;
      case WireType.START_GROUP:
        this.skipGroup(tag, depth);
        break;
      case WireType.FIXED32:
        this.take(4);
        break;
      case WireType.END_GROUP:
        throw new WireError(`a group ends that did not begin, at byte ${this.position}`);
      default:
        throw new WireError(`the wire type ${tag & 7} does not exist, at byte ${this.position}`);
    }
  }

  private skipGroup(start: number, depth: number): void {
    if (depth >= maximumGroupDepth) throw new WireError(`groups are nested deeper than ${maximumGroupDepth}, at byte ${this.position}`);
    const end = start - WireType.START_GROUP + WireType.END_GROUP;
    for (let tag = this.tag(); tag !== end; tag = this.tag()) this.skip(tag, depth + 1);
  }

  /** The low word of a varint as an unsigned number; the high word is in `high`. */
  private varint(): number {
    const first = this.buffer[this.position];
    if (first !== undefined && first < 128) {
      this.position += 1;
      this.high = 0;
      return first;
    }
    return this.longVarint();
  }

  private longVarint(): number {
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.byte();
      low |= (byte & 127) << shift;
      if (byte < 128) {
        this.high = 0;
        return low;
      }
    }
    let byte = this.byte();
    low |= (byte & 127) << 28;
    let high = (byte & 127) >> 4;
    for (let shift = 3; byte >= 128; shift += 7) {
      byte = this.byte();
      if (shift === 31 && byte > 1) throw new WireError(`a number has more than 64 bits, at byte ${this.position}`);
      high |= (byte & 127) << shift;
    }
    this.high = high >>> 0;
    return low >>> 0;
  }

  private byte(): number {
    const byte = this.buffer[this.position];
    if (byte === undefined) throw this.truncated();
    this.position += 1;
    return byte;
  }

  /** Takes bytes of a fixed count; gives where they begin. */
  private take(count: number): number {
    const start = this.position;
    if (count > this.length - start) throw this.truncated();
    this.position = start + count;
    return start;
  }

  private shortString(start: number, end: number): string {
    const units = new Array<number>(end - start);
    for (let index = start; index < end; index += 1) {
      const byte = this.buffer[index] as number;
      if (byte > 127) return this.buffer.toString("utf8", start, end);
      units[index - start] = byte;
    }
    return String.fromCharCode.apply(null, units);
  }

  private truncated(): WireError {
    return new WireError(`the message ends in the middle of a value, at byte ${this.position} of ${this.length}`);
  }
}
