import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Operation } from "../worker/Script";
import { scriptWorkflow } from "../worker/ScriptWorkflow";
import { clientOf, later, startServer, until, WorkerProcess } from "./bed";

const folder = mkdtempSync(join(tmpdir(), "aether-polyglot-"));
after(() => rmSync(folder, { recursive: true }));

const step = (name: string): Operation => ({ step: { _0: name, failures: 0, attempts: 1, isRetryable: true } });

for (const [first, second] of [["swift", "typescript"], ["typescript", "swift"]] as const) {
  test(`a run that began in ${first} goes on in ${second}, and nothing is done twice`, { timeout: 120_000 }, async () => {
    const server = await startServer("--worker-grace-ms", "50");
    const path = join(folder, first);
    execFileSync("mkfifo", [`${path}.gate`]);
    const operations: Operation[] = [
      step("a"),
      { derived: {} },
      { parallel: { _0: [[step("b"), { sleep: { milliseconds: 5 } }, step("c"), { set: { _0: "reached", _1: "c" } }], [{ gate: { _0: "gate" } }]] } },
      { set: { _0: "state", _1: "late" } },
      { activity: { _0: { succeed: {} }, _1: { attempts: 3 }, cancellation: "try" } },
      { child: { _0: `${first}-child`, _1: [step("d"), { derived: {} }], policy: "cancel" } },
      { derived: {} },
    ];
    const worker = new WorkerProcess(first, server, first);
    const script = scriptWorkflow(clientOf(server), "script").with({ id: "s" });
    await script.start({ path, operations });
    await worker.said("at gate");
    await until(async () => (await script.handle("s").value("reached")) === "c");
    await worker.kill();
    const other = new WorkerProcess(second, server, second);
    // For reading and writing: it waits for nobody, and is open for those that come.
    const gate = openSync(`${path}.gate`, constants.O_RDWR);
    const result = await script.handle("s").result();
    closeSync(gate);
    assert.equal(result[0], "a");
    assert.equal(result[9], `attempt 1 on ${second}`);
    assert.deepEqual(readFileSync(path, "utf8").split("\n").sort(), ["", "a", `attempt 1 on ${second}`, "b", "c", "d"]);
    await other.kill();
  });
}

test("an activity of a Swift worker is called from TypeScript, and the other way round", { timeout: 120_000 }, async () => {
  const server = await startServer();
  const swift = new WorkerProcess("swift", server, "swift");
  await swift.said("started");
  const client = clientOf(server, { workerId: "typescript", service: "numbers" });
  const path = join(folder, "activities");
  const caller = client.workflow("caller", (context, order: number) => {
    const work = client.activity<[object], string>("work");
    return context.activity(work, [{ path, behaviour: { succeed: {} }, order }]);
  });
  const double = client.activity("double", { service: "numbers" }, (_, order: number) => order * 2);
  later(await client.serve([caller, double]));
  assert.equal(await caller.startAndWait(1), "attempt 1 on swift");
  const elsewhere = client.workflow<[object], number>("call-elsewhere");
  assert.equal(await elsewhere.startAndWait({ activity: "double", service: "numbers", order: 21, attempts: 1 }), 42);
});
