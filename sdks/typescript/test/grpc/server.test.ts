import { strict as assert } from "node:assert";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import type { WorkflowInfo } from "../../src/generated/admin";
import type { WatchedResult } from "../../src/generated/client";
import { AdminService, ClientService, WorkerService } from "../../src/generated/services";
import { EntryKind, State, type JournalEntry } from "../../src/generated/types";
import { AdvanceStatus, type Task } from "../../src/generated/worker";
import type { Channel } from "../../src/grpc/Channel";
import { GrpcCode } from "../../src/grpc/GrpcCode";
import { TestServer } from "../../src/testing";
import { Authority } from "./certificates";
import { Event, channelTo, failure, type Context } from "./support";

const skip = process.env["AETHER_BINARY"] === undefined ? "AETHER_BINARY names no server" : false;

async function register(channel: Channel): Promise<void> {
  await channel.unary(WorkerService.register, {
    workerId: "worker",
    serviceName: "orders",
    language: ["typescript"],
    provides: [{ name: "Order", type: 2 }],
    protocol: 1,
    instanceId: "instance",
  });
}

/** The tasks of a worker, and how their stream ends. */
function poll(channel: Channel, onTask: (task: Task) => void): Promise<void> {
  const options = { onMessage: onTask };
  return channel.receive(WorkerService.pollTasks, { workerId: "worker", maxTasks: 100 }, options);
}

async function startServer(context: Context, ...flags: string[]): Promise<TestServer> {
  const server = await TestServer.start({ program: String(process.env["AETHER_BINARY"]), flags });
  context.after(() => server.stop());
  return server;
}

function start(channel: Channel, workflowId: string): Promise<unknown> {
  return channel.unary(ClientService.startWorkflow, { workflowType: "Order", workflowId, input: Buffer.from('{"n":1}') });
}

test("a workflow is started, run and watched on the real server", { skip }, async (context) => {
  const { url } = await startServer(context);
  const channel = channelTo(context, url);
  const worker = channelTo(context, url);
  await register(worker);
  const arrived = new Event<Task>();
  const polling = poll(worker, (task) => arrived.happen(task));
  void polling.catch(() => undefined);

  const results: WatchedResult[] = [];
  const watch = channel.duplex(ClientService.watchResults, { onMessage: (message) => results.push(...message.results) });
  await start(channel, "order-1");
  watch.send({ workflowIds: ["order-1", "unknown"] });

  const task = await arrived.happened;
  assert.equal(task.workflowId, "order-1");
  assert.equal(task.journal[0]?.kind, EntryKind.ENTRY_KIND_STARTED);
  assert.equal(Buffer.from(task.journal[0]?.payload ?? []).toString(), '{"n":1}');
  assert.equal(typeof task.journal[0]?.seed, "bigint");
  const answer = await worker.unary(WorkerService.advance, {
    workerId: "worker",
    runs: [
      {
        taskId: task.taskId,
        firstRecord: 1,
        records: [
          { kind: EntryKind.ENTRY_KIND_STEP_COMPLETED, key: "größe#1", payload: Buffer.from("7") },
          { kind: EntryKind.ENTRY_KIND_CLOSED, state: State.COMPLETED, payload: Buffer.from('"done"') },
        ],
      },
    ],
  });
  assert.equal(answer.acks[0]?.status, AdvanceStatus.ADVANCE_OK, answer.acks[0]?.message);
  assert.equal(answer.acks[0]?.sequences.length, 2);

  const result = await channel.unary(ClientService.awaitResult, { workflowId: "order-1" }, { timeout: 10_000 });
  assert.equal(result.state, State.COMPLETED);
  assert.equal(Buffer.from(result.result).toString(), '"done"');
  watch.end();
  watch.send({ forgottenWorkflowIds: ["unknown"] });
  await watch.done;
  assert.equal(Buffer.from(results.find((each) => each.workflowId === "order-1")?.result?.result ?? []).toString(), '"done"');

  const entries: JournalEntry[] = [];
  await channel.receive(AdminService.getHistory, { workflowId: "order-1" }, { onMessage: (entry) => entries.push(entry) });
  assert.deepEqual(entries.map((entry) => entry.sequence), entries.map((_, index) => index + 1));
  assert.equal(entries.find((entry) => entry.kind === EntryKind.ENTRY_KIND_STEP_COMPLETED)?.key, "größe#1");
});

