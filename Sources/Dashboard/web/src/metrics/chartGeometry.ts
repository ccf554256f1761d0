/// A value at a time; null where nothing was measured.
export interface Point {
  time: number;
  value: number | null;
}

/// Pieces without a gap: samples that are missing, or in which nothing was measured, are not bridged.
export function pieces(points: readonly Point[], resolutionMilliseconds: number): { time: number; value: number }[][] {
  const result: { time: number; value: number }[][] = [];
  let piece: { time: number; value: number }[] = [];
  let last = -Infinity;
  for (const { time, value } of points) {
    if (value === null || time - last > resolutionMilliseconds * 2.5) {
      if (piece.length > 0) result.push(piece);
      piece = [];
    }
    if (value !== null) {
      piece.push({ time, value });
      last = time;
    }
  }
  if (piece.length > 0) result.push(piece);
  return result;
}

export interface Scale {
  x: (time: number) => number;
  y: (value: number) => number;
}

export function linePath(points: readonly Point[], resolution: number, { x, y }: Scale): string {
  return pieces(points, resolution)
    .map((piece) => {
      const first = piece[0];
      if (piece.length === 1 && first) return `M${number(x(first.time) - 1)} ${number(y(first.value))}h2`;
      return "M" + piece.map(({ time, value }) => `${number(x(time))} ${number(y(value))}`).join("L");
    })
    .join("");
}

/// The area between two series; between one and the axis without a second.
export function areaPath(upper: readonly Point[], lower: readonly Point[] | null, resolution: number, { x, y }: Scale): string {
  const floor = new Map(lower?.map(({ time, value }) => [time, value ?? 0]));
  return pieces(upper, resolution)
    .filter((piece) => piece.length > 1)
    .map((piece) => {
      const forth = piece.map(({ time, value }) => `${number(x(time))} ${number(y(value))}`);
      const back = [...piece].reverse().map(({ time }) => `${number(x(time))} ${number(y(floor.get(time) ?? 0))}`);
      return `M${forth.join("L")}L${back.join("L")}Z`;
    })
    .join("");
}

/// The end of an axis and its ticks: 1, 2 or 5 times a power of ten.
export function axis(maximum: number, isWhole: boolean, wanted = 3): number[] {
  if (!(maximum > 0)) return isWhole ? [0, 1] : [0];
  const rough = maximum / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  let step = [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough) ?? rough;
  if (isWhole) step = Math.max(1, step);
  const ticks: number[] = [];
  for (let index = 0; index <= Math.ceil(maximum / step - 1e-9); index += 1) ticks.push(index * step);
  return ticks;
}

/// Whole minutes or hours, a legible distance apart.
export function timeTicks(start: number, end: number, width: number): number[] {
  const steps = [60_000, 300_000, 600_000, 3_600_000, 3 * 3_600_000, 6 * 3_600_000, 12 * 3_600_000];
  const wanted = ((end - start) * 72) / Math.max(width, 1);
  const step = steps.find((step) => step >= wanted) ?? 86_400_000;
  const zone = new Date(start).getTimezoneOffset() * 60_000;
  const ticks: number[] = [];
  for (let time = Math.ceil((start - zone) / step) * step + zone; time <= end; time += step) ticks.push(time);
  return ticks;
}

/// The sample nearest to a time, by its place; -1 when there is none.
export function nearest(times: readonly number[], time: number): number {
  let low = 0;
  let high = times.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) < time) low = middle;
    else high = middle;
  }
  if (high < 0) return -1;
  return Math.abs((times[low] as number) - time) <= Math.abs((times[high] as number) - time) ? low : high;
}

/// The sample that was taken at a time, by its place; -1 in a gap.
export function sampleAt(times: readonly number[], time: number, resolutionMilliseconds: number): number {
  const index = nearest(times, time);
  return index >= 0 && Math.abs((times[index] as number) - time) <= resolutionMilliseconds * 2.5 ? index : -1;
}

function number(value: number): string {
  return value.toFixed(1);
}
