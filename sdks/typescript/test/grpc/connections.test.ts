import { strict as assert } from "node:assert";
import { createServer as createHttpServer } from "node:http";
import { test } from "node:test";
import { GrpcCode } from "../../src/grpc/GrpcCode";
import { FrameType, isRequest, type RawConnection } from "./RawServer";
import { channelTo, echo, failure, nodeServer, rawServer, reply } from "./support";
import { freePort, tcpServer } from "./tcp";

test("calls to where nothing listens fail, all that wait for the connection", async (context) => {
  const channel = channelTo(context, `http://127.0.0.1:${await freePort()}`);
  const calls = [channel.unary(echo, "a"), channel.receive(echo, "b", { onMessage: () => undefined })];
  const duplex = channel.duplex(echo, { onMessage: () => undefined });
  const message = /can't connect to http:.*the connection was refused/;
  for (const call of [...calls, duplex.done]) await failure(call, GrpcCode.UNAVAILABLE, message);
});

test("localhost is reached whether it is IPv4 or IPv6", async (context) => {
  const server = await nodeServer(context, (stream) => reply(stream, "ok"));
  assert.equal(await channelTo(context, server.url.replace("127.0.0.1", "localhost")).unary(echo, ""), "ok");
  const channel = channelTo(context, `http://localhost:${await freePort()}`);
  await failure(channel.unary(echo, ""), GrpcCode.UNAVAILABLE, /the connection was refused/);
});

test("a name that does not exist is said to be so", async (context) => {
  await failure(channelTo(context, "http://does-not-exist.invalid").unary(echo, ""), GrpcCode.UNAVAILABLE, /"does-not-exist.invalid"/);
});

test("a server of HTTP/1.1 is told from one of HTTP/2", async (context) => {
  const port = await tcpServer(context, () => undefined, createHttpServer());
  await failure(channelTo(context, `http://127.0.0.1:${port}`).unary(echo, ""), GrpcCode.UNAVAILABLE, /does not speak HTTP\/2/);
});

test("a server that says nothing is given up", async (context) => {
  const port = await tcpServer(context, () => undefined);
  const channel = channelTo(context, `http://127.0.0.1:${port}`, { connectTimeout: 100 });
  await failure(channel.unary(echo, ""), GrpcCode.UNAVAILABLE, /did not answer within 100 ms/);
});

test("a deadline and a signal end calls that wait for the connection", async (context) => {
  const port = await tcpServer(context, () => undefined);
  const channel = channelTo(context, `http://127.0.0.1:${port}`);
  const controller = new AbortController();
  const aborted = channel.unary(echo, "", { signal: controller.signal });
  const late = channel.unary(echo, "", { timeout: 50 });
  controller.abort();
  await failure(aborted, GrpcCode.CANCELLED, /cancelled/);
  await failure(late, GrpcCode.DEADLINE_EXCEEDED, /50 ms/);
});

test("a server that closes the connection at once makes calls fail", async (context) => {
  const port = await tcpServer(context, (socket) => socket.end());
  const channel = channelTo(context, `http://127.0.0.1:${port}`);
  await failure(channel.unary(echo, ""), GrpcCode.UNAVAILABLE, /closed the connection|broke the connection off/);
});

for (const [how, end] of [
  ["closed", (connection: RawConnection) => connection.socket.end()],
  ["broken off", (connection: RawConnection) => connection.socket.resetAndDestroy()],
] as const) {
  test(`calls on a connection that is ${how} fail, and the next call makes a new one`, async (context) => {
    let requests = 0;
    const server = await rawServer(context, {
      onFrame: (frame, connection) => {
        if (!isRequest(frame)) return;
        requests += 1;
        if (requests <= 2) connection.accept(frame.stream);
        if (requests === 2) end(connection);
        if (requests > 2) connection.answer(frame.stream, "again");
      },
    });
    const channel = channelTo(context, server.url);
    const calls = [channel.receive(echo, "", { onMessage: () => undefined }), channel.unary(echo, "")];
    for (const call of calls) await failure(call, GrpcCode.UNAVAILABLE, /the connection to http:.* was lost/);
    assert.equal(await channel.unary(echo, ""), "again");
    assert.equal(server.connections.length, 2);
  });
}

test("a server that breaks HTTP/2 loses the connection, and the calls are told what it was", async (context) => {
  const server = await rawServer(context, {
    onFrame: (frame, connection) => {
      // A window can't grow by nothing.
      if (isRequest(frame)) connection.send(FrameType.WINDOW_UPDATE, 0, 0, Buffer.alloc(4));
    },
  });
  const calls = Array.from({ length: 3 }, () => channelTo(context, server.url).unary(echo, ""));
  await Promise.all(calls.map((call) => failure(call, GrpcCode.UNAVAILABLE, /was lost: the server broke the rules of HTTP\/2/)));
});

test("a server whose violation node does not tell of loses the connection, and the calls are told", async (context) => {
  const server = await rawServer(context, {
    onFrame: (frame, connection) => {
      if (isRequest(frame)) connection.socket.write("HTTP/1.1 400 Bad Request\r\n\r\n");
    },
  });
  // That the server is of no use shows when it does not answer.
  const channel = channelTo(context, server.url, { keepalive: { interval: 20, timeout: 60 } });
  await failure(channel.unary(echo, ""), GrpcCode.UNAVAILABLE, /was lost/);
});

test("an answer that came just before the end of the connection counts", async (context) => {
  const server = await rawServer(context, {
    onFrame: (frame, connection) => {
      if (!isRequest(frame)) return;
      connection.answer(frame.stream, "last");
      connection.socket.end();
    },
  });
  for (let round = 0; round < 20; round += 1) assert.equal(await channelTo(context, server.url).unary(echo, ""), "last");
});