test("errors, streams and deadlines of the real server", { skip }, async (context) => {
  const channel = channelTo(context, (await startServer(context)).url);
  await failure(channel.unary(ClientService.getWorkflowStatus, { workflowId: "größe" }), GrpcCode.NOT_FOUND, /größe/);
  await failure(channel.unary({ ...ClientService.cancelWorkflow, path: "/aether.v1.No/No" }, {}), GrpcCode.UNIMPLEMENTED, /./);

  await Promise.all(Array.from({ length: 300 }, (_, index) => start(channel, `order-${index}`)));
  const found: WorkflowInfo[] = [];
  let opened = 0;
  await channel.receive(AdminService.listWorkflows, {}, { onOpen: () => (opened += 1), onMessage: (info) => found.push(info) });
  assert.deepEqual([found.length, opened], [300, 1]);

  const await0 = channel.unary(ClientService.awaitResult, { workflowId: "order-0" }, { timeout: 100 });
  await failure(await0, GrpcCode.DEADLINE_EXCEEDED, /./);
  const controller = new AbortController();
  const aborted = channel.unary(ClientService.awaitResult, { workflowId: "order-0" }, { signal: controller.signal });
  setTimeout(() => controller.abort(), 50);
  await failure(aborted, GrpcCode.CANCELLED, /cancelled/);
});

for (const signal of ["SIGTERM", "SIGKILL"] as const) {
  test(`calls under way end with a transient error when the server gets ${signal}`, { skip }, async (context: Context) => {
    const server = await startServer(context);
    const channel = channelTo(context, server.url);
    await register(channel);
    const opened = new Event();
    const options = { onOpen: () => opened.happen(), onMessage: () => undefined };
    const polling = channel.receive(WorkerService.pollTasks, { workerId: "worker" }, options);
    const ended = polling.then(
      () => assert.fail("the stream ended with OK"),
      (error: { isTransient: boolean; message: string }) => error,
    );
    await opened.happened;
    await (signal === "SIGKILL" ? server.kill() : server.stop());
    const error = await ended;
    assert.equal(error.isTransient, true, error.message);
    await failure(start(channel, "order"), GrpcCode.UNAVAILABLE, /the connection was refused/);
  });
}

test("the real server takes a token, TLS and a client's certificate", { skip }, async (context) => {
  const authority = new Authority(context, "test");
  const { certificateFile, keyFile } = authority.sign("server", "IP:127.0.0.1");
  const token = "0123456789abcdef".repeat(3);
  const tokensFile = join(dirname(certificateFile), "tokens");
  writeFileSync(tokensFile, `client tester ${token}\n`, { mode: 0o600 });
  const server = await startServer(
    context,
    ...["--tokens-file", tokensFile, "--tls-cert", certificateFile, "--tls-key", keyFile, "--tls-client-ca", authority.caFile],
  );
  const url = server.url.replace("http://localhost", "https://127.0.0.1");
  const client = authority.sign("client", "DNS:client");
  const tls = { caFile: authority.caFile, certificateFile: client.certificateFile, keyFile: client.keyFile };
  await start(channelTo(context, url, { token, tls }), "order");
  await failure(start(channelTo(context, url, { tls }), "order"), GrpcCode.UNAUTHENTICATED, /./);
  await failure(start(channelTo(context, url, { token, tls: { caFile: tls.caFile } }), "order"), GrpcCode.UNAVAILABLE, /certificate/);
});
