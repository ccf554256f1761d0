import { FoldMarks } from "./FoldMarks";
import type { Run } from "./Run";
import type { FoldedTime } from "./timeFolds";
import { ticks, type TimeRange } from "./timeScale";

interface Props {
  run: Run;
  range: TimeRange;
  folded: FoldedTime;
  width: number;
  now: number;
  x: (time: number) => number;
}

/// Behind the bars: ticks, marks of what concerns the whole run, and now.
export function TimelineLines({ run, range, folded, width, now, x }: Props) {
  const origin = Date.parse(run.status?.createdAt ?? "");
  const isOpen = run.status?.completedAt === null;
  return (
    <>
      <defs>
        <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <line className="hatch-line" x1="0" y1="0" x2="0" y2="6" />
        </pattern>
      </defs>
      {ticks(range, origin, width, folded).map(({ time }) => (
        <line key={time} className="tick" x1={x(time)} x2={x(time)} y1="0" y2="100%" />
      ))}
      <FoldMarks folded={folded} x={x} />
      {run.index.markers.map((marker) => (
        <line key={marker.sequence} className="marker" data-kind={marker.kind} x1={x(marker.time)} x2={x(marker.time)} y1="0" y2="100%" />
      ))}
      {isOpen && <line className="now-line" x1={x(now)} x2={x(now)} y1="0" y2="100%" />}
    </>
  );
}
