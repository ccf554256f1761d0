import { strict as assert } from "node:assert";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "node:test";
import { GrpcCode } from "../../src/grpc/GrpcCode";
import { isRequest, type RawConnection } from "./RawServer";
import { Event, channelTo, echo, failure, rawServer } from "./support";

test("after a GOAWAY calls under way go on, and new ones go to a new connection", async (context) => {
  const streams: [RawConnection, number][] = [];
  const begun = new Event();
  const server = await rawServer(context, {
    onFrame: (frame, connection) => {
      if (!isRequest(frame)) return;
      streams.push([connection, frame.stream]);
      if (streams.length === 1) begun.happen();
      else connection.answer(frame.stream, "new");
    },
  });
  const channel = channelTo(context, server.url);
  const first = channel.unary(echo, "");
  await begun.happened;
  const [old, stream] = streams[0] as [RawConnection, number];
  old.goaway(2 ** 31 - 1, 0);
  old.goaway(stream, 0);
  await delay(20);
  assert.equal(await channel.unary(echo, ""), "new");
  assert.equal(server.connections.length, 2);
  old.answer(stream, "old");
  assert.equal(await first, "old");
  assert.equal(await channel.unary(echo, ""), "new");
  assert.equal(server.connections.length, 2);
});

test("calls that a GOAWAY leaves out are UNAVAILABLE", async (context) => {
  const streams: number[] = [];
  const server = await rawServer(context, {
    onFrame: (frame, connection) => {
      if (!isRequest(frame)) return;
      streams.push(frame.stream);
      if (streams.length < 3) return;
      connection.goaway(streams[0] as number, 0);
      connection.answer(streams[0] as number, "in time");
    },
  });
  const channel = channelTo(context, server.url);
  const calls = [channel.unary(echo, ""), channel.unary(echo, ""), channel.receive(echo, "", { onMessage: () => undefined })];
  const refused = calls.slice(1).map((call) => failure(call as Promise<void>, GrpcCode.UNAVAILABLE, /REFUSED_STREAM/));
  assert.equal(await calls[0], "in time");
  await Promise.all(refused);
});

test("calls that wait for a free stream when a GOAWAY comes are UNAVAILABLE", async (context) => {
  const server = await rawServer(context, {
    maximumStreams: 1,
    onFrame: (frame, connection) => {
      if (!isRequest(frame)) return;
      connection.goaway(frame.stream, 0);
      connection.answer(frame.stream, "in time");
    },
  });
  const channel = channelTo(context, server.url);
  const calls = [channel.unary(echo, ""), channel.unary(echo, ""), channel.unary(echo, "")];
  const refused = calls.slice(1).map((call) => failure(call, GrpcCode.UNAVAILABLE, /REFUSED_STREAM|closed the connection/));
  assert.equal(await calls[0], "in time");
  await Promise.all(refused);
});

test("an answer that came just before a GOAWAY with an error counts", async (context) => {
  const server = await rawServer(context, {
    onFrame: (frame, connection) => {
      if (!isRequest(frame)) return;
      connection.socket.cork();
      connection.answer(frame.stream, "last");
      connection.goaway(frame.stream, 2);
      connection.socket.uncork();
    },
  });
  for (let round = 0; round < 20; round += 1) assert.equal(await channelTo(context, server.url).unary(echo, ""), "last");
});

test("a GOAWAY with an error ends the calls with its reason", async (context) => {
  const server = await rawServer(context, {
    onFrame: (frame, connection) => {
      if (isRequest(frame)) connection.goaway(frame.stream, 11, "too_many_pings");
    },
  });
  const channel = channelTo(context, server.url);
  await failure(channel.unary(echo, ""), GrpcCode.UNAVAILABLE, /ENHANCE_YOUR_CALM, "too_many_pings"/);
});
