import { strict as assert } from "node:assert";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "node:test";
import { GrpcCode } from "../../src/grpc/GrpcCode";
import { FrameType, isRequest } from "./RawServer";
import { channelTo, echo, failure, rawServer } from "./support";

test("PINGs are sent while calls are under way, and not without", async (context) => {
  const pings: number[] = [];
  const streams: number[] = [];
  const server = await rawServer(context, {
    onFrame: (frame) => {
      if (isRequest(frame)) streams.push(frame.stream);
      if (frame.type === FrameType.PING) pings.push(frame.flags);
    },
  });
  const channel = channelTo(context, server.url, { keepalive: { interval: 20, timeout: 1000 } });
  const call = channel.unary(echo, "");
  // As slow as the machine may be, as long as the call is under way.
  while (pings.length < 3) await delay(10);
  const [connection] = server.connections;
  connection?.answer(streams[0] as number, "ok");
  await call;
  const { length } = pings;
  await delay(100);
  assert.ok(pings.length <= length + 1);
});

test("a PING without an answer ends the connection and the calls", async (context) => {
  const server = await rawServer(context, { isMute: true });
  const channel = channelTo(context, server.url, { keepalive: { interval: 20, timeout: 60 } });
  await failure(channel.unary(echo, ""), GrpcCode.UNAVAILABLE, /was lost: 127.0.0.1 has not answered for 60 ms/);
});

test("a peer that sends is there, even if its answer to a PING is late", async (context) => {
  const server = await rawServer(context, {
    isMute: true,
    onFrame: (frame, connection) => {
      if (!isRequest(frame)) return;
      connection.accept(frame.stream);
      let count = 0;
      const timer = setInterval(() => {
        count += 1;
        connection.message(frame.stream, String(count));
        if (count < 20) return;
        clearInterval(timer);
        connection.ok(frame.stream);
      }, 10);
    },
  });
  const channel = channelTo(context, server.url, { keepalive: { interval: 20, timeout: 60 } });
  let count = 0;
  await channel.receive(echo, "", { onMessage: () => (count += 1) });
  assert.equal(count, 20);
});

test("a process that was busy does not take its server for gone", async (context) => {
  let stream = 0;
  let pings = 0;
  const server = await rawServer(context, {
    onFrame: (frame, connection) => {
      if (isRequest(frame)) stream = frame.stream;
      if (frame.type !== FrameType.PING) return;
      pings += 1;
      // The answer to the PING has been sent; who asked is kept from reading it until it is late.
      const until = Date.now() + 150;
      while (Date.now() < until);
      if (pings === 3) connection.answer(stream, "ok");
    },
  });
  const channel = channelTo(context, server.url, { keepalive: { interval: 20, timeout: 100 } });
  assert.equal(await channel.unary(echo, ""), "ok");
});

test("the first call on a connection that was idle for long asks whether it is still there", async (context) => {
  let isGone = false;
  const server = await rawServer(context, {
    isMute: true,
    onFrame: (frame, connection) => {
      if (isRequest(frame) && !isGone) connection.answer(frame.stream, "ok");
    },
  });
  const channel = channelTo(context, server.url, { keepalive: { interval: 200, timeout: 50 } });
  assert.equal(await channel.unary(echo, ""), "ok");
  isGone = true;
  await delay(250);
  const start = Date.now();
  await failure(channel.unary(echo, ""), GrpcCode.UNAVAILABLE, /has not answered/);
  assert.ok(Date.now() - start < 150);
});
