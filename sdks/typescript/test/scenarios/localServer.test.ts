import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { until } from "./bed";

const folder = mkdtempSync(join(tmpdir(), "aether-alone-"));
after(() => rmSync(folder, { recursive: true }));

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const end = (answer: boolean): void => (socket.destroy(), resolve(answer));
    socket.once("connect", () => end(true)).once("error", () => end(false));
  });
}

interface End {
  code: number | null;
  signal: string | null;
}

interface Alone {
  output: string;
  errors: string;
  ended: Promise<End>;
  kill(signal: NodeJS.Signals): void;
}

function start(port: number, program: string | undefined): Alone {
  const env = { ...process.env, AETHER_SERVER: `http://localhost:${port}`, AETHER_BIN: program };
  const child = spawn(process.execPath, [join(__dirname, "../worker/alone.js")], { cwd: folder, env });
  const ended = new Promise<End>((resolve) => child.once("close", (code, signal) => resolve({ code, signal })));
  const alone: Alone = { output: "", errors: "", ended, kill: (signal) => void child.kill(signal) };
  child.stdout.on("data", (text) => (alone.output += String(text)));
  child.stderr.on("data", (text) => (alone.errors += String(text)));
  return alone;
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  test(`without a server one is started beside the process, and ends with it after ${signal}`, { timeout: 60_000 }, async () => {
    const port = await freePort();
    const alone = start(port, process.env.AETHER_BINARY);
    await until(() => alone.output.includes("Hello, World!"));
    assert.match(alone.errors, new RegExp(`nothing listened at http://localhost:${port}: aether serve runs until this process ends`));
    assert.ok(await isListening(port));
    alone.kill(signal);
    assert.deepEqual(await alone.ended, { code: 0, signal: null });
    assert.ok(!(await isListening(port)));
  });
}

test("without a server and a program to start the error says how to get one", { timeout: 60_000 }, async () => {
  const alone = start(await freePort(), "/nowhere/aether");
  assert.equal((await alone.ended).code, 1);
  assert.match(alone.errors, /no server can be started: there is no program "\/nowhere\/aether", which AETHER_BIN names; install it/);
});
