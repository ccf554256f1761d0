import { createServer, type Server, type Socket } from "node:net";

export const FrameType = { DATA: 0, HEADERS: 1, RST_STREAM: 3, SETTINGS: 4, PING: 6, GOAWAY: 7, WINDOW_UPDATE: 8 } as const;
/** The flag of the last frame of a side. */
export const endStream = 1;
const endHeaders = 4;
const acknowledge = 1;
const prefaceBytes = 24;

export interface Frame {
  type: number;
  flags: number;
  stream: number;
  payload: Buffer;
}

/** Whether a call begins with the frame. */
export function isRequest(frame: Frame): boolean {
  return frame.type === FrameType.HEADERS;
}

export interface RawServerOptions {
  /** Leaves PINGs without an answer. */
  isMute?: boolean;
  /** The setting SETTINGS_MAX_CONCURRENT_STREAMS. */
  maximumStreams?: number;
  onFrame?: (frame: Frame, connection: RawConnection) => void;
}

/** One connection of a server that says HTTP/2 frame by frame, and may say anything. */
export class RawConnection {
  readonly frames: Frame[] = [];
  private received = Buffer.alloc(0);
  private hasPreface = false;

  constructor(
    readonly socket: Socket,
    private readonly options: RawServerOptions,
  ) {
    const { maximumStreams } = options;
    const settings = Buffer.alloc(maximumStreams === undefined ? 0 : 6);
    if (maximumStreams !== undefined) {
      settings.writeUInt16BE(3, 0);
      settings.writeUInt32BE(maximumStreams, 2);
    }
    this.send(FrameType.SETTINGS, 0, 0, settings);
    socket.setNoDelay(true);
    socket.on("data", (data: Buffer) => this.read(data));
    socket.on("error", () => undefined);
  }

  send(type: number, flags: number, stream: number, payload: Uint8Array): void {
    this.socket.write(frame(type, flags, stream, payload));
  }

  headers(stream: number, fields: Record<string, string>, flags = 0): void {
    this.send(FrameType.HEADERS, flags | endHeaders, stream, headerBlock(fields));
  }

  accept(stream: number): void {
    this.headers(stream, { ":status": "200", "content-type": "application/grpc" });
  }

  message(stream: number, content: string): void {
    this.send(FrameType.DATA, 0, stream, framed(Buffer.from(content)));
  }

  ok(stream: number): void {
    this.headers(stream, { "grpc-status": "0" }, endStream);
  }

  answer(stream: number, content: string): void {
    this.accept(stream);
    this.message(stream, content);
    this.ok(stream);
  }

  reset(stream: number, code: number): void {
    this.send(FrameType.RST_STREAM, 0, stream, number32(code));
  }

  goaway(lastStream: number, code: number, words = ""): void {
    this.send(FrameType.GOAWAY, 0, 0, Buffer.concat([number32(lastStream), number32(code), Buffer.from(words)]));
  }

  private read(data: Buffer): void {
    this.received = Buffer.concat([this.received, data]);
    if (!this.hasPreface) {
      if (this.received.length < prefaceBytes) return;
      this.hasPreface = true;
      this.received = this.received.subarray(prefaceBytes);
    }
    while (this.received.length >= 9) {
      const length = this.received.readUIntBE(0, 3);
      if (this.received.length < 9 + length) return;
      const [type = 0, flags = 0] = [this.received[3], this.received[4]];
      const stream = this.received.readUInt32BE(5) & 0x7fff_ffff;
      const payload = this.received.subarray(9, 9 + length);
      this.received = this.received.subarray(9 + length);
      this.take({ type, flags, stream, payload });
    }
  }

  private take(frame: Frame): void {
    this.frames.push(frame);
    const isAnswer = (frame.flags & acknowledge) !== 0;
    if (frame.type === FrameType.SETTINGS && !isAnswer) this.send(FrameType.SETTINGS, acknowledge, 0, Buffer.alloc(0));
    if (frame.type === FrameType.PING && !isAnswer && !this.options.isMute) this.send(FrameType.PING, acknowledge, 0, frame.payload);
    this.options.onFrame?.(frame, this);
  }
}

export class RawServer {
  readonly connections: RawConnection[] = [];
  private readonly server: Server;

  private constructor(options: RawServerOptions) {
    this.server = createServer((socket) => {
      this.connections.push(new RawConnection(socket, options));
    });
  }

  static async start(options: RawServerOptions): Promise<RawServer> {
    const server = new RawServer(options);
    await new Promise<void>((resolve) => server.server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as { port: number }).port}`;
  }

  stop(): Promise<void> {
    for (const { socket } of this.connections) socket.destroy();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

export function frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A message of gRPC with its prefix. */
export function framed(content: Uint8Array, flag = 0): Buffer {
  return Buffer.concat([Buffer.from([flag]), number32(content.length), content]);
}

export function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

/** HPACK's plainest form: literals with their names, nothing indexed. */
function headerBlock(fields: Record<string, string>): Buffer {
  return Buffer.concat(Object.entries(fields).flatMap(([name, value]) => [Buffer.from([0]), literal(name), literal(value)]));
}

function literal(text: string): Buffer {
  const bytes = Buffer.from(text, "latin1");
  if (bytes.length > 126) throw new Error("a longer text needs an integer of several bytes");
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}
