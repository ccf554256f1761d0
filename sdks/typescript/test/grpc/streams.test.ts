import { strict as assert } from "node:assert";
import { test } from "node:test";
import { GrpcCode } from "../../src/grpc/GrpcCode";
import { FrameType, endStream, isRequest } from "./RawServer";
import { channelTo, echo, failure, rawServer } from "./support";

test("more calls than the server allows streams wait their turn, also when some are cancelled while they wait", async (context) => {
  const open = new Set<number>();
  let most = 0;
  const server = await rawServer(context, {
    maximumStreams: 3,
    onFrame: (frame, connection) => {
      if (frame.type === FrameType.RST_STREAM) open.delete(frame.stream);
      if (!isRequest(frame)) return;
      open.add(frame.stream);
      most = Math.max(most, open.size);
      setTimeout(() => {
        if (open.delete(frame.stream)) connection.answer(frame.stream, "ok");
      }, 2);
    },
  });
  const channel = channelTo(context, server.url);
  await channel.unary(echo, "");
  const controller = new AbortController();
  const calls = Array.from({ length: 60 }, (_, index) => channel.unary(echo, "", index % 5 === 4 ? { signal: controller.signal } : {}));
  controller.abort();
  const results = await Promise.allSettled(calls);
  assert.equal(results.filter((each) => each.status === "fulfilled").length, 48);
  assert.equal(most, 3);
  assert.equal(await channel.unary(echo, ""), "ok");
  assert.equal(server.connections.length, 1);
});

test("much that waits to be sent does not disturb other calls", async (context) => {
  const server = await rawServer(context, {
    onFrame: (frame, connection) => {
      if (!isRequest(frame)) return;
      // The first request gets no window: it stays in the client.
      if (frame.stream > 1) connection.answer(frame.stream, "ok");
    },
  });
  const channel = channelTo(context, server.url);
  const large = channel.unary(echo, "x".repeat(40_000_000));
  for (let index = 0; index < 5; index += 1) assert.equal(await channel.unary({ ...echo, encode: () => Buffer.alloc(0) }, ""), "ok");
  await Promise.all([channel.close(), failure(large, GrpcCode.CANCELLED, /channel was closed/)]);
});

test("a call that ends well is not reset", async (context) => {
  const types: number[] = [];
  const server = await rawServer(context, {
    onFrame: (frame, connection) => {
      types.push(frame.type);
      if (frame.type === FrameType.DATA && (frame.flags & endStream) !== 0) connection.answer(frame.stream, "ok");
    },
  });
  const channel = channelTo(context, server.url);
  for (let index = 0; index < 10; index += 1) await channel.unary(echo, "a");
  await channel.close();
  assert.equal(types.includes(FrameType.RST_STREAM), false);
});
