const mask = (1n << 64n) - 1n;

/**
 * The random numbers of one operation: the same in every language and on every replay, and recorded nowhere.
 *
 * SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014), which begins at the run's seed XOR the 64-bit
 * FNV-1a hash of the operation's key in UTF-8.
 */
export class KeyedRandom {
  private state: bigint;

  constructor(seed: bigint, key: string) {
    this.state = (seed & mask) ^ fnv1a(key);
  }

  next(): bigint {
    this.state = (this.state + 0x9e37_79b9_7f4a_7c15n) & mask;
    let mixed = this.state;
    mixed = ((mixed ^ (mixed >> 30n)) * 0xbf58_476d_1ce4_e5b9n) & mask;
    mixed = ((mixed ^ (mixed >> 27n)) * 0x94d0_49bb_1331_11ebn) & mask;
    return mixed ^ (mixed >> 31n);
  }

  /** A number in 0 ..< 1: the upper 53 bits of the next output, times 2⁻⁵³. */
  unit(): number {
    return Number(this.next() >> 11n) * 2 ** -53;
  }

  /**
   * A number in 0 ..< bound, every one equally likely: the upper half of output × bound. An output whose lower half is below
   * (2⁶⁴ − bound) mod bound is passed over (D. Lemire, "Fast random integer generation in an interval", 2019).
   */
  below(bound: bigint): bigint {
    const threshold = ((1n << 64n) - bound) % bound;
    for (;;) {
      const product = this.next() * bound;
      if ((product & mask) >= threshold) return product >> 64n;
    }
  }

  /** A version 4 UUID (RFC 9562) of the next two outputs, each big-endian, with the bits of version and variant set. */
  uuid(): string {
    const high = (this.next() & ~0xf000n) | 0x4000n;
    const low = (this.next() & ~(0xc0n << 56n) & mask) | (0x80n << 56n);
    const digits = high.toString(16).padStart(16, "0") + low.toString(16).padStart(16, "0");
    return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`;
  }
}

function fnv1a(text: string): bigint {
  let hash = 0xcbf2_9ce4_8422_2325n;
  for (const byte of Buffer.from(text)) hash = ((hash ^ BigInt(byte)) * 0x100_0000_01b3n) & mask;
  return hash;
}
