import assert from "node:assert/strict";
import { test } from "node:test";
import { Payload } from "../../../Sources/Dashboard/web/src/json/Payload";
import { OperationIndex } from "../../../Sources/Dashboard/web/src/workflow/OperationIndex";
import { leaseSegments, segmentsOf } from "../../../Sources/Dashboard/web/src/workflow/segments";
import type { Run } from "../../../Sources/Dashboard/web/src/workflow/Run";
import { foldWaits } from "../../../Sources/Dashboard/web/src/workflow/timeFolds";
import { timelineRows } from "../../../Sources/Dashboard/web/src/workflow/timelineRows";
import { at, failure, JournalBuilder } from "./journal";

function indexOf(journal: JournalBuilder): OperationIndex {
  const index = new OperationIndex();
  journal.entries.forEach((entry) => index.add(entry));
  return index;
}

test("a step begins where what came before it in its scope ended", () => {
  const index = indexOf(new JournalBuilder().started().assigned(5).step(100, "step:a#1").step(250, "step:b#1"));
  assert.deepEqual(
    index.operations.map(({ start, end }) => [start, end]),
    [
      [at(0), at(100)],
      [at(100), at(250)],
    ],
  );
});

test("parallel branches begin together, whichever is written first", () => {
  const journal = new JournalBuilder().started().assigned(0).step(100, "step:a#1");
  journal.step(150, "parallel:#1/1/step:c#1").step(180, "parallel:#1/1/step:d#1").step(400, "parallel:#1/0/step:b#1").step(450, "step:e#1");
  const starts = new Map(indexOf(journal).operations.map(({ name, start }) => [name, start]));
  assert.equal(starts.get("b"), at(100));
  assert.equal(starts.get("c"), at(100));
  assert.equal(starts.get("d"), at(150));
  assert.equal(starts.get("e"), at(400), "what follows begins when the last branch has ended");
});

test("a step that another worker did again begins with that worker", () => {
  const journal = new JournalBuilder().started().assigned(0).add(1_000, "RELEASED", { attempt: 1, reason: "WORKER_GONE" });
  const index = indexOf(journal.assigned(5_000, "w2", 2).step(5_200, "step:a#1"));
  assert.equal(index.operations[0]?.start, at(5_000));
  assert.deepEqual(
    leaseSegments(index.leases, at(0), at(5_200)).map(({ lease, start, end }) => [lease?.worker ?? null, start, end]),
    [
      ["w1", at(0), at(1_000)],
      [null, at(1_000), at(5_000)],
      ["w2", at(5_000), at(5_200)],
    ],
  );
});

test("an activity's bar has its queue delay, each attempt, and the waits between", () => {
  const key = "activity:charge#1";
  const journal = new JournalBuilder().started().assigned(0).add(10, "ACTIVITY_SCHEDULED", { key, activity: "charge", input: new Payload("1"), options: {} });
  journal.add(30, "ACTIVITY_STARTED", { key, attempt: 1, worker: "w1" });
  journal.add(50, "ACTIVITY_ATTEMPT_FAILED", { key, attempt: 1, failure, details: new Payload("null"), retryAt: new Date(at(90)).toISOString() });
  journal.add(90, "ACTIVITY_STARTED", { key, attempt: 2, worker: "w2" });
  journal.add(120, "ACTIVITY_COMPLETED", { key, attempt: 2, result: new Payload('"ok"') });
  const operation = indexOf(journal).operation(key);
  assert.ok(operation);
  assert.equal(operation.outcome, "completed");
  assert.deepEqual(operation.attempts.map(({ worker, outcome }) => [worker, outcome]), [["w1", "failed"], ["w2", "completed"]]);
  assert.deepEqual(segmentsOf(operation, at(500)).map(({ look, start, end }) => [look, start - at(0), end - at(0)]), [
    ["queue", 10, 30],
    ["failed", 30, 50],
    ["backoff", 50, 90],
    ["completed", 90, 120],
  ]);
});

