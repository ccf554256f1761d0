import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { startServer } from "./bed";

const program = join(__dirname, "../worker/dangling.js");

test("a workflow's rejected promise that nobody awaits does not end the process, the program's own does", async () => {
  const server = await startServer();
  const run = (...flags: string[]): ReturnType<typeof spawnSync> =>
    spawnSync(process.execPath, [program, ...flags], { env: { ...process.env, AETHER_SERVER: server.url }, timeout: 60_000, encoding: "utf8" });
  const fine = run();
  assert.deepEqual([fine.status, fine.stdout], [0, "true\n"]);
  assert.doesNotMatch(String(fine.stderr), /told late/);
  const own = run("own");
  assert.notEqual(own.status, 0);
  assert.match(String(own.stderr), /mine/);
});
