import { strict as assert } from "node:assert";
import { test } from "node:test";
import { RegisterRequest, AdvanceRequest, Record, RunAck, Task } from "../../src/generated/worker";
import { ActivityOptions, EntryKind, Failure, JournalEntry, State } from "../../src/generated/types";
import { GetMetricsRequest } from "../../src/generated/admin";
import { ClientService, WorkerService } from "../../src/generated/services";
import { protocDecode, protocEncode, textFormat } from "./protoc";
import { advance, emptyEntry, entry, task } from "./samples";

const types = "aether/v1/types.proto";
const worker = "aether/v1/worker.proto";

test("a message with every field has the bytes that protoc gives it", () => {
  const expected = protocEncode("aether.v1.JournalEntry", textFormat(entry), types);
  assert.deepEqual(Buffer.from(JournalEntry.encode(entry)), expected);
  assert.deepEqual(JournalEntry.decode(expected), entry);
});

test("nested and repeated messages have the bytes that protoc gives them", () => {
  const expectedTask = protocEncode("aether.v1.Task", textFormat(task), worker);
  assert.deepEqual(Buffer.from(Task.encode(task)), expectedTask);
  assert.deepEqual(Task.decode(expectedTask), task);
  const expectedAdvance = protocEncode("aether.v1.AdvanceRequest", textFormat(advance), worker);
  assert.deepEqual(Buffer.from(AdvanceRequest.encode(advance)), expectedAdvance);
  assert.deepEqual(AdvanceRequest.decode(expectedAdvance), advance);
});

test("protoc reads what is written", () => {
  const text = protocDecode("aether.v1.AdvanceRequest", AdvanceRequest.encode(advance), worker);
  assert.match(text, /task_id: "t2"/);
  assert.match(text, /delay_milliseconds: 0/);
  assert.deepEqual(AdvanceRequest.decode(protocEncode("aether.v1.AdvanceRequest", text, worker)), advance);
});

test("defaults are not written, and are there when read", () => {
  assert.equal(JournalEntry.encode(emptyEntry).length, 0);
  assert.equal(JournalEntry.encode({}).length, 0);
  assert.deepEqual(JournalEntry.decode(new Uint8Array(0)), emptyEntry);
  assert.deepEqual(GetMetricsRequest.decode(GetMetricsRequest.encode({})), {});
});

test("an optional field that is set to its default is written", () => {
  assert.deepEqual([...Record.encode({ delayMilliseconds: 0 })], [56, 0]);
  assert.equal(Record.decode(Buffer.from([56, 0])).delayMilliseconds, 0);
  assert.equal(Record.decode(Buffer.alloc(0)).delayMilliseconds, undefined);
});

test("parts of messages can be written", () => {
  const bytes = AdvanceRequest.encode({ workerId: "w", runs: [{ taskId: "t", records: [{ failure: { message: "m" } }] }] });
  assert.equal(AdvanceRequest.decode(bytes).runs[0]?.records[0]?.failure?.message, "m");
});

test("packed and unpacked numbers are read, also mixed", () => {
  const packed = [26, 4, 1, 0, 172, 2];
  const unpacked = [24, 1, 24, 0, 24, 172, 2];
  assert.deepEqual(RunAck.decode(Buffer.from(packed)).sequences, [1, 0, 300]);
  assert.deepEqual(RunAck.decode(Buffer.from(unpacked)).sequences, [1, 0, 300]);
  assert.deepEqual(RunAck.decode(Buffer.from([...packed, ...unpacked])).sequences, [1, 0, 300, 1, 0, 300]);
  assert.deepEqual([...RunAck.encode({ sequences: [1, 0, 300] })], packed);
});

test("many packed numbers have the length before them", () => {
  const heldSequences = Array.from({ length: 5000 }, (_, index) => index * 1_000_003);
  const bytes = RegisterRequest.encode({ heldSequences });
  assert.deepEqual(RegisterRequest.decode(bytes).heldSequences, heldSequences);
  assert.deepEqual(Buffer.from(bytes), protocEncode("aether.v1.RegisterRequest", textFormat({ heldSequences }), worker));
});

test("fields that are not known are passed over, groups too", () => {
  const unknown = [
    [0xf8, 0x7f, 0x96, 0x01],
    [0xf9, 0x7f, 1, 2, 3, 4, 5, 6, 7, 8],
    [0xfa, 0x7f, 3, 9, 9, 9],
    [0xfb, 0x7f, 8, 1, 0x1b, 0x10, 5, 0x1c, 0xfc, 0x7f],
    [0xfd, 0x7f, 1, 2, 3, 4],
    // The number of a known field, with another wire type.
    [0x0d, 1, 2, 3, 4],
  ];
  const bytes = Failure.encode({ message: "m", type: "t" });
  assert.deepEqual(Failure.decode(Buffer.from([...unknown.flat(), ...bytes, ...unknown.flat()])), Failure.decode(bytes));
});

test("the last of several values counts", () => {
  assert.equal(Failure.decode(Buffer.concat([Failure.encode({ type: "a" }), Failure.encode({ type: "b" })])).type, "b");
});

test("bytes are views of the input", () => {
  const input = Buffer.from(JournalEntry.encode({ payload: Buffer.from("abc") }));
  const { payload } = JournalEntry.decode(input);
  input[input.length - 1] = 0x7a;
  assert.equal(Buffer.from(payload).toString(), "abz");
});

test("an input that is a part of a larger buffer is read from its beginning", () => {
  const whole = new Uint8Array(64);
  const bytes = Failure.encode({ message: "hello, hello, hello" });
  whole.set(bytes, 10);
  assert.equal(Failure.decode(whole.subarray(10, 10 + bytes.length)).message, "hello, hello, hello");
});

test("a double that is -0 or NaN is written", () => {
  assert.ok(Object.is(ActivityOptions.decode(ActivityOptions.encode({ retry: { factor: -0 } })).retry?.factor, -0));
  assert.equal(ActivityOptions.decode(ActivityOptions.encode({ retry: { jitter: NaN } })).retry?.jitter, NaN);
  assert.deepEqual([...ActivityOptions.encode({ retry: { factor: 0 } })], [18, 0]);
});

test("enums keep the names and numbers of the proto; a number without a name is kept", () => {
  assert.equal(EntryKind.ENTRY_KIND_STEP_COMPLETED, 10);
  assert.equal(State.CANCELLED, 4);
  assert.equal(JournalEntry.decode(JournalEntry.encode({ kind: 12345 })).kind, 12345);
  assert.equal(JournalEntry.decode(JournalEntry.encode({ kind: -2 })).kind, -2);
});

test("methods have their path and messages", () => {
  assert.equal(WorkerService.advance.path, "/aether.v1.WorkerService/Advance");
  assert.equal(ClientService.watchResults.path, "/aether.v1.ClientService/WatchResults");
  const bytes = WorkerService.advance.encode({ workerId: "w" });
  assert.equal(AdvanceRequest.decode(bytes).workerId, "w");
});
