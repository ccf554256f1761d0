import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { aether } from "../../src/index";
import { HistoryUnreadable, RecordedHistory, ReplayFailed } from "../../src/testing";
import { scriptWorkflow } from "../worker/ScriptWorkflow";

const fixtures = process.env.AETHER_FIXTURES ?? join(process.cwd(), "Tests/Fixtures/histories");
const files = readdirSync(fixtures).filter((name) => name.endsWith(".jsonl"));
const workflow = scriptWorkflow(aether(), "script");

assert.ok(files.length > 5);
for (const name of files) {
  const text = readFileSync(join(fixtures, name), "utf8");
  const lines = text.split("\n").filter((line) => line !== "");

  test(`${name} replays to the same result, as far as it was recorded`, async () => {
    await new RecordedHistory(text).replay(workflow, "recorded");
    for (let count = 1; count < lines.length; count += 1) {
      await new RecordedHistory(lines.slice(0, count).join("\n")).replay(workflow, "recorded");
    }
  });
}

const flow = aether().workflow("flow", async (context, number: number) => number * (await context.step("factor", () => 3.5)));
const flowHistory = (result: string): string => `
{"sequence":1,"kind":"STARTED","time":"2026-01-01T00:00:00.000Z","type":"flow","seed":"1","input":2}
{"sequence":2,"kind":"STEP_COMPLETED","time":"2026-01-01T00:00:01.000Z","key":"step:factor#1","result":3.5}
{"sequence":3,"kind":"CLOSED","time":"2026-01-01T00:00:01.000Z","state":"COMPLETED","result":${result}}`;

test("another result than today's does not fit", async () => {
  await new RecordedHistory(flowHistory("7")).replay(flow);
  await new RecordedHistory(flowHistory("7.0")).replay(flow);
  await assert.rejects(new RecordedHistory(flowHistory("8")).replay(flow), (error: ReplayFailed) => {
    assert.equal(error.workflow, "flow");
    assert.equal(error.reason, "it ends as COMPLETED with 7, and is recorded to have ended as COMPLETED with 8");
    return true;
  });
});

test("other code does not fit, and the error says what differs", async () => {
  const renamed = aether().workflow("flow", (context, _: number) => context.step("other", () => 1));
  const history = new RecordedHistory(flowHistory("7"));
  await assert.rejects(history.replay(renamed), /at entry 2 the journal has step:factor#1, the code called step:other#1/);
  const shorter = aether().workflow("flow", () => 1);
  await assert.rejects(history.replay(shorter), /at entry 2 the journal has step:factor#1, the code called nothing more/);
  const waiting = aether().workflow("flow", async () => new Promise((resolve) => setTimeout(resolve, 10_000).unref()));
  await assert.rejects(history.replay(waiting), ReplayFailed);
});

test("what is no history is refused with its line", () => {
  const [, first = "", second = ""] = flowHistory("7").split("\n");
  const gap = second.replace('"sequence":2', '"sequence":3');
  for (const [text, line] of [["", 1], [second, 1], [`${first}\n{`, 2], [`${first}\n${gap}`, 2]] as const) {
    assert.throws(() => new RecordedHistory(text), (error) => error instanceof HistoryUnreadable && error.line === line);
  }
});
