import { strict as assert } from "node:assert";
import { test } from "node:test";
import { JournalEntry } from "../../src/generated/types";
import { AdvanceRequest, AdvanceResponse, RegisterRequest, RunAck, Task } from "../../src/generated/worker";
import { WireError } from "../../src/wire/WireError";
import { WireReader } from "../../src/wire/WireReader";
import { advance, entry, task } from "./samples";

function refuses(bytes: readonly number[], message: RegExp): void {
  assert.throws(
    () => AdvanceRequest.decode(Buffer.from(bytes)),
    (error) => error instanceof WireError && message.test(error.message),
    `${bytes} is refused with ${message}`,
  );
}

test("every truncation of a message is read as a shorter one or refused", () => {
  const runs = advance.runs.map((run) => ({ ...run, records: run.records.slice(0, 1) }));
  const samples = [
    { bytes: JournalEntry.encode(entry), decode: JournalEntry.decode },
    { bytes: AdvanceRequest.encode({ runs }), decode: AdvanceRequest.decode },
  ];
  for (const { bytes, decode } of samples) {
    const refused = Array.from({ length: bytes.length }, (_, length) => length).filter((length) => {
      try {
        decode(bytes.subarray(0, length));
        return false;
      } catch (error) {
        assert.ok(error instanceof WireError);
        return true;
      }
    });
    // What is cut between two fields is a message too; there are far fewer such places than bytes.
    assert.ok(refused.length > bytes.length * 0.8, `${refused.length} of ${bytes.length}`);
  }
});

test("a nested message that is cut is refused, wherever it is cut", () => {
  const inner = AdvanceRequest.encode({ runs: [{ taskId: "task", firstRecord: 300 }] });
  for (let length = 1; length < inner.length; length += 1) refuses([...inner.subarray(0, length)], /./);
});

test("a nested value that reaches behind its message is refused", () => {
  // runs { task_id of length 4 in a message of 4 bytes } and what could pass for the rest of it.
  refuses([18, 4, 10, 4, 97, 98, 99, 100], /behind the end of its message/);
  refuses([18, 2, 16, 128, 1, 0], /behind the end of its message/);
});

test("a packed field whose last number reaches behind it is refused", () => {
  assert.throws(() => RunAck.decode(Buffer.from([26, 1, 128, 1])), /behind the end of its message/);
});

test("lengths beyond the input are refused, however large", () => {
  refuses([10, 5, 97], /in the middle of a value/);
  refuses([10, 255, 255, 255, 255, 15], /in the middle of a value/);
  refuses([10, 128, 128, 128, 128, 16], /in the middle of a value/);
  refuses([18, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1], /in the middle of a value/);
});

test("numbers of more than 64 bits are refused", () => {
  const ten = [255, 255, 255, 255, 255, 255, 255, 255, 255];
  refuses([32, ...ten, 255, 1], /more than 64 bits/);
  refuses([32, ...ten, 2], /more than 64 bits/);
  refuses([32, ...Array.from({ length: 100 }, () => 128)], /more than 64 bits/);
  refuses([32, ...ten], /in the middle of a value/);
});

test("fields of the number 0, wire types that do not exist and stray ends of groups are refused", () => {
  refuses([0, 1], /field's number/);
  refuses([7], /field's number/);
  refuses([128, 128, 128, 128, 16, 1], /field's number/);
  refuses([14], /wire type 6/);
  refuses([15], /wire type 7/);
  refuses([36], /did not begin/);
  refuses([35, 44], /did not begin/);
});

test("groups that do not end or are too deep are refused", () => {
  refuses([35, 8, 1], /in the middle of a value/);
  refuses(Array.from({ length: 100_000 }, () => 35), /nested deeper/);
});

test("fixed numbers that are cut are refused", () => {
  for (const tag of [9, 13]) refuses([tag, 1, 2, 3], /in the middle of a value/);
  for (const read of ["fixed32", "sfixed32", "float"] as const) assert.throws(() => new WireReader(Buffer.alloc(3))[read](), WireError);
  for (const read of ["fixed64", "sfixed64", "double"] as const) assert.throws(() => new WireReader(Buffer.alloc(7))[read](), WireError);
});

test("random bytes and damaged messages are read or refused, and nothing else", () => {
  let seed = 42;
  function random(): number {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return seed >>> 8;
  }
  const valid = [Task.encode(task), AdvanceRequest.encode(advance).subarray(0, 600)];
  const decoders = [Task.decode, AdvanceRequest.decode, AdvanceResponse.decode, RegisterRequest.decode, JournalEntry.decode];
  for (let round = 0; round < 3000; round += 1) {
    const original = valid[round % 3];
    const bytes = original ? Buffer.from(original) : Buffer.alloc(random() % 200);
    const changes = original ? 1 + (random() % 4) : bytes.length;
    for (let change = 0; change < changes; change += 1) bytes[original ? random() % bytes.length : change] = random() & 255;
    for (const decode of decoders) {
      try {
        decode(bytes);
      } catch (error) {
        assert.ok(error instanceof WireError, String(error));
      }
    }
  }
});
