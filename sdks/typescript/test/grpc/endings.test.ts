import { strict as assert } from "node:assert";
import { getEventListeners } from "node:events";
import { constants } from "node:http2";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "node:test";
import { GrpcCode } from "../../src/grpc/GrpcCode";
import { framed } from "./RawServer";
import { Event, accept, channelTo, echo, failure, nodeServer, reply } from "./support";

test("a deadline is told to the server and kept by the client", async (context) => {
  const closed = new Event<number>();
  const timeouts: unknown[] = [];
  const server = await nodeServer(context, (stream, headers) => {
    timeouts.push(headers["grpc-timeout"]);
    stream.on("close", () => closed.happen(stream.rstCode));
  });
  const error = await failure(channelTo(context, server.url).unary(echo, "", { timeout: 100 }), GrpcCode.DEADLINE_EXCEEDED, /100 ms/);
  assert.equal(error.isTransient, true);
  assert.equal(await closed.happened, constants.NGHTTP2_CANCEL);
  assert.match(String(timeouts[0]), /^\d{1,3}m$/);
});

test("a very long deadline is told in seconds and does not fire at once", async (context) => {
  const timeouts: unknown[] = [];
  const server = await nodeServer(context, (stream, headers) => {
    timeouts.push(headers["grpc-timeout"]);
    setTimeout(() => reply(stream, "ok"), 20);
  });
  const channel = channelTo(context, server.url);
  for (const timeout of [99_999_999, 2 ** 31, 1e15]) assert.equal(await channel.unary(echo, "", { timeout }), "ok");
  assert.match(String(timeouts[0]), /^9999\d{4}m$/);
  assert.match(String(timeouts[1]), /^2147484S$/);
  assert.equal(timeouts[2], "99999999S");
});

test("a signal cancels the call and tells the server", async (context) => {
  const begun = new Event();
  const closed = new Event<number>();
  const server = await nodeServer(context, (stream) => {
    begun.happen();
    stream.on("close", () => closed.happen(stream.rstCode));
  });
  const controller = new AbortController();
  const call = channelTo(context, server.url).unary(echo, "", { signal: controller.signal });
  await begun.happened;
  controller.abort();
  const error = await failure(call, GrpcCode.CANCELLED, /cancelled/);
  assert.equal(error.isTransient, true);
  assert.equal(await closed.happened, constants.NGHTTP2_CANCEL);
});

test("a signal that is aborted already lets nothing begin", async (context) => {
  const server = await nodeServer(context, () => assert.fail());
  await failure(channelTo(context, server.url).unary(echo, "", { signal: AbortSignal.abort() }), GrpcCode.CANCELLED, /cancelled/);
  assert.equal(server.sessions.length, 0);
});

test("received messages stop with the signal", async (context) => {
  const server = await nodeServer(context, (stream) => {
    accept(stream);
    stream.write(Buffer.concat([framed(Buffer.from("a")), framed(Buffer.from("b"))]));
  });
  const controller = new AbortController();
  const seen: string[] = [];
  const call = channelTo(context, server.url).receive(echo, "", {
    signal: controller.signal,
    onMessage: (message) => {
      seen.push(message);
      controller.abort();
    },
  });
  await failure(call, GrpcCode.CANCELLED, /cancelled/);
  await delay(20);
  assert.deepEqual(seen, ["a"]);
});

test("a signal cancels all its calls", async (context) => {
  const server = await nodeServer(context, () => undefined);
  const channel = channelTo(context, server.url);
  const controller = new AbortController();
  const { signal } = controller;
  const calls = [channel.unary(echo, "", { signal }), channel.receive(echo, "", { signal, onMessage: () => undefined })];
  setTimeout(() => controller.abort(), 20);
  await Promise.all(calls.map((call) => failure(call as Promise<unknown>, GrpcCode.CANCELLED, /cancelled/)));
});

test("calls leave no listeners on a signal that lives long, and many at a time are no more than one", async (context) => {
  const server = await nodeServer(context, (stream, headers) => {
    if (headers["grpc-timeout"]) return;
    reply(stream, "ok");
  });
  const channel = channelTo(context, server.url);
  const { signal } = new AbortController();
  for (let index = 0; index < 5; index += 1) await channel.unary(echo, "", { signal });
  await assert.rejects(channel.unary(echo, "", { signal, timeout: 5 }));
  await channel.receive(echo, "", { signal, onMessage: () => undefined });
  const call = channel.duplex(echo, { signal, onMessage: () => undefined });
  await call.done;
  assert.equal(getEventListeners(signal, "abort").length, 0);
  const calls = Array.from({ length: 20 }, () => channel.unary(echo, "", { signal }));
  assert.equal(getEventListeners(signal, "abort").length, 1);
  await Promise.all(calls);
  assert.equal(getEventListeners(signal, "abort").length, 0);
});
