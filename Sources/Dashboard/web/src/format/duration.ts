/// How long something took, in at most two units: `840 ms`, `1.24 s`, `3 min 5 s`, `2 h 4 min`, `3 d 7 h`.
export function formatDuration(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return "–";
  const value = Math.max(0, milliseconds);
  if (value < 10) return `${Number(value.toFixed(1))} ms`;
  if (value < 1_000) return `${Math.round(value)} ms`;
  if (value < 10_000) return `${(Math.floor(value / 10) / 100).toFixed(2)} s`;
  if (value < 60_000) return `${(Math.floor(value / 100) / 10).toFixed(1)} s`;
  return twoUnits(value);
}

/// As formatDuration, without fractions of a second: for what counts up or down.
export function formatWholeSeconds(milliseconds: number): string {
  const value = Math.max(0, milliseconds);
  return value < 60_000 ? `${Math.floor(value / 1_000)} s` : twoUnits(value);
}

function twoUnits(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1_000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (days > 0) return pair(days, "d", hours % 24, "h");
  if (hours > 0) return pair(hours, "h", minutes % 60, "min");
  return pair(minutes, "min", seconds % 60, "s");
}

function pair(major: number, majorUnit: string, minor: number, minorUnit: string): string {
  return minor === 0 ? `${major} ${majorUnit}` : `${major} ${majorUnit} ${minor} ${minorUnit}`;
}
