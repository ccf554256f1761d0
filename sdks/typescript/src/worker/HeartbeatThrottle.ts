export type HeartbeatAction = { kind: "send"; details: Uint8Array } | { kind: "wait"; milliseconds: number } | { kind: "nothing" };

const none: HeartbeatAction = { kind: "nothing" };
const longestInterval = 1_000;

/**
 * Decides when the heartbeats of an attempt are sent: one at a time, and no two within an interval. What comes between is sent, as one,
 * when the interval is over, so that the server's notion of the last one is off by no more than that. Times are in milliseconds.
 */
export class HeartbeatThrottle {
  private readonly interval: number;
  private phase: "idle" | "sending" | "waiting" = "idle";
  private lastSent: number | undefined;
  private details: Uint8Array = new Uint8Array(0);
  /** Whether there was a heartbeat that is not sent. */
  private isDue = false;
  /** Whether that had something to say. */
  private hasNews = false;

  /** @param limit how long the attempt may go without; 0 is any time. */
  constructor(limit: number) {
    this.interval = limit > 0 ? Math.min(Math.max(1, Math.floor(limit / 3)), longestInterval) : longestInterval;
  }

  beat(details: Uint8Array | undefined, now: number): HeartbeatAction {
    if (details) {
      this.details = details;
      this.hasNews = true;
    }
    this.isDue = true;
    return this.phase === "idle" ? this.next(now) : none;
  }

  /** What was to be sent has been, or could not be. */
  sent(isDelivered: boolean, now: number): HeartbeatAction {
    this.phase = "idle";
    if (!isDelivered && this.details.length > 0) this.hasNews = true;
    return this.isDue ? this.next(now) : none;
  }

  /** The time to wait is over. */
  due(now: number): HeartbeatAction {
    return this.phase === "waiting" ? this.send(now) : none;
  }

  /** The attempt has ended. Returns what was said last, if the server has not heard it. */
  end(): Uint8Array | undefined {
    const unsent = this.hasNews ? this.details : undefined;
    [this.isDue, this.hasNews] = [false, false];
    return unsent;
  }

  private next(now: number): HeartbeatAction {
    const passed = this.lastSent === undefined ? this.interval : now - this.lastSent;
    if (passed >= this.interval) return this.send(now);
    this.phase = "waiting";
    return { kind: "wait", milliseconds: this.interval - Math.max(0, passed) };
  }

  private send(now: number): HeartbeatAction {
    this.lastSent = now;
    this.phase = "sending";
    [this.isDue, this.hasNews] = [false, false];
    return { kind: "send", details: this.details };
  }
}
