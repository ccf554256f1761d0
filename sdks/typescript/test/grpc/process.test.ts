import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { nodeServer, refuse, reply } from "./support";
import { tcpServer } from "./tcp";

/** Runs a script that has a channel and reports when it ends. */
async function run(script: string, url: string): Promise<{ code: number | null; output: string; milliseconds: number }> {
  const channel = JSON.stringify(join(__dirname, "../../src/grpc/Channel.js"));
  const prologue = `
    const { Channel } = require(${channel});
    const echo = { path: "/test.Echo/Echo", encode: (text) => Buffer.from(text), decode: (bytes) => bytes.toString() };
    const channel = new Channel({ url: ${JSON.stringify(url)} });`;
  const start = Date.now();
  const child = spawn(process.execPath, ["-e", `${prologue}${script}`], { stdio: ["ignore", "pipe", "inherit"] });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  const timer = setTimeout(() => child.kill(), 5000);
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  clearTimeout(timer);
  return { code, output: Buffer.concat(chunks).toString(), milliseconds: Date.now() - start };
}

test("an idle channel does not keep the process alive", async (context) => {
  const server = await nodeServer(context, (stream) => reply(stream, "ok"));
  const { code, output } = await run("channel.unary(echo, '').then(console.log);", server.url);
  assert.deepEqual([code, output], [0, "ok\n"]);
});

test("a call under way keeps the process alive, also after a time without calls", async (context) => {
  const server = await nodeServer(context, (stream) => setTimeout(() => reply(stream, "ok"), 300));
  const script = `
    (async () => {
      console.log(await channel.unary(echo, ''));
      await new Promise((resolve) => setTimeout(resolve, 100));
      console.log(await channel.unary(echo, ''));
    })();`;
  const { code, output } = await run(script, server.url);
  assert.deepEqual([code, output], [0, "ok\nok\n"]);
});

test("a call that was given up while it waited for the connection does not keep the process alive", async (context) => {
  const port = await tcpServer(context, () => undefined);
  const script = "channel.unary(echo, '', { timeout: 50 }).catch((error) => console.log(error.code));";
  const { code, output, milliseconds } = await run(script, `http://127.0.0.1:${port}`);
  assert.deepEqual([code, output], [0, "4\n"]);
  assert.ok(milliseconds < 4000);
});

test("closing keeps the process alive until it is done", async (context) => {
  const server = await nodeServer(context, (stream) => reply(stream, "ok"));
  const script = "channel.unary(echo, '').then(() => channel.close()).then(() => console.log('closed'));";
  assert.equal((await run(script, server.url)).output, "closed\n");
});

test("a duplex call that fails does not end a process that has not asked yet how it ended", async (context) => {
  const server = await nodeServer(context, (stream) => refuse(stream, { "grpc-status": "5" }));
  const script = `
    const { done } = channel.duplex(echo, { onMessage: () => undefined });
    setTimeout(() => done.catch((error) => console.log(error.code)), 200);`;
  const { code, output } = await run(script, server.url);
  assert.deepEqual([code, output], [0, "5\n"]);
});
