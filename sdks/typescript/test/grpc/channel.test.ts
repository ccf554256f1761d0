import { strict as assert } from "node:assert";
import { test } from "node:test";
import { Channel } from "../../src/grpc/Channel";
import { GrpcCode } from "../../src/grpc/GrpcCode";
import { FrameType, framed, isRequest } from "./RawServer";
import { Event, channelTo, echo, failure, nodeServer, rawServer } from "./support";
import { tcpServer } from "./tcp";

test("the token does not go to another machine in plain text", async (context) => {
  const channel = channelTo(context, "http://192.0.2.1", { token: "secret", connectTimeout: 50 });
  const error = await failure(channel.unary(echo, ""), GrpcCode.UNAUTHENTICATED, /https:\/\/.*allowsPlaintextToken/);
  assert.equal(error.isTransient, false);
  await failure(channel.duplex(echo, { onMessage: () => undefined }).done, GrpcCode.UNAUTHENTICATED, /allowsPlaintextToken/);
  const allowed = channelTo(context, "http://192.0.2.1", { token: "secret", allowsPlaintextToken: true, connectTimeout: 50 });
  await failure(allowed.unary(echo, ""), GrpcCode.UNAVAILABLE, /can't connect/);
});

test("options that can't be used throw when the channel is made", () => {
  assert.throws(() => new Channel({ url: "nonsense" }), /not a URL/);
  assert.throws(() => new Channel({ url: "http://localhost", token: "a\nb" }), /token has characters/);
  const url = "https://localhost";
  assert.throws(() => new Channel({ url, tls: { caFile: "/does/not/exist" } }), /tls.caFile can't be read.*\/does\/not\/exist/);
  assert.throws(() => new Channel({ url, tls: { certificateFile: "/x" } }), /go together/);
});

test("closing the channel cancels its calls and ends the connection", async (context) => {
  const begun = new Event();
  const server = await nodeServer(context, () => begun.happen());
  const channel = channelTo(context, server.url);
  const call = channel.unary(echo, "");
  await begun.happened;
  const closed = new Event();
  server.sessions[0]?.on("close", () => closed.happen());
  const closing = channel.close();
  await failure(call, GrpcCode.CANCELLED, /channel was closed/);
  await closing;
  await closed.happened;
  const error = await failure(channel.unary(echo, ""), GrpcCode.FAILED_PRECONDITION, /channel is closed/);
  assert.equal(error.isTransient, false);
  await channel.close();
});

test("closing a channel that is connecting, or never was used, does not wait", async (context) => {
  await new Channel({ url: "http://localhost" }).close();
  const port = await tcpServer(context, () => undefined);
  const channel = new Channel({ url: `http://127.0.0.1:${port}` });
  const call = failure(channel.unary(echo, ""), GrpcCode.CANCELLED, /channel was closed/);
  await channel.close();
  await call;
});

test("a channel that the server's data keep busy can be closed", async (context) => {
  const server = await rawServer(context, {
    onFrame: (frame, connection) => {
      if (!isRequest(frame)) return;
      connection.accept(frame.stream);
      const timer = setInterval(() => connection.send(FrameType.DATA, 0, frame.stream, framed(Buffer.from("a"))), 1);
      connection.socket.on("close", () => clearInterval(timer));
    },
  });
  const channel = channelTo(context, server.url);
  const first = new Event();
  const call = channel.receive(echo, "", { onMessage: () => first.happen() });
  await first.happened;
  await Promise.all([channel.close(), failure(call, GrpcCode.CANCELLED, /closed/)]);
});