test("a retry that is still to come is a wait that goes on until now", () => {
  const journal = new JournalBuilder().started().assigned(0);
  journal.add(40, "STEP_ATTEMPT_FAILED", { key: "step:a#1", attempt: 1, failure, retryAt: new Date(at(1_040)).toISOString() });
  const operation = indexOf(journal).operation("step:a#1");
  assert.ok(operation);
  assert.equal(operation.outcome, "waiting");
  const segments = segmentsOf(operation, at(500));
  assert.deepEqual(segments.map(({ look, isOpen }) => [look, isOpen]), [["failed", false], ["backoff", true]]);
});

test("a signal knows when it had come, and what nothing waits for is kept", () => {
  const journal = new JournalBuilder().started().assigned(0);
  journal.add(10, "SIGNAL_AWAITED", { key: "signal:go#1", signal: "go", dueAt: null });
  journal.add(20, "SIGNAL_RECEIVED", { signal: "go", signalId: "1", payload: new Payload('"now"') });
  journal.add(21, "SIGNAL_RECEIVED", { signal: "go", signalId: "2", payload: new Payload("2") });
  journal.add(25, "SIGNAL_CONSUMED", { key: "signal:go#1", signalSequence: 4 });
  const index = indexOf(journal);
  assert.equal(index.operation("signal:go#1")?.arrivedAt, at(20));
  assert.equal(index.operation("signal:go#1")?.result?.text, '"now"');
  assert.deepEqual([...index.unconsumed.keys()], [5]);
  assert.equal(index.operationOf(4)?.key, "signal:go#1");
});

test("what was open when the run closed is cancelled then", () => {
  const journal = new JournalBuilder().started().assigned(0).add(10, "TIMER_STARTED", { key: "sleep:#1", dueAt: new Date(at(9_000)).toISOString() });
  const index = indexOf(journal.add(300, "TERMINATED").add(301, "CLOSED", { state: "CANCELLED" }));
  assert.equal(index.operations[0]?.outcome, "cancelled");
  assert.equal(index.operations[0]?.end, at(301));
  assert.deepEqual(index.markers.map(({ kind }) => kind), ["terminate"]);
});

test("branches are rows under their group, in their order, however deep", () => {
  const journal = new JournalBuilder().started().assigned(0).step(10, "parallel:#1/1/step:c#1");
  journal.step(20, "parallel:#1/0/step:a#1").step(25, "parallel:#1/0/race:#1/0/step:b#1").step(30, "step:z#1");
  const rows = timelineRows(indexOf(journal).operations);
  assert.deepEqual(
    rows.map((row) => [row.depth, row.kind === "group" ? row.title : row.operation.name]),
    [
      [0, "parallel"],
      [1, "a"],
      [1, "race"],
      [2, "b"],
      [1, "c"],
      [0, "z"],
    ],
  );
});

test("a wait that hides what was done is folded, and time is found again on both sides of it", () => {
  const hour = 3_600_000;
  const journal = new JournalBuilder().started().assigned(0).step(100, "step:a#1");
  journal.add(100, "TIMER_STARTED", { key: "sleep:#1", dueAt: new Date(at(hour)).toISOString() });
  journal.add(hour, "TIMER_FIRED", { key: "sleep:#1" }).step(hour + 100, "step:b#1");
  const index = indexOf(journal);
  const run = { index } as Run;
  const folded = foldWaits(run, at(0), at(hour + 100));
  assert.equal(folded.folds.length, 1);
  const shown = folded.toShown(at(hour + 100)) - at(0);
  assert.ok(shown > 200 && shown < 260, `${shown}`);
  const error = (time: number) => Math.abs(folded.toReal(folded.toShown(at(time))) - at(time));
  for (const time of [0, 50, 100, 103, hour, hour + 100]) assert.ok(error(time) < 1, `${time}`);
  assert.ok(error(hour / 2) < 1_000, "in a fold an hour is a few pixels");
  assert.equal(folded.pieces(at(0), at(hour + 100)).length, 2);
});

test("where there is no such wait time is as it is", () => {
  const journal = new JournalBuilder().started().assigned(0).step(100, "step:a#1").step(250, "step:b#1");
  assert.deepEqual(foldWaits({ index: indexOf(journal) } as Run, at(0), at(300)).folds, []);
});
