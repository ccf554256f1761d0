import { strict as assert } from "node:assert";
import { constants } from "node:http2";
import { test } from "node:test";
import { GrpcCode } from "../../src/grpc/GrpcCode";
import { GrpcError } from "../../src/grpc/GrpcError";
import { FrameType, endStream, framed, isRequest } from "./RawServer";
import { Event, accept, channelTo, echo, failure, nodeServer, rawServer, refuse } from "./support";

test("an error of the server has its code and its words, percent-decoded", async (context) => {
  const server = await nodeServer(context, (stream) => {
    accept(stream, { "grpc-status": "9", "grpc-message": "50%25 of Gr%C3%B6%C3%9fe%0A%zz %" });
    stream.end();
  });
  const error = await failure(channelTo(context, server.url).unary(echo, ""), GrpcCode.FAILED_PRECONDITION, /^50% of Größe\n%zz %$/);
  assert.equal(error.isTransient, false);
});

test("an answer of trailers only is understood", async (context) => {
  const server = await nodeServer(context, (stream) => refuse(stream, { "grpc-status": "5", "grpc-message": "none" }));
  const channel = channelTo(context, server.url);
  await failure(channel.unary(echo, ""), GrpcCode.NOT_FOUND, /^none$/);
  let opened = 0;
  await failure(channel.receive(echo, "", { onOpen: () => (opened += 1), onMessage: () => undefined }), GrpcCode.NOT_FOUND, /^none$/);
  assert.equal(opened, 0);
});

test("an error without words has its code's name", async (context) => {
  const server = await nodeServer(context, (stream) => refuse(stream, { "grpc-status": "8" }));
  await failure(channelTo(context, server.url).unary(echo, ""), GrpcCode.RESOURCE_EXHAUSTED, /RESOURCE_EXHAUSTED/);
});

test("a status that is not a number is UNKNOWN", async (context) => {
  const server = await nodeServer(context, (stream) => refuse(stream, { "grpc-status": "x" }));
  await failure(channelTo(context, server.url).unary(echo, ""), GrpcCode.UNKNOWN, /"x" is not a number/);
});

test("an HTTP status without a gRPC status has the code that the specification gives it", async (context) => {
  const codes: [number, number][] = [
    [400, GrpcCode.INTERNAL],
    [401, GrpcCode.UNAUTHENTICATED],
    [403, GrpcCode.PERMISSION_DENIED],
    [404, GrpcCode.UNIMPLEMENTED],
    [418, GrpcCode.UNKNOWN],
    [429, GrpcCode.UNAVAILABLE],
    [500, GrpcCode.UNKNOWN],
    [502, GrpcCode.UNAVAILABLE],
    [503, GrpcCode.UNAVAILABLE],
    [504, GrpcCode.UNAVAILABLE],
  ];
  const statuses = codes.map(([status]) => status);
  const server = await nodeServer(context, (stream) => {
    stream.respond({ ":status": statuses.shift() ?? 200, "content-type": "text/html" });
    stream.end("<html>");
  });
  const channel = channelTo(context, server.url);
  for (const [status, code] of codes) await failure(channel.unary(echo, ""), code, new RegExp(`HTTP status ${status}`));
});

test("an HTTP status with a gRPC status has the latter's code", async (context) => {
  const server = await nodeServer(context, (stream) => refuse(stream, { ":status": "503", "grpc-status": "7", "grpc-message": "no" }));
  await failure(channelTo(context, server.url).unary(echo, ""), GrpcCode.PERMISSION_DENIED, /^no$/);
});

test("an answer of another content-type, or of none, is not gRPC", async (context) => {
  const types = ["text/html", "application/grpcx", undefined];
  const server = await nodeServer(context, (stream) => {
    const type = types.shift();
    stream.respond(type === undefined ? { ":status": 200 } : { ":status": 200, "content-type": type });
    stream.end("<html>");
  });
  const channel = channelTo(context, server.url);
  await failure(channel.unary(echo, ""), GrpcCode.UNKNOWN, /content-type "text\/html"/);
  await failure(channel.unary(echo, ""), GrpcCode.UNKNOWN, /content-type "application\/grpcx"/);
  await failure(channel.unary(echo, ""), GrpcCode.UNKNOWN, /no content-type/);
});

