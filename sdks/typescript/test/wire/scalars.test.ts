import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { WireReader } from "../../src/wire/WireReader";
import { WireWriter } from "../../src/wire/WireWriter";
import { protocEncode } from "./protoc";

const numbers = [0, 1, 2, 63, 64, 127, 128, 255, 300, 16_383, 16_384, 2 ** 21 - 1, 2 ** 21, 2 ** 28 - 1, 2 ** 28, 2 ** 31 - 1];
const negative = [-1, -2, -64, -65, -128, -129, -(2 ** 28), -(2 ** 31)];
const wide = [2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 35, 2 ** 42 + 5, 2 ** 49 - 1, 2 ** 52 + 1, Number.MAX_SAFE_INTEGER];
const wideNegative = [-(2 ** 31) - 1, -(2 ** 32), -(2 ** 32) - 1, -(2 ** 45) + 3, Number.MIN_SAFE_INTEGER];
const floats = [0, -0, 1, -1.5, 3.4028234663852886e38, 1.401298464324817e-45, Infinity, -Infinity, NaN];
const strings = [
  "",
  "a",
  "x".repeat(12),
  "x".repeat(13),
  "x".repeat(24),
  "x".repeat(25),
  "x".repeat(127),
  "x".repeat(128),
  "é",
  "short é",
  "é".repeat(12),
  "é".repeat(63),
  "é".repeat(64),
  "é".repeat(100),
  "𝄞".repeat(3000),
  "日本語".repeat(50),
  "漢".repeat(5461),
  "漢".repeat(5462),
  "\0\u007f\u0080\uffff",
];

interface Kind {
  name: "uint32" | "int32" | "sint32" | "uint64" | "int64" | "sint64" | "fixed32" | "sfixed32" | "float" | "double" | "bool" | "string";
  wire: number;
  values: readonly (number | string | boolean)[];
}

const kinds: Kind[] = [
  { name: "uint32", wire: 0, values: [...numbers, 2 ** 31, 2 ** 32 - 1] },
  { name: "int32", wire: 0, values: [...numbers, ...negative] },
  { name: "sint32", wire: 0, values: [...numbers, ...negative] },
  { name: "uint64", wire: 0, values: [...numbers, ...wide] },
  { name: "int64", wire: 0, values: [...numbers, ...negative, ...wide, ...wideNegative] },
  { name: "sint64", wire: 0, values: [...numbers, ...negative, ...wide, ...wideNegative] },
  { name: "fixed32", wire: 5, values: [...numbers, 2 ** 32 - 1] },
  { name: "sfixed32", wire: 5, values: [...numbers, ...negative] },
  { name: "float", wire: 5, values: floats },
  { name: "double", wire: 1, values: [...floats, 0.1, 1.7976931348623157e308, 5e-324] },
  { name: "bool", wire: 0, values: [true, false] },
  { name: "string", wire: 2, values: strings },
];

for (const kind of kinds) {
  test(`${kind.name} is written as protoc writes it, and read`, () => {
    const writer = new WireWriter();
    for (const value of kind.values) {
      writer.tag(8 + kind.wire);
      (writer[kind.name] as (value: unknown) => WireWriter).call(writer, value);
    }
    const bytes = writer.finish();
    assert.deepEqual(Buffer.from(bytes), oracle(kind.name, kind.values));
    const reader = new WireReader(bytes);
    for (const value of kind.values) {
      assert.equal(reader.tag(), 8 + kind.wire);
      assert.ok(Object.is(reader[kind.name](), value), `${String(value)} comes back`);
    }
    reader.finish(bytes.length);
  });
}

const big = [0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n];

for (const name of ["fixed64", "sfixed64"] as const) {
  test(`${name} is a bigint, written as protoc writes it, and read`, () => {
    const values = name === "fixed64" ? [...big.filter((each) => each >= 0n), 2n ** 64n - 1n] : big;
    const writer = new WireWriter();
    for (const value of values) writer.tag(9)[name](value);
    const bytes = writer.finish();
    assert.deepEqual(Buffer.from(bytes), oracle(name, values));
    const reader = new WireReader(bytes);
    for (const value of values) {
      reader.tag();
      assert.equal(reader[name](), value);
    }
  });
}

