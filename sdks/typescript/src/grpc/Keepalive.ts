import type { ClientHttp2Session } from "node:http2";
import type { KeepaliveOptions } from "./ChannelOptions";

/** Asks the peer now and then whether it is still there, while calls are under way. */
export class Keepalive {
  private readonly ticks: NodeJS.Timeout;
  private wait: NodeJS.Timeout | undefined;
  private wasIdle = false;

  constructor(
    private readonly http2: ClientHttp2Session,
    private readonly options: KeepaliveOptions,
    private readonly isBusy: () => boolean,
    private readonly bytesRead: () => number,
    private readonly giveUp: () => void,
  ) {
    this.ticks = setInterval(() => this.tick(), options.interval).unref();
  }

  /** A call begins and none is under way. A connection that was idle for long may be gone without a word: it is asked at once. */
  becameBusy(): void {
    if (this.wasIdle) this.ping();
    this.wasIdle = false;
  }

  stop(): void {
    clearInterval(this.ticks);
    clearTimeout(this.wait);
  }

  private tick(): void {
    if (this.isBusy()) this.ping();
    else this.wasIdle = true;
  }

  private ping(): void {
    if (this.wait !== undefined || this.http2.destroyed) return;
    const before = this.bytesRead();
    this.wait = setTimeout(() => this.timeIsOver(before), this.options.timeout).unref();
    this.http2.ping(() => {
      clearTimeout(this.wait);
      this.wait = undefined;
    });
  }

  /** Time is over too when this process was busy and did not read: what has arrived is read first. A peer that sends is there. */
  private timeIsOver(bytesBefore: number): void {
    setImmediate(() => {
      if (this.wait === undefined) return;
      this.wait = undefined;
      if (this.bytesRead() === bytesBefore) this.giveUp();
    });
  }
}
