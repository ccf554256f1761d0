const initialCapacity = 512;
/** What a varint of 64 bits may take. */
const maximumVarintBytes = 10;
/** Up to here a loop is faster than the call into the engine's own encoder. */
const shortStringLength = 24;
/** Up to here room is made for the worst case, three bytes a character; beyond, the bytes are counted first. */
const countedStringLength = 4096;

/**
 * Writes the fields of messages one behind the other.
 *
 * The methods named after the kinds of protobuf write a value alone; `tag` goes before it. 64-bit integers are numbers: beyond 2^53
 * they are as exact as the number is.
 */
export class WireWriter {
  private buffer: Buffer = Buffer.allocUnsafe(initialCapacity);
  private position = 0;

  /** The bytes written so far. They share memory with the writer: write nothing more. */
  finish(): Uint8Array {
    return this.buffer.subarray(0, this.position);
  }

  /** A field's number and wire type: number << 3 | type. */
  tag(tag: number): this {
    return this.uint32(tag);
  }

  uint32(value: number): this {
    if (this.position + maximumVarintBytes > this.buffer.length) this.grow(maximumVarintBytes);
    let rest = value >>> 0;
    while (rest > 127) {
      this.buffer[this.position++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.buffer[this.position++] = rest;
    return this;
  }

  /** Also for enums. A negative number takes ten bytes, as in an int64. */
  int32(value: number): this {
    const integer = value | 0;
    return integer >= 0 ? this.uint32(integer) : this.words(integer >>> 0, 0xffff_ffff);
  }

  sint32(value: number): this {
    return this.uint32((value << 1) ^ (value >> 31));
  }

  uint64(value: number): this {
    if (value >= 0 && value <= 0xffff_ffff) return this.uint32(value);
    return this.words(value >>> 0, Math.floor(value / 0x1_0000_0000) >>> 0);
  }

  int64(value: number): this {
    return this.uint64(value);
  }

  sint64(value: number): this {
    const low = value >>> 0;
    const high = Math.floor(value / 0x1_0000_0000) | 0;
    const sign = high >> 31;
    return this.words(((low << 1) ^ sign) >>> 0, (((high << 1) | (low >>> 31)) ^ sign) >>> 0);
  }

  bool(value: boolean): this {
    return this.uint32(value ? 1 : 0);
  }

  fixed32(value: number): this {
    this.reserve(4);
    this.position = this.buffer.writeUInt32LE(value >>> 0, this.position);
    return this;
  }

  sfixed32(value: number): this {
    return this.fixed32(value);
  }

  /** The low 64 bits, whatever the sign. */
  fixed64(value: bigint): this {
    this.reserve(8);
    this.position = this.buffer.writeBigUInt64LE(BigInt.asUintN(64, value), this.position);
    return this;
  }

  sfixed64(value: bigint): this {
    return this.fixed64(value);
  }

  float(value: number): this {
    this.reserve(4);
    this.position = this.buffer.writeFloatLE(value, this.position);
    return this;
  }

  double(value: number): this {
    this.reserve(8);
    this.position = this.buffer.writeDoubleLE(value, this.position);
    return this;
  }

  /** As UTF-8; half a surrogate pair becomes U+FFFD. */
  string(value: string): this {
    const length = value.length;
    if (length <= shortStringLength && this.shortASCII(value, length)) return this;
    this.reserve(maximumVarintBytes + (length <= countedStringLength ? length * 3 : Buffer.byteLength(value)));
    const start = this.begin(length);
    this.position += this.buffer.write(value, this.position, "utf8");
    return this.end(start, length);
  }

  bytes(value: Uint8Array): this {
    this.uint32(value.length);
    this.reserve(value.length);
    this.buffer.set(value, this.position);
    this.position += value.length;
    return this;
  }

  /**
   * Begins a value whose length is known only once it is written; give the result to `end`.
   *
   * Room for the length of `expectedBytes` is left before it.
   */
  begin(expectedBytes = 0): number {
    this.reserve(maximumVarintBytes);
    this.position += varintBytes(expectedBytes);
    return this.position;
  }

  /** Puts the length before what was written since `begin`, and moves that if the length takes more bytes than were left for it. */
  end(start: number, expectedBytes = 0): this {
    const length = this.position - start;
    const left = varintBytes(expectedBytes);
    const needed = varintBytes(length);
    if (needed !== left) {
      this.reserve(maximumVarintBytes);
      this.buffer.copyWithin(start + needed - left, start, this.position);
    }
    this.position = start - left;
    this.uint32(length);
    this.position += length;
    return this;
  }

  private shortASCII(value: string, length: number): boolean {
    this.reserve(length + 1);
    const start = this.position + 1;
    for (let index = 0; index < length; index += 1) {
      const unit = value.charCodeAt(index);
      if (unit > 127) return false;
      this.buffer[start + index] = unit;
    }
    this.buffer[this.position] = length;
    this.position = start + length;
    return true;
  }

  private words(low: number, high: number): this {
    this.reserve(maximumVarintBytes);
    while (high > 0) {
      this.buffer[this.position++] = (low & 127) | 128;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    return this.uint32(low);
  }

  private reserve(count: number): void {
    if (this.position + count > this.buffer.length) this.grow(count);
  }

  private grow(count: number): void {
    const grown = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.position + count));
    this.buffer.copy(grown, 0, 0, this.position);
    this.buffer = grown;
  }
}

function varintBytes(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  return value < 0x1000_0000 ? 4 : 5;
}
