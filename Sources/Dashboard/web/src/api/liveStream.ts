import { address, apiError } from "./client";
import { connection } from "./connection";
import { EventParser, type ServerSentEvent } from "./serverSentEvents";
import type { Frame } from "./types";

/// The server says something every 5 s, so that silence means it is gone.
const silenceMilliseconds = 12_000;
const hiddenMilliseconds = 60_000;
const firstDelayMilliseconds = 1_000;
const maximumDelayMilliseconds = 10_000;

export interface LiveListener {
  onFrame?: (frame: Frame) => void;
  /// Something was missed, or the stream is new: read again what is shown.
  onReset?: () => void;
}

/// The page's one stream of events. It reads with fetch and not with EventSource, which can neither go on with Last-Event-ID after
/// an HTTP error nor say when it tries again.
class LiveStream {
  private topics: string[] = [];
  private readonly listeners = new Set<LiveListener>();
  private lastEventId: string | null = null;
  private attempt: AbortController | null = null;
  private failures = 0;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private hide: ReturnType<typeof setTimeout> | undefined;
  private isPaused = false;

  constructor() {
    document.addEventListener("visibilitychange", () => this.visibilityChanged());
    window.addEventListener("online", () => this.retryNow());
  }

  listen(topics: string[], listener: LiveListener): () => void {
    this.listeners.add(listener);
    this.subscribe(topics);
    return () => this.listeners.delete(listener);
  }

  /// Tries at once instead of when the time has come.
  retryNow(): void {
    if (connection.get().phase === "waiting") this.open();
  }

  private subscribe(topics: string[]): void {
    if (topics.join() === this.topics.join() && this.attempt) return;
    this.topics = topics;
    this.lastEventId = null;
    this.open();
  }

  private open(): void {
    clearTimeout(this.retry);
    this.attempt?.abort();
    const attempt = new AbortController();
    this.attempt = attempt;
    connection.trying();
    this.awaitNews();
    this.read(attempt.signal).then(
      () => this.ended(attempt, "the server ended the stream"),
      (error: Error) => this.ended(attempt, error.message),
    );
  }

  private async read(signal: AbortSignal): Promise<void> {
    const headers: Record<string, string> = { accept: "text/event-stream" };
    if (this.lastEventId !== null) headers["last-event-id"] = this.lastEventId;
    const topics = this.topics.join(",");
    const response = await fetch(address("/events", { topics }), { headers, signal, cache: "no-store" }).catch(() => {
      throw new Error("the server does not answer");
    });
    if (!response.ok || !response.body) throw apiError(response.status, await response.text());
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const parser = new EventParser();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || signal.aborted) return;
      this.awaitNews();
      for (const event of parser.push(value)) this.handle(event);
    }
  }

  private handle({ event, data, id }: ServerSentEvent): void {
    if (id !== null) this.lastEventId = id;
    if (event === "hello") {
      const { resumed } = JSON.parse(data) as { resumed: boolean };
      this.failures = 0;
      connection.live();
      if (!resumed) this.listeners.forEach((listener) => listener.onReset?.());
    } else if (event === "frame") {
      const frame = JSON.parse(data) as Frame;
      if (frame.server) connection.readiness(frame.server.isReady, frame.server.notReadyReason);
      this.listeners.forEach((listener) => listener.onFrame?.(frame));
    }
  }

  private awaitNews(): void {
    clearTimeout(this.silence);
    const attempt = this.attempt;
    this.silence = setTimeout(() => {
      attempt?.abort();
      this.ended(attempt, "the server has been silent for 12 seconds");
    }, silenceMilliseconds);
  }

  private ended(attempt: AbortController | null, reason: string): void {
    if (attempt !== this.attempt || attempt === null) return;
    this.attempt = null;
    clearTimeout(this.silence);
    if (this.isPaused) return;
    const delay = Math.min(firstDelayMilliseconds * 1.7 ** this.failures, maximumDelayMilliseconds);
    this.failures += 1;
    connection.waiting(reason, Date.now() + delay);
    this.retry = setTimeout(() => this.open(), delay);
  }

  private visibilityChanged(): void {
    clearTimeout(this.hide);
    if (document.hidden) {
      this.hide = setTimeout(() => {
        this.isPaused = true;
        clearTimeout(this.retry);
        this.attempt?.abort();
      }, hiddenMilliseconds);
    } else if (this.isPaused) {
      this.isPaused = false;
      this.failures = 0;
      this.open();
    }
  }
}

export const liveStream = new LiveStream();
