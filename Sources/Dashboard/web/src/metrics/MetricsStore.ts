import { get, isAbort } from "../api/client";
import type { Sample, Series } from "../api/types";

export type Resolution = "1s" | "1m";

export interface Metrics {
  samples: readonly Sample[];
  resolutionMilliseconds: number;
  /// How much time the page shows.
  spanMilliseconds: number;
  isRead: boolean;
  error: unknown;
}

const spans: Record<Resolution, number> = { "1s": 15 * 60_000, "1m": 24 * 3_600_000 };
const resolutions: Record<Resolution, number> = { "1s": 1_000, "1m": 60_000 };
const minuteMilliseconds = 60_000;

/// The samples of a time range, kept up to date: seconds by the stream, minutes by reading them again.
export class MetricsStore {
  private readonly listeners = new Set<() => void>();
  private readonly gone = new AbortController();
  private timer: ReturnType<typeof setInterval> | undefined;
  private value: Metrics;

  constructor(private readonly resolution: Resolution) {
    this.value = {
      samples: [],
      resolutionMilliseconds: resolutions[resolution],
      spanMilliseconds: spans[resolution],
      isRead: false,
      error: null,
    };
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  get = (): Metrics => this.value;

  open(): void {
    void this.read();
    if (this.resolution === "1m") this.timer = setInterval(() => void this.read(), minuteMilliseconds);
  }

  close(): void {
    clearInterval(this.timer);
    this.gone.abort();
  }

  async read(): Promise<void> {
    try {
      const series = await get<Series>("/metrics/series", { resolution: this.resolution }, this.gone.signal);
      this.change({ samples: series.samples, isRead: true, error: null });
    } catch (error) {
      if (!isAbort(error)) this.change({ error, isRead: true });
    }
  }

  add(sample: Sample): void {
    if (this.resolution !== "1s") return;
    const last = this.value.samples[this.value.samples.length - 1];
    if (last && sample.time <= last.time) return;
    const oldest = Date.parse(sample.time) - this.value.spanMilliseconds;
    const kept = this.value.samples.filter(({ time }) => Date.parse(time) >= oldest);
    this.change({ samples: [...kept, sample] });
  }

  private change(changes: Partial<Metrics>): void {
    this.value = { ...this.value, ...changes };
    this.listeners.forEach((listener) => listener());
  }
}
