import { strict as assert } from "node:assert";
import { createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import { Channel } from "../../src/grpc/Channel";
import type { ChannelOptions } from "../../src/grpc/ChannelOptions";
import { codeName } from "../../src/grpc/GrpcCode";
import { GrpcError } from "../../src/grpc/GrpcError";
import type { Method } from "../../src/grpc/Method";
import { RawServer, framed, type RawServerOptions } from "./RawServer";

/** A method whose messages are text. */
export const echo: Method<string, string> = {
  path: "/test.Echo/Echo",
  encode: (text) => Buffer.from(text),
  decode: (bytes) => Buffer.from(bytes).toString("utf8"),
};

/** A test, as far as it cleans up. */
export interface Context {
  after(clean: () => unknown): void;
}

/** The test's channel; it is closed when the test is over. */
export function channelTo(context: Context, url: string, options: Partial<ChannelOptions> = {}): Channel {
  const channel = new Channel({ url, ...options });
  context.after(() => channel.close());
  return channel;
}

export async function rawServer(context: Context, options: RawServerOptions): Promise<RawServer> {
  const server = await RawServer.start(options);
  context.after(() => server.stop());
  return server;
}

export interface TestServer {
  url: string;
  sessions: ServerHttp2Session[];
  server: Http2Server;
}

/** A server of node's own HTTP/2. */
export async function nodeServer(
  context: Context,
  onStream: (stream: ServerHttp2Stream, headers: Record<string, unknown>) => void,
): Promise<TestServer> {
  const server = createServer();
  const sessions: ServerHttp2Session[] = [];
  server.on("session", (session) => sessions.push(session));
  server.on("stream", (stream, headers) => {
    stream.on("error", () => undefined);
    onStream(stream, headers);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(async () => {
    for (const session of sessions) session.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, sessions, server };
}

/** Accepts the call; its trailers are sent when the stream is ended. */
export function accept(stream: ServerHttp2Stream, trailers: Record<string, string> = { "grpc-status": "0" }): void {
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers(trailers));
}

/** Answers with trailers only. */
export function refuse(stream: ServerHttp2Stream, trailers: Record<string, string>): void {
  stream.respond({ ":status": 200, "content-type": "application/grpc", ...trailers }, { endStream: true });
}

export function reply(stream: ServerHttp2Stream, content: string): void {
  accept(stream);
  stream.end(framed(Buffer.from(content)));
}

/** Waits for a call to fail; gives the error. */
export async function failure(call: Promise<unknown>, code: number, message: RegExp): Promise<GrpcError> {
  const error = await call.then(
    (value) => assert.fail(`the call succeeded with ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof GrpcError, String(error));
  assert.equal(`${codeName(error.code)}: ${error.message}`.startsWith(codeName(code)), true, `${codeName(error.code)}: ${error.message}`);
  assert.match(error.message, message);
  return error;
}

/** Something that happens once, to wait for. */
export class Event<T = void> {
  readonly happened: Promise<T>;
  private resolve: (value: T) => void = () => undefined;

  constructor() {
    this.happened = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  happen(value: T): void {
    this.resolve(value);
  }
}
