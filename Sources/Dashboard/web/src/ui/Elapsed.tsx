import { formatDuration, formatWholeSeconds } from "../format/duration";
import { useSeconds } from "./clock";

/// How long something took, or takes until now.
export function Elapsed({ from, to }: { from: string; to: string | null }) {
  if (to === null) return <Running from={from} />;
  return <span className="number">{formatDuration(Date.parse(to) - Date.parse(from))}</span>;
}

function Running({ from }: { from: string }) {
  const now = useSeconds();
  return <span className="number">{formatWholeSeconds(now - Date.parse(from))}</span>;
}

/// The time until something is due.
export function Countdown({ to }: { to: string }) {
  const now = useSeconds();
  const left = Date.parse(to) - now;
  return <span className="number">{left <= 0 ? "now" : `in ${formatWholeSeconds(left + 999)}`}</span>;
}
