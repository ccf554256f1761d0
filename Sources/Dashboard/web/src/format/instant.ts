import { formatWholeSeconds } from "./duration";

const date = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const dateOfYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });

/// `in 3 s`, `now`, `12 s ago`, `5 min ago`, `3 h ago`, `2 d ago`.
export function formatRelative(instant: number, now: number): string {
  const distance = now - instant;
  if (Math.abs(distance) < 1_000) return "now";
  const length = formatWholeSeconds(distance < 0 ? 999 - distance : distance).split(" ").slice(0, 2).join(" ");
  return distance < 0 ? `in ${length}` : `${length} ago`;
}

/// `14:03:22` today, `26 Nov 14:03:22` otherwise, in the time of this place.
export function formatAbsolute(instant: number, now: number): string {
  const day = new Date(instant);
  const today = new Date(now);
  if (day.toDateString() === today.toDateString()) return formatClock(instant);
  const form = day.getFullYear() === today.getFullYear() ? date : dateOfYear;
  return `${form.format(day)} ${formatClock(instant)}`;
}

/// All there is to an instant, for a tooltip.
export function formatFull(instant: number): string {
  const day = new Date(instant);
  return `${dateOfYear.format(day)} ${formatPrecise(instant)} (${day.toISOString()})`;
}

export function formatClock(instant: number): string {
  const day = new Date(instant);
  return [day.getHours(), day.getMinutes(), day.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}

export function formatPrecise(instant: number): string {
  return `${formatClock(instant)}.${String(new Date(instant).getMilliseconds()).padStart(3, "0")}`;
}
