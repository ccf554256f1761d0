import { Call, type CallListener, type CallOptions } from "./Call";
import type { ChannelOptions } from "./ChannelOptions";
import { GrpcCode } from "./GrpcCode";
import { GrpcError } from "./GrpcError";
import type { Method } from "./Method";
import { Session, type SessionOptions } from "./Session";
import { parseTarget } from "./Target";
import { authorization, readTlsFiles, tokenRefusal } from "./credentials";

const defaultConnectTimeoutMilliseconds = 10_000;
const defaultKeepalive = { interval: 10_000, timeout: 15_000 };

export interface ReceiveOptions<O> {
  signal?: AbortSignal | undefined;
  /** The server has accepted the call: the headers of its answer have arrived. */
  onOpen?: (() => void) | undefined;
  /** What it throws ends the call. */
  onMessage: (message: O) => void;
}

export interface DuplexOptions<O> {
  signal?: AbortSignal | undefined;
  /** What it throws ends the call. */
  onMessage: (message: O) => void;
}

/** A call in which both sides send when they like. */
export interface Duplex<I> {
  /** Does nothing once the call is over. */
  send(message: I): void;
  /** Tells the server that nothing more comes. */
  end(): void;
  /** Resolves when the server ends the call with OK. */
  done: Promise<void>;
}

/**
 * A way to a server: one connection at a time, made when a call needs it.
 *
 * While no call is under way it does not keep the process alive.
 */
export class Channel {
  private readonly sessions = new Set<Session>();
  private session: Session | undefined;
  private readonly sessionOptions: SessionOptions;
  private readonly headers: Record<string, string>;
  private readonly refusal: GrpcError | undefined;
  private isClosed = false;

  /** Throws an `Error` for options that can't be used. */
  constructor(options: ChannelOptions) {
    const target = parseTarget(options.url);
    const tls = options.tls ?? {};
    readTlsFiles(tls);
    this.refusal = tokenRefusal(options, target);
    this.sessionOptions = {
      target,
      tls,
      connectTimeout: options.connectTimeout ?? defaultConnectTimeoutMilliseconds,
      keepalive: options.keepalive ?? defaultKeepalive,
    };
    this.headers = {
      ":method": "POST",
      ":scheme": target.isSecure ? "https" : "http",
      ":authority": target.authority,
      te: "trailers",
      "content-type": "application/grpc",
      "user-agent": options.userAgent ?? "aether-typescript",
    };
    const token = authorization(options.token);
    if (token !== undefined) this.headers["authorization"] = token;
  }

  /** One message there, one back. Rejects with a `GrpcError`. */
  unary<I, O>(method: Method<I, O>, request: I, options: CallOptions = {}): Promise<O> {
    return new Promise((resolve, reject) => {
      const message = method.encode(request);
      let answer: Uint8Array | undefined;
      const call = this.call(method.path, options, {
        onMessage: (bytes) => {
          if (answer) throw new GrpcError(GrpcCode.INTERNAL, "the server sent more than one answer");
          answer = bytes;
        },
        onEnd: (error) => {
          if (error) return reject(error);
          if (!answer) return reject(new GrpcError(GrpcCode.INTERNAL, "the server ended the call with OK and no answer"));
          try {
            resolve(decoded(method, answer));
          } catch (failure) {
            reject(failure);
          }
        },
      });
      call.send(message);
      call.endSending();
      this.connect(call);
    });
  }

  /**
   * One message there, any number back. Resolves when the server ends the call with OK; rejects with a `GrpcError`, or with what
   * `onMessage` threw.
   */
  receive<I, O>(method: Method<I, O>, request: I, options: ReceiveOptions<O>): Promise<void> {
    return new Promise((resolve, reject) => {
      const message = method.encode(request);
      const call = this.call(method.path, options, {
        onOpen: options.onOpen,
        onMessage: (bytes) => options.onMessage(decoded(method, bytes)),
        onEnd: (error) => (error ? reject(error) : resolve()),
      });
      call.send(message);
      call.endSending();
      this.connect(call);
    });
  }

  duplex<I, O>(method: Method<I, O>, options: DuplexOptions<O>): Duplex<I> {
    let settle: (error: Error | undefined) => void = () => undefined;
    const done = new Promise<void>((resolve, reject) => {
      settle = (error) => (error ? reject(error) : resolve());
    });
    // Who asks late for how it ended is told so, and not the process.
    done.catch(() => undefined);
    const call = this.call(method.path, options, {
      onMessage: (bytes) => options.onMessage(decoded(method, bytes)),
      onEnd: (error) => settle(error),
    });
    this.connect(call);
    return { send: (message) => call.send(method.encode(message)), end: () => call.endSending(), done };
  }

  /** Cancels the calls under way and ends the connection; resolves when nothing is left of it. */
  async close(): Promise<void> {
    this.isClosed = true;
    const sessions = [...this.sessions];
    for (const session of sessions) session.close(new GrpcError(GrpcCode.CANCELLED, "the channel was closed"));
    await Promise.all(sessions.map((session) => session.closed));
  }

  private call(path: string, options: CallOptions, listener: CallListener): Call {
    return new Call({ ...this.headers, ":path": path }, options, listener);
  }

  private connect(call: Call): void {
    if (this.isClosed) return call.fail(new GrpcError(GrpcCode.FAILED_PRECONDITION, "the channel is closed"));
    if (this.refusal) return call.fail(this.refusal);
    try {
      call.begin(this.usableSession());
    } catch (error) {
      call.fail(new GrpcError(GrpcCode.UNAVAILABLE, `can't connect to ${this.sessionOptions.target.url}: ${(error as Error).message}`));
    }
  }

  private usableSession(): Session {
    if (this.session?.isUsable) return this.session;
    this.session?.drain();
    const session = new Session(this.sessionOptions);
    this.session = session;
    this.sessions.add(session);
    void session.closed.then(() => this.sessions.delete(session));
    return session;
  }
}

function decoded<O>(method: Method<never, O>, bytes: Uint8Array): O {
  try {
    return method.decode(bytes);
  } catch (error) {
    throw new GrpcError(GrpcCode.INTERNAL, `the server's message can't be read: ${(error as Error).message}`, { cause: error });
  }
}