test("64-bit integers beyond 2^53 are rounded", () => {
  const maximum = oracle("uint64", [2n ** 64n - 1n]);
  assert.equal(new WireReader(maximum.subarray(1)).uint64(), 2 ** 64);
  assert.equal(new WireReader(oracle("int64", [-(2n ** 63n)]).subarray(1)).int64(), -(2 ** 63));
  assert.equal(new WireReader(oracle("int64", [2n ** 62n + 1n]).subarray(1)).int64(), 2 ** 62);
  assert.equal(new WireReader(oracle("sint64", [-(2n ** 63n)]).subarray(1)).sint64(), -(2 ** 63));
  assert.deepEqual(Buffer.from(new WireWriter().uint64(2 ** 60).finish()), oracle("uint64", [2n ** 60n]).subarray(1));
});

test("a 32-bit integer takes the low bits of a longer one, as protobuf has it", () => {
  const bytes = oracle("int64", [2n ** 32n + 7n]).subarray(1);
  assert.equal(new WireReader(bytes).uint32(), 7);
  assert.equal(new WireReader(bytes).int32(), 7);
  assert.equal(new WireReader(oracle("int64", [2n ** 32n]).subarray(1)).bool(), true);
});

test("half a surrogate pair becomes U+FFFD, what is not UTF-8 too", () => {
  for (const text of ["\ud800", `${"x".repeat(40)}\udc00`, "a\ud83dz"]) {
    const bytes = new WireWriter().string(text).finish();
    assert.equal(new WireReader(bytes).string(), text.replace(/[\ud800-\udfff]/, "\ufffd"));
  }
  assert.equal(new WireReader(Buffer.from([3, 0x61, 0xff, 0x62])).string(), "a\ufffdb");
  assert.equal(new WireReader(Buffer.concat([Buffer.from([20]), Buffer.alloc(20, 0xff)])).string(), "\ufffd".repeat(20));
});

test("tags of large field numbers are written and read", () => {
  for (const tag of [8, 127, 128, 0x1234_5678, 0xffff_ffff]) {
    assert.equal(new WireReader(new WireWriter().tag(tag).finish()).tag(), tag);
  }
});

test("a length that takes more bytes than were left for it moves what is behind it", () => {
  for (const length of [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152]) {
    const content = Buffer.alloc(length, 5);
    const writer = new WireWriter();
    const start = writer.tag(10).begin();
    // A field of bytes without its own length.
    for (let index = 0; index < length; index += 1) writer.uint32(5);
    const bytes = writer.end(start).tag(8).uint32(1).finish();
    const reader = new WireReader(bytes);
    reader.tag();
    assert.equal(Buffer.compare(reader.bytes(), content), 0);
    assert.deepEqual([reader.tag(), reader.uint32()], [8, 1]);
    assert.equal(reader.position, reader.length);
  }
});

function oracle(kind: string, values: readonly unknown[]): Buffer {
  const directory = mkdtempSync(join(tmpdir(), "aether-wire-"));
  try {
    const text = `syntax = "proto3"; message Scalars { repeated ${kind} value = 1 [packed = false]; }`;
    writeFileSync(join(directory, "s.proto"), kind === "string" ? text.replace(" [packed = false]", "") : text);
    return protocEncode("Scalars", values.map((value) => `value: ${literal(value)}`).join("\n"), "s.proto", directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function literal(value: unknown): string {
  if (typeof value === "string") return `"${[...Buffer.from(value)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("")}"`;
  if (Object.is(value, -0)) return "-0.0";
  if (typeof value === "number" && !Number.isFinite(value)) return String(value).replace("Infinity", "inf").toLowerCase();
  return String(value);
}
