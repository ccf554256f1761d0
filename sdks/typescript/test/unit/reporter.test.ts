import assert from "node:assert/strict";
import { test } from "node:test";
import type { WorkerConnection } from "../../src/connection/WorkerConnection";
import { AdvanceStatus, type RunAck } from "../../src/generated/worker";
import { Reporter } from "../../src/worker/Reporter";
import { TaskTable } from "../../src/worker/TaskTable";

const silent = { debug() {}, info() {}, warn() {}, error() {} };

test("what this worker does not have it gives back until that is heard", async () => {
  const table = new TaskTable({ places: 1, maximumRuns: 1, begin: () => assert.fail("nothing begins") });
  assert.equal(table.deliver([], "w:1:a", "a"), false);
  const calls: string[][] = [];
  let heard = (): void => {};
  const isHeard = new Promise<void>((resolve) => (heard = resolve));
  const connection = {
    advance({ runs }: { runs: { taskId: string; giveBack?: boolean }[] }): Promise<{ acks: Partial<RunAck>[] }> {
      assert.ok(runs.every(({ giveBack }) => giveBack));
      calls.push(runs.map(({ taskId }) => taskId));
      if (calls.length === 2) heard();
      const isLate = calls.length === 1;
      return Promise.resolve({
        acks: runs.map(({ taskId }) => ({ status: isLate && taskId === "w:1:b" ? AdvanceStatus.ADVANCE_LATER : AdvanceStatus.ADVANCE_STALE })),
      });
    },
  } as unknown as WorkerConnection;
  const reporter = new Reporter(connection, "w", table, silent, () => assert.fail("nothing goes on"));
  for (const task of ["w:1:a", "w:1:b", "w:1:a"]) reporter.disown(task);
  await isHeard;
  reporter.stop();
  assert.deepEqual(calls, [["w:1:a", "w:1:b"], ["w:1:b"]]);
});