test("application/grpc+proto is gRPC", async (context) => {
  const server = await nodeServer(context, (stream) => {
    stream.respond({ "content-type": "application/grpc+proto" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    stream.end(framed(Buffer.from("yes")));
  });
  assert.equal(await channelTo(context, server.url).unary(echo, ""), "yes");
});

test("a call that ends without a status is UNKNOWN", async (context) => {
  const server = await nodeServer(context, (stream) => {
    stream.respond({ "content-type": "application/grpc" });
    stream.end(framed(Buffer.from("yes")));
  });
  await failure(channelTo(context, server.url).unary(echo, ""), GrpcCode.UNKNOWN, /without a grpc-status/);
});

test("a call that ends with trailers of no status is UNKNOWN", async (context) => {
  const server = await nodeServer(context, (stream) => {
    accept(stream, { other: "1" });
    stream.end(framed(Buffer.from("yes")));
  });
  await failure(channelTo(context, server.url).unary(echo, ""), GrpcCode.UNKNOWN, /without a grpc-status/);
});

test("a reset has the code that the specification gives it", async (context) => {
  const codes: [number, number, RegExp][] = [
    [constants.NGHTTP2_PROTOCOL_ERROR, GrpcCode.INTERNAL, /PROTOCOL_ERROR/],
    [constants.NGHTTP2_INTERNAL_ERROR, GrpcCode.INTERNAL, /INTERNAL_ERROR/],
    [constants.NGHTTP2_FLOW_CONTROL_ERROR, GrpcCode.INTERNAL, /FLOW_CONTROL/],
    [constants.NGHTTP2_REFUSED_STREAM, GrpcCode.UNAVAILABLE, /REFUSED_STREAM/],
    [constants.NGHTTP2_CANCEL, GrpcCode.CANCELLED, /CANCEL/],
    [constants.NGHTTP2_ENHANCE_YOUR_CALM, GrpcCode.RESOURCE_EXHAUSTED, /ENHANCE_YOUR_CALM/],
    [constants.NGHTTP2_INADEQUATE_SECURITY, GrpcCode.PERMISSION_DENIED, /INADEQUATE_SECURITY/],
    [99, GrpcCode.INTERNAL, /error code 99/],
  ];
  const resets = codes.map(([reset]) => reset);
  const server = await nodeServer(context, (stream) => stream.close(resets.shift()));
  const channel = channelTo(context, server.url);
  for (const [, code, message] of codes) await failure(channel.unary(echo, ""), code, message);
  assert.equal(server.sessions.length, 1);
});

test("a reset after headers and a message ends the call too", async (context) => {
  const server = await nodeServer(context, (stream) => {
    accept(stream);
    stream.write(framed(Buffer.from("a")));
    setImmediate(() => stream.close(constants.NGHTTP2_REFUSED_STREAM));
  });
  const channel = channelTo(context, server.url);
  await failure(channel.unary(echo, ""), GrpcCode.UNAVAILABLE, /REFUSED_STREAM/);
  await failure(channel.receive(echo, "", { onMessage: () => undefined }), GrpcCode.UNAVAILABLE, /REFUSED_STREAM/);
});

test("an answer counts that comes with a reset, before all of the request was sent", async (context) => {
  for (const code of [constants.NGHTTP2_NO_ERROR, constants.NGHTTP2_CANCEL]) {
    const server = await rawServer(context, {
      onFrame: (frame, connection) => {
        if (!isRequest(frame)) return;
        connection.socket.cork();
        connection.answer(frame.stream, "enough");
        connection.reset(frame.stream, code);
        connection.socket.uncork();
      },
    });
    assert.equal(await channelTo(context, server.url).unary(echo, "x".repeat(1_000_000)), "enough");
  }
});

test("a unary call wants exactly one message", async (context) => {
  const counts = [0, 2];
  const server = await nodeServer(context, (stream) => {
    accept(stream);
    stream.end(Buffer.concat(Array.from({ length: counts.shift() ?? 1 }, () => framed(Buffer.from("a")))));
  });
  const channel = channelTo(context, server.url);
  await failure(channel.unary(echo, ""), GrpcCode.INTERNAL, /OK and no answer/);
  await failure(channel.unary(echo, ""), GrpcCode.INTERNAL, /more than one answer/);
  assert.equal(await channel.unary(echo, ""), "a");
});

test("a message that ends in the middle is an error", async (context) => {
  const server = await nodeServer(context, (stream) => {
    accept(stream);
    stream.end(Buffer.from([0, 0, 0, 0, 9, 1]));
  });
  await failure(channelTo(context, server.url).unary(echo, ""), GrpcCode.INTERNAL, /middle of a message/);
});

test("a message that is compressed, too large or unreadable is an error, and the server is told", async (context) => {
  const cases: [Buffer, number, RegExp][] = [
    [framed(Buffer.from("a"), 1), GrpcCode.INTERNAL, /compressed/],
    [Buffer.from([0, 255, 255, 255, 255, 0]), GrpcCode.RESOURCE_EXHAUSTED, /4294967295 bytes/],
    [framed(Buffer.from("b")), GrpcCode.INTERNAL, /can't be read: odd/],
  ];
  let body = Buffer.alloc(0);
  let closed = new Event<number>();
  const server = await nodeServer(context, (stream) => {
    accept(stream);
    stream.write(body);
    stream.on("close", () => closed.happen(stream.rstCode));
  });
  const channel = channelTo(context, server.url);
  for (const [bytes, code, message] of cases) {
    body = bytes;
    closed = new Event();
    await failure(channel.receive({ ...echo, decode: unreadable }, "", { onMessage: () => undefined }), code, message);
    assert.equal(await closed.happened, constants.NGHTTP2_CANCEL);
  }
});

test("END_STREAM with the last message and no trailers is an end without a status", async (context) => {
  const server = await rawServer(context, {
    onFrame: (frame, connection) => {
      if (!isRequest(frame)) return;
      connection.accept(frame.stream);
      connection.send(FrameType.DATA, endStream, frame.stream, framed(Buffer.from("a")));
    },
  });
  await failure(channelTo(context, server.url).unary(echo, ""), GrpcCode.UNKNOWN, /without a grpc-status/);
});

test("GrpcError knows what may pass", () => {
  const transient = [GrpcCode.UNAVAILABLE, GrpcCode.DEADLINE_EXCEEDED, GrpcCode.ABORTED, GrpcCode.CANCELLED] as number[];
  for (const code of Object.values(GrpcCode)) assert.equal(new GrpcError(code, "").isTransient, transient.includes(code));
  for (const [code, isTransient] of [[GrpcCode.INTERNAL, true], [GrpcCode.RESOURCE_EXHAUSTED, false]] as const) {
    assert.equal(new GrpcError(code, "reset", undefined, true).isTransient, isTransient);
  }
  const error = new GrpcError(GrpcCode.NOT_FOUND, "none");
  assert.ok(error instanceof Error);
  assert.equal(String(error), "GrpcError: none");
});

function unreadable(): string {
  throw new Error("odd");
}
