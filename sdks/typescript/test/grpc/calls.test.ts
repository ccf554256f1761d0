import { strict as assert } from "node:assert";
import { test } from "node:test";
import { GrpcCode } from "../../src/grpc/GrpcCode";
import { framed } from "./RawServer";
import { Event, accept, channelTo, echo, failure, nodeServer, reply } from "./support";

test("a unary call sends one message and gets one", async (context) => {
  const headers: Record<string, unknown>[] = [];
  const server = await nodeServer(context, (stream, received) => {
    headers.push(received);
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("end", () => reply(stream, Buffer.concat(chunks).subarray(5).toString().toUpperCase()));
  });
  const channel = channelTo(context, server.url, { token: "secret", userAgent: "tester/1" });
  assert.equal(await channel.unary(echo, "hello"), "HELLO");
  assert.equal(await channel.unary(echo, ""), "");
  assert.equal(await channel.unary(echo, "x".repeat(3_000_000)), "X".repeat(3_000_000));
  const [first] = headers;
  assert.equal(first?.[":path"], "/test.Echo/Echo");
  assert.equal(first?.[":method"], "POST");
  assert.equal(first?.[":scheme"], "http");
  assert.equal(first?.[":authority"], server.url.slice("http://".length));
  assert.equal(first?.["te"], "trailers");
  assert.equal(first?.["content-type"], "application/grpc");
  assert.equal(first?.["authorization"], "Bearer secret");
  assert.equal(first?.["user-agent"], "tester/1");
  assert.equal(first?.["grpc-timeout"], undefined);
  assert.equal(server.sessions.length, 1);
});

test("calls at the same time share one connection", async (context) => {
  const server = await nodeServer(context, (stream) => reply(stream, "ok"));
  const channel = channelTo(context, server.url);
  const answers = await Promise.all(Array.from({ length: 50 }, () => channel.unary(echo, "a")));
  assert.equal(answers.length, 50);
  assert.equal(server.sessions.length, 1);
});

test("a server's stream is received in order, however it is cut, and ends with OK", async (context) => {
  const sent = Array.from({ length: 200 }, (_, index) => `${index} ${"x".repeat((index * 37) % 3000)}`);
  const server = await nodeServer(context, (stream) => {
    accept(stream);
    const all = Buffer.concat(sent.map((each) => framed(Buffer.from(each))));
    for (let start = 0; start < all.length; start += 777) stream.write(all.subarray(start, start + 777));
    stream.end();
  });
  const received: string[] = [];
  let opened = 0;
  await channelTo(context, server.url).receive(echo, "", {
    onOpen: () => (opened += 1),
    onMessage: (message) => received.push(message),
  });
  assert.deepEqual(received, sent);
  assert.equal(opened, 1);
});

test("onOpen comes with the headers, before any message", async (context) => {
  const opened = new Event();
  const server = await nodeServer(context, (stream) => {
    accept(stream);
    void opened.happened.then(() => stream.end(framed(Buffer.from("a"))));
  });
  const seen: string[] = [];
  await channelTo(context, server.url).receive(echo, "", {
    onOpen: () => {
      seen.push("open");
      opened.happen();
    },
    onMessage: (message) => seen.push(message),
  });
  assert.deepEqual(seen, ["open", "a"]);
});

test("a stream ends with the server's error after its messages", async (context) => {
  const server = await nodeServer(context, (stream) => {
    accept(stream, { "grpc-status": "10", "grpc-message": "another stream" });
    stream.end(framed(Buffer.from("a")));
  });
  const seen: string[] = [];
  const error = await failure(
    channelTo(context, server.url).receive(echo, "", { onMessage: (message) => seen.push(message) }),
    GrpcCode.ABORTED,
    /another stream/,
  );
  assert.equal(error.isTransient, true);
  assert.deepEqual(seen, ["a"]);
});

test("what onMessage throws ends the call, and no message comes after it", async (context) => {
  const server = await nodeServer(context, (stream) => {
    accept(stream);
    stream.end(Buffer.concat([framed(Buffer.from("a")), framed(Buffer.from("b"))]));
  });
  const seen: string[] = [];
  const call = channelTo(context, server.url).receive(echo, "", {
    onMessage: (message) => {
      seen.push(message);
      throw new RangeError("mine");
    },
  });
  await assert.rejects(call, RangeError);
  assert.deepEqual(seen, ["a"]);
});

test("a received stream larger than all windows arrives", async (context) => {
  const size = 40 * 1024 * 1024;
  const server = await nodeServer(context, (stream) => {
    accept(stream);
    stream.end(framed(Buffer.alloc(size, 97)));
  });
  const lengths: number[] = [];
  const length = { ...echo, decode: (bytes: Uint8Array): string => String(bytes.length) };
  await channelTo(context, server.url).receive(length, "", { onMessage: (message) => lengths.push(Number(message)) });
  assert.deepEqual(lengths, [size]);
});

test("the windows are large", async (context) => {
  const written = new Event<[number, number]>();
  const server = await nodeServer(context, (stream) => {
    const state = stream.session?.state;
    written.happen([stream.session?.remoteSettings.initialWindowSize ?? 0, state?.remoteWindowSize ?? 0]);
    reply(stream, "");
  });
  await channelTo(context, server.url).unary(echo, "");
  const [streamWindow, connectionWindow] = await written.happened;
  assert.ok(streamWindow >= 1024 * 1024, String(streamWindow));
  assert.ok(connectionWindow >= 16 * 1024 * 1024, String(connectionWindow));
});

test("in a duplex call both sides send when they like", async (context) => {
  const server = await nodeServer(context, (stream) => {
    accept(stream);
    stream.on("data", (chunk: Buffer) => stream.write(chunk));
    stream.on("end", () => stream.end());
  });
  const seen: string[] = [];
  const second = new Event();
  const call = channelTo(context, server.url).duplex(echo, {
    onMessage: (message) => {
      seen.push(message);
      if (message === "1") call.send("2");
      if (message === "2") second.happen();
    },
  });
  call.send("1");
  await second.happened;
  call.send("x".repeat(100_000));
  call.end();
  call.send("too late");
  await call.done;
  assert.deepEqual(seen, ["1", "2", "x".repeat(100_000)]);
});

test("a duplex call that the server ends is over while the client could still send", async (context) => {
  const closed = new Event<number>();
  const server = await nodeServer(context, (stream) => {
    accept(stream, { "grpc-status": "3", "grpc-message": "no" });
    stream.on("close", () => closed.happen(stream.rstCode));
    stream.on("data", () => stream.end());
  });
  const channel = channelTo(context, server.url);
  const call = channel.duplex(echo, { onMessage: () => undefined });
  call.send("a");
  await failure(call.done, GrpcCode.INVALID_ARGUMENT, /^no$/);
  call.send("b");
  call.end();
  await closed.happened;
});

test("a request that can't be written rejects and leaves nothing behind", async (context) => {
  const server = await nodeServer(context, (stream) => reply(stream, "ok"));
  const channel = channelTo(context, server.url);
  await assert.rejects(channel.unary({ ...echo, encode: unwritable }, "", { timeout: 60_000 }), TypeError);
});

function unwritable(): Uint8Array {
  throw new TypeError("not a message");
}
