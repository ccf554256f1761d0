/** A span of time: milliseconds, or the sum of what is given. */
export type Duration =
  | number
  | { milliseconds?: number; seconds?: number; minutes?: number; hours?: number; days?: number };

const millisecondsIn = { milliseconds: 1, seconds: 1_000, minutes: 60_000, hours: 3_600_000, days: 86_400_000 } as const;
const units = Object.keys(millisecondsIn) as (keyof typeof millisecondsIn)[];

/**
 * Whole milliseconds, rounded up.
 *
 * @throws TypeError for what is no duration: `NaN`, no unit, an unknown one.
 */
export function toMilliseconds(duration: Duration, what: string): number {
  let sum = 0;
  if (typeof duration === "number") sum = duration;
  else {
    const given = Object.keys(duration ?? {});
    const unknown = given.find((name) => !(name in millisecondsIn));
    if (given.length === 0 || unknown !== undefined) {
      const problem = unknown === undefined ? "has no unit" : `has the unknown unit "${unknown}"`;
      throw new TypeError(`${what} ${problem}; give milliseconds, seconds, minutes, hours or days`);
    }
    for (const unit of units) sum += (duration[unit] ?? 0) * millisecondsIn[unit];
  }
  if (Number.isNaN(sum)) throw new TypeError(`${what} is not a number of milliseconds`);
  // What floating point adds to 0.1 s and 0.2 s is no millisecond.
  return Math.ceil(Math.round(sum * 1_000) / 1_000);
}
