import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream, type OutgoingHttpHeaders } from "node:http2";
import type { Socket } from "node:net";
import type { KeepaliveOptions, TlsFiles } from "./ChannelOptions";
import { GrpcCode } from "./GrpcCode";
import { GrpcError } from "./GrpcError";
import { Keepalive } from "./Keepalive";
import type { Target } from "./Target";
import { closedAtOnce, connectionFailure, connectionLoss } from "./connectionFailure";
import { openSocket } from "./openSocket";
import { resetName } from "./status";

const streamWindowBytes = 4 * 1024 * 1024;
const connectionWindowBytes = 16 * 1024 * 1024;
/** A connection has 2^30 streams of the client's; the calls go to a new one before they are used up. */
const maximumRequests = 1_000_000_000;
const closeTimeoutMilliseconds = 1_000;

export interface SessionOptions {
  target: Target;
  tls: TlsFiles;
  /** Milliseconds. */
  connectTimeout: number;
  keepalive: KeepaliveOptions;
}

/** What a session asks of a call on it. */
export interface SessionCall {
  start(session: Session): void;
  fail(error: Error): void;
}

/** One connection to the server, from the attempt to make it to its end. */
export class Session {
  /** Resolves when nothing is left of the connection. */
  readonly closed: Promise<void>;

  /** Why the connection is no more. */
  private failure: GrpcError | undefined;
  private readonly calls = new Set<SessionCall>();
  private readonly socket: Socket;
  private readonly connectTimer: NodeJS.Timeout;
  private http2: ClientHttp2Session | undefined;
  private keepalive: Keepalive | undefined;
  private isOpen = false;
  private requests = 0;

  /** Throws an `Error` when a file for TLS can't be read. */
  constructor(private readonly options: SessionOptions) {
    const { target, tls, connectTimeout } = options;
    this.socket = openSocket(target, tls, () => this.attach());
    this.closed = new Promise((resolve) => this.socket.once("close", () => resolve()));
    this.socket.on("error", (error) => this.failed(error));
    this.socket.once("close", () => this.closedByServer());
    this.connectTimer = setTimeout(() => this.end(`the server did not answer within ${connectTimeout} ms`), connectTimeout).unref();
  }

  /** Whether it takes new calls, or will once it is made. */
  get isUsable(): boolean {
    return this.failure === undefined && this.requests < maximumRequests && !(this.http2?.closed ?? false);
  }

  /** Whether its calls fail, or are about to. */
  get isGone(): boolean {
    return this.failure !== undefined || (this.http2?.destroyed ?? false);
  }

  /** Starts the call, at once or when the connection is made; `remove` it when it is over. */
  add(call: SessionCall): void {
    if (this.calls.size === 0) {
      this.socket.ref();
      this.keepalive?.becameBusy();
    }
    this.calls.add(call);
    if (this.isOpen) call.start(this);
  }

  /** Without calls, the connection does not keep the process alive. */
  remove(call: SessionCall): void {
    if (this.calls.delete(call) && this.calls.size === 0) this.socket.unref();
  }

  /** Throws when the connection has just gone. */
  request(headers: OutgoingHttpHeaders): ClientHttp2Stream {
    if (this.http2 === undefined) throw new Error("the connection is not made");
    this.requests += 1;
    return this.http2.request(headers);
  }

  /** Takes no more calls, and ends the connection when those under way are over. */
  drain(): void {
    this.http2?.close();
  }

  /** Ends the connection; calls under way fail with the reason. */
  close(failure: GrpcError): void {
    const timer = setTimeout(() => this.socket.destroy(), closeTimeoutMilliseconds);
    this.socket.once("close", () => clearTimeout(timer));
    this.fail(failure);
  }

  private attach(): void {
    const http2 = connect(this.options.target.url, {
      createConnection: () => this.socket,
      settings: { enablePush: false, initialWindowSize: streamWindowBytes },
      // The default of 10 MB counts what waits to be sent, and resets the answers of other calls when it is reached.
      maxSessionMemory: Number.MAX_SAFE_INTEGER,
    });
    this.http2 = http2;
    http2.once("connect", () => http2.setLocalWindowSize(connectionWindowBytes));
    http2.once("remoteSettings", () => this.opened(http2));
    http2.on("goaway", (code, _, data) => this.goaway(code, data));
    http2.on("error", (error) => this.failed(error));
    http2.once("close", () => this.closedByServer());
  }

  /** The peer's SETTINGS are its first words: it does speak HTTP/2. */
  private opened(http2: ClientHttp2Session): void {
    if (this.failure) return;
    clearTimeout(this.connectTimer);
    this.isOpen = true;
    const { keepalive, target } = this.options;
    this.keepalive = new Keepalive(
      http2,
      keepalive,
      () => this.calls.size > 0,
      () => this.socket.bytesRead,
      () => this.end(`${target.host} has not answered for ${keepalive.timeout} ms`),
    );
    if (this.calls.size === 0) this.socket.unref();
    for (const call of [...this.calls]) call.start(this);
  }

  /** With NO_ERROR the calls under way go on, else node ends the connection. */
  private goaway(code: number, data: Buffer | undefined): void {
    if (code === constants.NGHTTP2_NO_ERROR) return;
    const words = data && data.length > 0 ? `, "${data.toString("utf8")}"` : "";
    this.end(`the server ended it with ${resetName(code)}${words}`);
  }

  private failed(error: Error): void {
    const { target } = this.options;
    this.end(this.isOpen ? connectionLoss(error, target) : connectionFailure(error, target));
  }

  private closedByServer(): void {
    this.end(this.isOpen ? "the server closed the connection" : closedAtOnce(this.options.target));
  }

  private end(reason: string): void {
    const { url } = this.options.target;
    const what = this.isOpen ? `the connection to ${url} was lost` : `can't connect to ${url}`;
    this.fail(new GrpcError(GrpcCode.UNAVAILABLE, `${what}: ${reason}`));
    // A peer that is gone would be waited for.
    this.socket.destroy();
  }

  private fail(failure: GrpcError): void {
    if (this.failure) return;
    this.failure = failure;
    clearTimeout(this.connectTimer);
    this.keepalive?.stop();
    if (this.http2) this.http2.destroy();
    else this.socket.destroy();
    for (const call of [...this.calls]) call.fail(failure);
  }
}
