import { strict as assert } from "node:assert";
import { test } from "node:test";
import { GrpcCode } from "../../src/grpc/GrpcCode";
import { MessageReader } from "../../src/grpc/MessageReader";
import { framed } from "./RawServer";

const messages = ["", "a", "hello", "x".repeat(1000), "", "end"];
const stream = Buffer.concat(messages.map((each) => framed(Buffer.from(each))));

function read(pieces: Buffer[]): string[] {
  const found: string[] = [];
  const reader = new MessageReader((bytes) => found.push(Buffer.from(bytes).toString()));
  for (const piece of pieces) reader.push(piece);
  assert.equal(reader.isInMessage, false);
  return found;
}

test("messages are read however the stream is cut", () => {
  for (const size of [1, 2, 3, 4, 5, 6, 7, 11, 500, 1004, 1005, 1006, stream.length]) {
    const pieces = Array.from({ length: Math.ceil(stream.length / size) }, (_, index) => stream.subarray(index * size, (index + 1) * size));
    assert.deepEqual(read(pieces), messages, `in pieces of ${size}`);
  }
  for (let cut = 0; cut <= stream.length; cut += 1) assert.deepEqual(read([stream.subarray(0, cut), stream.subarray(cut)]), messages);
});

test("a message that came in one piece is not copied", () => {
  const piece = framed(Buffer.from("abc"));
  const found: Uint8Array[] = [];
  new MessageReader((bytes) => found.push(bytes)).push(piece);
  piece[5] = 0x7a;
  assert.equal(String(found[0]), "zbc");
});

test("what has begun and not ended is known", () => {
  const reader = new MessageReader(() => undefined);
  for (const byte of framed(Buffer.from("ab")).subarray(0, 6)) {
    reader.push(Buffer.from([byte]));
    assert.equal(reader.isInMessage, true);
  }
  reader.push(Buffer.from("b"));
  assert.equal(reader.isInMessage, false);
});

test("a compressed message is refused", () => {
  const reader = new MessageReader(() => undefined);
  assert.throws(() => reader.push(framed(Buffer.from("a"), 1)), { code: GrpcCode.INTERNAL, message: /compressed/ });
});

test("a message of more than 64 MiB is refused by its prefix", () => {
  const reader = new MessageReader(() => assert.fail());
  reader.push(Buffer.from([0, 4, 0, 0, 0]));
  assert.equal(reader.isInMessage, true);
  const other = new MessageReader(() => assert.fail());
  assert.throws(() => other.push(Buffer.from([0, 4, 0, 0, 1])), { code: GrpcCode.RESOURCE_EXHAUSTED, message: /67108865 bytes/ });
});
