import { wholeTime } from "./timeFolds";

/// What part of time the timeline shows.
export interface TimeRange {
  start: number;
  end: number;
}

const steps = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000,
  1_800_000, 3_600_000, 7_200_000, 10_800_000, 21_600_000, 43_200_000, 86_400_000, 172_800_000, 604_800_000, 2_592_000_000,
];
const minimumSpan = 2;

export interface Tick {
  time: number;
  label: string;
}

/// Ticks since the run began, a legible distance apart; none in a fold.
export function ticks(range: TimeRange, origin: number, width: number, folded = wholeTime, distance = 96): Tick[] {
  const wanted = ((range.end - range.start) * distance) / Math.max(width, 1);
  const step = steps.find((step) => step >= wanted) ?? (steps[steps.length - 1] as number);
  const apart = ((range.end - range.start) * distance * 0.6) / Math.max(width, 1);
  const result: Tick[] = [];
  for (const piece of folded.pieces(folded.toReal(range.start), folded.toReal(range.end))) {
    const first = Math.ceil((piece.start - origin) / step) * step;
    for (let offset = first; origin + offset <= piece.end; offset += step) {
      const last = result[result.length - 1];
      const isClose = last && folded.toShown(origin + offset) - folded.toShown(last.time) < apart;
      if (!isClose) result.push({ time: origin + offset, label: offsetLabel(offset, step) });
    }
  }
  return result;
}

export function offsetLabel(offset: number, step: number): string {
  if (offset === 0) return "0";
  const sign = offset < 0 ? "−" : "";
  const size = Math.abs(offset);
  if (size < 1_000) return `${sign}${size} ms`;
  if (size < 60_000) return `${sign}${size / 1_000} s`;
  const digits = step >= 1_000 ? 0 : step >= 100 ? 1 : step >= 10 ? 2 : 3;
  const seconds = step < 60_000 ? ` ${((size % 60_000) / 1_000).toFixed(digits)} s` : "";
  if (size < 3_600_000) return `${sign}${Math.floor(size / 60_000)} min${seconds}`;
  if (size < 86_400_000 || step < 3_600_000) {
    const minutes = step < 3_600_000 ? ` ${Math.floor((size % 3_600_000) / 60_000)} min` : "";
    return `${sign}${Math.floor(size / 3_600_000)} h${minutes}${seconds}`;
  }
  const hours = step < 86_400_000 ? ` ${Math.floor((size % 86_400_000) / 3_600_000)} h` : "";
  return `${sign}${Math.floor(size / 86_400_000)} d${hours}`;
}

/// Zooms by a factor around a point of time that stays where it is; never beyond all there is.
export function zoomed(range: TimeRange, factor: number, around: number, all: TimeRange): TimeRange {
  const span = Math.max(minimumSpan, (range.end - range.start) * factor);
  if (span >= all.end - all.start) return all;
  const share = (around - range.start) / (range.end - range.start);
  return within({ start: around - span * share, end: around + span * (1 - share) }, all);
}

export function moved(range: TimeRange, milliseconds: number, all: TimeRange): TimeRange {
  return within({ start: range.start + milliseconds, end: range.end + milliseconds }, all);
}

function within(range: TimeRange, all: TimeRange): TimeRange {
  const span = range.end - range.start;
  if (range.start < all.start) return { start: all.start, end: all.start + span };
  if (range.end > all.end) return { start: all.end - span, end: all.end };
  return range;
}

/// In the address a range is milliseconds since the run began, so that it means the same to everybody.
export function rangeFromURL(text: string | null, origin: number): TimeRange | null {
  const match = /^(-?\d+)-(\d+)$/.exec(text ?? "");
  if (!match) return null;
  const range = { start: origin + Number(match[1]), end: origin + Number(match[2]) };
  return range.end - range.start >= minimumSpan ? range : null;
}

export function rangeToURL(range: TimeRange, origin: number): string {
  return `${Math.round(range.start - origin)}-${Math.round(range.end - origin)}`;
}
