import { constants, type ClientHttp2Stream, type IncomingHttpHeaders, type IncomingHttpStatusHeader } from "node:http2";
import { GrpcCode } from "./GrpcCode";
import { GrpcError } from "./GrpcError";
import { MessageReader, prefixBytes } from "./MessageReader";
import type { Session, SessionCall } from "./Session";
import { onAbort } from "./onAbort";
import { refusalOf, resetError, statusOf } from "./status";

type Headers = IncomingHttpHeaders & IncomingHttpStatusHeader;

/** Up to here a message is copied behind its prefix, which is cheaper than to write the two one by one. */
const copiedMessageBytes = 64 * 1024;
/** A timer of node's can't wait longer; the server minds such a deadline. */
const longestTimerMilliseconds = 2 ** 31 - 1;

export interface CallOptions {
  /** Milliseconds. */
  timeout?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** Who made the call. After `onEnd`, which comes once, nothing comes. */
export interface CallListener {
  onOpen?: (() => void) | undefined;
  /** What it throws ends the call. */
  onMessage(bytes: Uint8Array): void;
  onEnd(error: Error | undefined): void;
}

/** One call: what the client sends goes out when there is a connection, what the server answers goes to the listener. */
export class Call implements SessionCall {
  private session: Session | undefined;
  private stream: ClientHttp2Stream | undefined;
  /** What was sent before there was a connection. */
  private unsent: Uint8Array[] = [];
  private hasEndedSending = false;
  private isOver = false;

  private readonly reader: MessageReader;
  private status: { error: GrpcError | undefined } | undefined;
  private hasTrailers = false;
  private hasEnded = false;

  private readonly deadline: number | undefined;
  private timer: NodeJS.Timeout | undefined;
  private forgetSignal: (() => void) | undefined;

  constructor(
    private readonly headers: Record<string, string>,
    private readonly options: CallOptions,
    private readonly listener: CallListener,
  ) {
    this.reader = new MessageReader((bytes) => this.message(bytes));
    const { timeout, signal } = options;
    if (timeout !== undefined) {
      this.deadline = performance.now() + timeout;
      if (timeout <= longestTimerMilliseconds) this.timer = setTimeout(() => this.timeIsOver(), timeout);
    }
    if (signal) this.forgetSignal = onAbort(signal, () => this.aborted());
  }

  /** Goes onto the connection, at once or when it is made. */
  begin(session: Session): void {
    if (this.options.signal?.aborted) return this.aborted();
    this.session = session;
    session.add(this);
  }

  start(session: Session): void {
    try {
      this.stream = session.request(this.requestHeaders());
    } catch (error) {
      return this.fail(new GrpcError(GrpcCode.UNAVAILABLE, `the call did not begin: ${(error as Error).message}`, { cause: error }));
    }
    this.listen(this.stream);
    const unsent = this.unsent;
    this.unsent = [];
    for (const message of unsent) this.write(this.stream, message);
    if (this.hasEndedSending) this.stream.end();
  }

  send(message: Uint8Array): void {
    if (this.isOver || this.hasEndedSending) return;
    if (this.stream) this.write(this.stream, message);
    else this.unsent.push(message);
  }

  endSending(): void {
    if (this.isOver || this.hasEndedSending) return;
    this.hasEndedSending = true;
    this.stream?.end();
  }

  /** Ends the call without an answer; the server is told. */
  fail(error: Error): void {
    this.finish(error);
  }

  private finish(error: Error | undefined): void {
    if (this.isOver) return;
    this.isOver = true;
    this.unsent = [];
    clearTimeout(this.timer);
    this.forgetSignal?.();
    this.endStream();
    this.session?.remove(this);
    this.listener.onEnd(error);
  }

  /** Resets the stream, unless both sides have said all: a reset then would only count against this client. */
  private endStream(): void {
    const stream = this.stream;
    if (!stream || stream.closed || (this.hasTrailers && this.hasEnded && stream.writableFinished)) return;
    stream.close(constants.NGHTTP2_CANCEL);
  }

  private timeIsOver(): void {
    this.fail(new GrpcError(GrpcCode.DEADLINE_EXCEEDED, `the call took longer than ${this.options.timeout} ms`));
  }

  private aborted(): void {
    this.fail(new GrpcError(GrpcCode.CANCELLED, "the call was cancelled"));
  }

  private requestHeaders(): Record<string, string> {
    if (this.deadline === undefined) return this.headers;
    return { ...this.headers, "grpc-timeout": timeoutText(this.deadline - performance.now()) };
  }

  private write(stream: ClientHttp2Stream, message: Uint8Array): void {
    const isCopied = message.length <= copiedMessageBytes;
    const frame = Buffer.allocUnsafe(isCopied ? prefixBytes + message.length : prefixBytes);
    frame[0] = 0;
    frame.writeUInt32BE(message.length, 1);
    if (isCopied) {
      frame.set(message, prefixBytes);
      stream.write(frame);
      return;
    }
    stream.cork();
    stream.write(frame);
    stream.write(message);
    stream.uncork();
  }

  private listen(stream: ClientHttp2Stream): void {
    stream.on("response", (headers, flags) => this.responded(headers, (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0));
    stream.on("data", (chunk: Buffer) => this.read(chunk));
    stream.on("trailers", (headers) => {
      this.status = statusOf(headers);
      this.hasTrailers = true;
      if (this.hasEnded) this.ended();
    });
    stream.on("end", () => {
      this.hasEnded = true;
      if (this.hasTrailers) this.ended();
    });
    stream.on("close", () => this.closed(stream));
    // What it says is known from the stream's code and the session when it closes.
    stream.on("error", () => undefined);
  }

  private responded(headers: Headers, isAll: boolean): void {
    if (this.isOver) return;
    const status = statusOf(headers);
    const refusal = status === undefined ? refusalOf(headers) : undefined;
    if (refusal) return this.fail(refusal);
    if (!isAll) return this.listener.onOpen?.();
    this.status = status;
    this.hasTrailers = true;
    if (this.hasEnded) this.ended();
  }

  private read(chunk: Buffer): void {
    if (this.isOver) return;
    try {
      this.reader.push(chunk);
    } catch (error) {
      this.fail(error as Error);
    }
  }

  private message(bytes: Uint8Array): void {
    if (!this.isOver) this.listener.onMessage(bytes);
  }

  /** The server has said all it had to say. */
  private ended(): void {
    if (this.status === undefined) {
      this.fail(new GrpcError(GrpcCode.UNKNOWN, "the server ended the call without a grpc-status"));
    } else if (this.status.error === undefined && this.reader.isInMessage) {
      this.fail(new GrpcError(GrpcCode.INTERNAL, "the server ended the call in the middle of a message"));
    } else {
      this.finish(this.status.error);
    }
  }

  private closed(stream: ClientHttp2Stream): void {
    if (this.isOver) return;
    if (this.hasTrailers) return this.ended();
    // The session says why it is gone, and ends the call.
    if (this.session?.isGone) return;
    if (stream.rstCode === constants.NGHTTP2_NO_ERROR) return this.ended();
    this.fail(resetError(stream.rstCode));
  }
}

/** The value of `grpc-timeout`: at most eight digits and a unit. */
function timeoutText(milliseconds: number): string {
  const rounded = Math.max(1, Math.ceil(milliseconds));
  if (rounded <= 99_999_999) return `${rounded}m`;
  return `${Math.min(Math.ceil(rounded / 1000), 99_999_999)}S`;
}
