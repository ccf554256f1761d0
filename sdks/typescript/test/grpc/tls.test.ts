import { strict as assert } from "node:assert";
import { createSecureServer, type SecureServerOptions } from "node:http2";
import { createServer as createTlsServer, type Server } from "node:tls";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { GrpcCode } from "../../src/grpc/GrpcCode";
import { Authority } from "./certificates";
import { channelTo, echo, failure, nodeServer, reply, type Context } from "./support";

interface SecureServer {
  port: number;
  tokens: unknown[];
}

async function secureServer(context: Context, options: SecureServerOptions): Promise<SecureServer> {
  const server = createSecureServer(options);
  const tokens: unknown[] = [];
  const sockets = new Set<{ destroy(): void }>();
  server.on("connection", (socket: { destroy(): void }) => sockets.add(socket));
  server.on("stream", (stream, headers) => {
    tokens.push(headers["authorization"]);
    reply(stream, "ok");
  });
  return { port: await listen(context, server, sockets), tokens };
}

async function listen(context: Context, server: Server, sockets: Set<{ destroy(): void }>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as { port: number }).port;
}

test("a server whose authority is named is trusted, by name and by address, and gets the token", async (context) => {
  const authority = new Authority(context, "test");
  const server = await secureServer(context, authority.sign("server", "DNS:localhost,IP:127.0.0.1"));
  for (const host of ["localhost", "127.0.0.1"]) {
    const channel = channelTo(context, `https://${host}:${server.port}`, { token: "secret", tls: { caFile: authority.caFile } });
    assert.equal(await channel.unary(echo, ""), "ok");
    assert.equal(await channel.unary(echo, ""), "ok");
  }
  assert.deepEqual(server.tokens, Array.from({ length: 4 }, () => "Bearer secret"));
});

test("a server whose authority is not known is not trusted", async (context) => {
  const server = await secureServer(context, new Authority(context, "test").sign("server", "IP:127.0.0.1"));
  const channel = channelTo(context, `https://127.0.0.1:${server.port}`);
  await failure(channel.unary(echo, ""), GrpcCode.UNAVAILABLE, /certificate is not trusted.*tls.caFile/);
  const other = new Authority(context, "other");
  const wrong = channelTo(context, `https://127.0.0.1:${server.port}`, { tls: { caFile: other.caFile } });
  await failure(wrong.unary(echo, ""), GrpcCode.UNAVAILABLE, /certificate is not trusted/);
});

test("a certificate for another name is not accepted", async (context) => {
  const authority = new Authority(context, "test");
  const server = await secureServer(context, authority.sign("server", "DNS:example.org"));
  for (const host of ["localhost", "127.0.0.1"]) {
    const channel = channelTo(context, `https://${host}:${server.port}`, { tls: { caFile: authority.caFile } });
    await failure(channel.unary(echo, ""), GrpcCode.UNAVAILABLE, new RegExp(`certificate is not for "${host}"`));
  }
});

test("a server that asks for a certificate gets it, and refuses who has none", async (context) => {
  const authority = new Authority(context, "test");
  const { cert, key } = authority.sign("server", "IP:127.0.0.1");
  const ca = readFileSync(authority.caFile);
  const server = await secureServer(context, { cert, key, ca, requestCert: true, rejectUnauthorized: true });
  const url = `https://127.0.0.1:${server.port}`;
  const { certificateFile, keyFile } = authority.sign("client", "DNS:client");
  const caFile = authority.caFile;
  assert.equal(await channelTo(context, url, { tls: { caFile, certificateFile, keyFile } }).unary(echo, ""), "ok");
  const bare = channelTo(context, url, { tls: { caFile } });
  await failure(bare.unary(echo, ""), GrpcCode.UNAVAILABLE, /asks for a certificate|broke the connection off/);
  const stranger = new Authority(context, "other").sign("client", "DNS:client");
  const strange = channelTo(context, url, { tls: { caFile, certificateFile: stranger.certificateFile, keyFile: stranger.keyFile } });
  await failure(strange.unary(echo, ""), GrpcCode.UNAVAILABLE, /certificate|broke the connection off/);
});

test("TLS without HTTP/2 is said to be so", async (context) => {
  const authority = new Authority(context, "test");
  const sockets = new Set<{ destroy(): void }>();
  for (const protocols of [{}, { ALPNProtocols: ["http/1.1"] }]) {
    const server = createTlsServer({ ...authority.sign("server", "IP:127.0.0.1"), ...protocols });
    server.on("tlsClientError", () => undefined);
    server.on("connection", (socket) => sockets.add(socket));
    const url = `https://127.0.0.1:${await listen(context, server, sockets)}`;
    const channel = channelTo(context, url, { tls: { caFile: authority.caFile } });
    await failure(channel.unary(echo, ""), GrpcCode.UNAVAILABLE, /does not speak HTTP\/2/);
  }
});

test("https:// to a server without TLS, and http:// to one with it, are said to be so", async (context) => {
  const plain = await nodeServer(context, (stream) => reply(stream, "ok"));
  const tooSecure = channelTo(context, plain.url.replace("http:", "https:"));
  await failure(tooSecure.unary(echo, ""), GrpcCode.UNAVAILABLE, /does not speak TLS; is it http:/);
  const secure = await secureServer(context, new Authority(context, "test").sign("server", "IP:127.0.0.1"));
  const tooPlain = channelTo(context, `http://127.0.0.1:${secure.port}`);
  await failure(tooPlain.unary(echo, ""), GrpcCode.UNAVAILABLE, /perhaps it wants TLS \(https:|broke the connection off/);
});

test("the files are read anew for each connection", async (context) => {
  const authority = new Authority(context, "test");
  const other = new Authority(context, "other");
  const server = await secureServer(context, other.sign("server", "IP:127.0.0.1"));
  const channel = channelTo(context, `https://127.0.0.1:${server.port}`, { tls: { caFile: authority.caFile } });
  await failure(channel.unary(echo, ""), GrpcCode.UNAVAILABLE, /not trusted/);
  writeFileSync(authority.caFile, readFileSync(other.caFile));
  assert.equal(await channel.unary(echo, ""), "ok");
});
