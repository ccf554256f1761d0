import type { Entry } from "../../../Sources/Dashboard/web/src/api/entries";
import { Payload } from "../../../Sources/Dashboard/web/src/json/Payload";

const origin = Date.parse("2026-01-01T00:00:00.000Z");

/// Builds a journal in few words: entries at milliseconds since the run began.
export class JournalBuilder {
  readonly entries: Entry[] = [];

  add(milliseconds: number, kind: Entry["kind"], members: Record<string, unknown> = {}): this {
    const time = new Date(origin + milliseconds).toISOString();
    this.entries.push({ sequence: this.entries.length + 1, kind, time, ...members } as Entry);
    return this;
  }

  started(): this {
    return this.add(0, "STARTED", { type: "order", tier: "state-action-log", seed: "1", input: new Payload("null") });
  }

  assigned(milliseconds: number, worker = "w1", attempt = 1): this {
    return this.add(milliseconds, "ASSIGNED", { worker, attempt, plainWorker: false });
  }

  step(milliseconds: number, key: string): this {
    return this.add(milliseconds, "STEP_COMPLETED", { key, result: new Payload("null") });
  }
}

export function at(milliseconds: number): number {
  return origin + milliseconds;
}

export const failure = { message: "no", type: "Refused", step: null, nonRetryable: false };
