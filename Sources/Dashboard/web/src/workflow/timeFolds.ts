import type { Operation } from "./Operation";
import type { Run } from "./Run";

/// A time in which nothing but waiting happened, and which is drawn short.
export interface Fold {
  start: number;
  end: number;
}

/// More would take too long to look through each time the run moves.
const maximumOperations = 2_000;
/// A wait this many times as long as all that was done hides what was done.
const dominance = 3;
/// How much of what was done a fold is drawn as.
const foldedShare = 0.12;

/// Time as it is drawn: with its folds taken out. Without folds the two are the same.
export class FoldedTime {
  constructor(
    readonly folds: readonly Fold[],
    private readonly foldLength: number,
  ) {}

  toShown(time: number): number {
    let taken = 0;
    for (const { start, end } of this.folds) {
      if (time <= start) break;
      const within = Math.min(time, end) - start;
      taken += within * (1 - this.foldLength / (end - start));
    }
    return time - taken;
  }

  toReal(shown: number): number {
    let taken = 0;
    for (const { start, end } of this.folds) {
      if (shown <= start - taken) break;
      const within = shown - (start - taken);
      if (within < this.foldLength) return start + (within / this.foldLength) * (end - start);
      taken += end - start - this.foldLength;
    }
    return shown + taken;
  }

  /// The pieces of real time between two times that aren't folded.
  pieces(from: number, to: number): { start: number; end: number }[] {
    const pieces: { start: number; end: number }[] = [];
    let reached = from;
    for (const { start, end } of this.folds) {
      if (end <= from || start >= to) continue;
      if (start > reached) pieces.push({ start: reached, end: start });
      reached = Math.max(reached, end);
    }
    if (to > reached) pieces.push({ start: reached, end: to });
    return pieces;
  }
}

export const wholeTime = new FoldedTime([], 0);

/// Folds the waits beside which nothing else could be seen.
export function foldWaits(run: Run, origin: number, now: number): FoldedTime {
  const { operations, leases, markers } = run.index;
  if (operations.length === 0 || operations.length > maximumOperations) return wholeTime;
  const moments = [origin, now, ...leases.flatMap(({ start, end }) => [start, end ?? now]), ...markers.map(({ time }) => time)];
  const busy = [...operations.flatMap((operation) => busyTimes(operation, now)), ...moments.map((time) => ({ start: time, end: time }))];
  busy.sort((a, b) => a.start - b.start);

  let done = 0;
  let reached = origin;
  const gaps: Fold[] = [];
  for (const { start, end } of busy) {
    if (start > reached) gaps.push({ start: reached, end: start });
    done += Math.max(0, end - Math.max(start, reached));
    reached = Math.max(reached, end);
  }
  if (done === 0) return wholeTime;
  const margin = done * 0.03;
  const folds = gaps
    .filter(({ start, end }) => end - start > done * dominance)
    .map(({ start, end }) => ({ start: start + margin, end: end - margin }));
  return new FoldedTime(folds, done * foldedShare);
}

function busyTimes(operation: Operation, now: number): Fold[] {
  const end = operation.end ?? now;
  const moments = [operation.start, end, operation.arrivedAt ?? end].map((time) => ({ start: time, end: time }));
  if (operation.isLive) return [{ start: operation.start, end }];
  return [...moments, ...operation.attempts.map((attempt) => ({ start: attempt.start, end: attempt.end ?? now }))];
}
