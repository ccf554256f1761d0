import { FoldMarks } from "./FoldMarks";
import { leaseSegments } from "./segments";
import type { Marker } from "./Operation";
import type { Run } from "./Run";
import type { FoldedTime } from "./timeFolds";
import { ticks, type TimeRange } from "./timeScale";
import { releaseReasons } from "./entryText";

interface Props {
  run: Run;
  range: TimeRange;
  folded: FoldedTime;
  width: number;
  labels: number;
  now: number;
  x: (time: number) => number;
}

const laneTop = 28;
const laneHeight = 16;
const markerHeight = 16;
const markerTitles: Record<Marker["kind"], string> = { cancel: "cancel requested", terminate: "terminated", blocked: "blocked" };

/// The axis, and below it which worker had the run.
export function TimelineHead({ run, range, folded, width, labels, now, x }: Props) {
  const origin = Date.parse(run.status?.createdAt ?? "");
  const { markers } = run.index;
  const height = laneTop + laneHeight + 8 + (markers.length > 0 ? markerHeight : 0);
  return (
    <div className="timeline-head">
      <div className="timeline-lane-label" style={{ width: labels }}>
        Worker
      </div>
      <svg width={width} height={height} role="img" aria-label={laneText(run)}>
        {ticks(range, origin, width, folded).map(({ time, label }) => (
          <g key={time} transform={`translate(${x(time)} 0)`}>
            <line className="tick" y1="18" y2={height} />
            {x(time) + label.length * 6 < width && (
              <text className="tick-label" x={time === origin ? 0 : -3} y="13">
                {label}
              </text>
            )}
          </g>
        ))}
        <FoldMarks folded={folded} x={x} isLabelled />
        {leaseSegments(run.index.leases, origin, now).map(({ lease, start, end }) => {
          const left = Math.max(x(start), -4);
          const length = Math.max(Math.min(x(end), width + 4) - left, 1);
          if (x(end) < 0 || left > width) return null;
          return (
            <g key={start + (lease?.worker ?? "")} transform={`translate(${left} ${laneTop})`}>
              <rect className="lease" data-is-held={lease !== null} width={length} height={laneHeight} rx="3">
                <title>{lease ? `${lease.worker}, attempt ${lease.attempt}${lease.reason ? `: ${releaseReasons[lease.reason] ?? lease.reason}` : ""}` : "no worker has it"}</title>
              </rect>
              {length > 24 && (
                <svg width={length - 4} height={laneHeight}>
                  <text className="lease-label" x={left < 0 ? 10 : 6} y="11.500">
                    {lease ? lease.worker : length > 90 ? "no worker" : ""}
                  </text>
                </svg>
              )}
            </g>
          );
        })}
        {markers.map((marker) => (
          <MarkerFlag key={marker.sequence} marker={marker} x={x(marker.time)} width={width} bottom={height} />
        ))}
      </svg>
    </div>
  );
}

/// Says what the line below it is, on the side that has room.
function MarkerFlag({ marker, x, width, bottom }: { marker: Marker; x: number; width: number; bottom: number }) {
  const title = markerTitles[marker.kind];
  const isLeft = x > width / 2;
  if (x < 0 || x > width) return null;
  return (
    <g>
      <line className="marker" data-kind={marker.kind} x1={x} x2={x} y1={bottom - markerHeight} y2={bottom} />
      <text className="marker-label" data-kind={marker.kind} x={x + (isLeft ? -5 : 5)} y={bottom - 5} textAnchor={isLeft ? "end" : "start"}>
        {title}
      </text>
    </g>
  );
}

function laneText(run: Run): string {
  const names = run.index.leases.map((lease) => lease.worker);
  return names.length === 0 ? "No worker has had it yet" : `Workers in turn: ${names.join(", ")}`;
}
