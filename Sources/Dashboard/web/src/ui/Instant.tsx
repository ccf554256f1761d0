import { formatAbsolute, formatFull, formatRelative } from "../format/instant";
import { useSeconds } from "./clock";

/// A point in time, relative or absolute; the tooltip has all of it.
export function Instant({ at, isAbsolute = false }: { at: string; isAbsolute?: boolean }) {
  const now = useSeconds();
  const instant = Date.parse(at);
  return (
    <time className="number" dateTime={at} title={formatFull(instant)}>
      {isAbsolute ? formatAbsolute(instant, now) : formatRelative(instant, now)}
    </time>
  );
}
