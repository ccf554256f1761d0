import { formatDuration } from "../format/duration";
import type { Operation } from "./Operation";
import { segmentsOf, type Segment } from "./segments";
import type { TimelineRow } from "./timelineRows";

interface Props {
  row: TimelineRow;
  x: (time: number) => number;
  width: number;
  now: number;
  isSelected: boolean;
}

const height = 28;
const barHeight = 14;
const top = (height - barHeight) / 2;

export function TimelineBar({ row, x, width, now, isSelected }: Props) {
  return (
    <>
      <rect className="timeline-band" data-selected={isSelected} width={width} height={height} />
      {row.kind === "group" ? <GroupBar members={row.members} x={x} width={width} now={now} /> : <OperationBar operation={row.operation} x={x} width={width} now={now} />}
    </>
  );
}

function OperationBar({ operation, x, width, now }: { operation: Operation; x: (time: number) => number; width: number; now: number }) {
  if (operation.kind === "value" || operation.kind === "version") {
    const center = x(operation.start);
    return <path className="diamond" d={`M${center} ${height / 2 - 5}l5 5-5 5-5-5z`} />;
  }
  const segments = segmentsOf(operation, now);
  const end = operation.end ?? now;
  return (
    <>
      {segments.map((segment, index) => {
        const left = Math.max(x(segment.start), -6);
        const right = Math.min(x(segment.end), width + 6);
        if (right < -3 || left > width + 3) return null;
        const length = Math.max(right - left, 3);
        const isHatched = segment.look === "backoff" || segment.look === "sleep";
        return (
          <g key={index}>
            <rect className="segment" data-look={segment.look} data-open={segment.isOpen} x={left} y={top} width={length} height={barHeight} rx="3" />
            {isHatched && <rect className="hatch" x={left} y={top} width={length} height={barHeight} rx="3" />}
            {segment.look === "failed" && length > 12 && (
              <path className="cross" d={`M${right - 9.5} ${height / 2 - 2.5}l5 5m0-5l-5 5`} />
            )}
          </g>
        );
      })}
      {operation.arrivedAt !== null && <path className="diamond arrival" d={`M${x(operation.arrivedAt)} ${height / 2 - 6}l6 6-6 6-6-6z`} />}
      <BarText left={x(operation.start)} right={x(end)} width={width} text={formatDuration(end - operation.start)} isPale={isPale(segments[segments.length - 1])} />
    </>
  );
}

/// Behind the bar, before it, or on a pale one, wherever there is room.
function BarText({ left, right, width, text, isPale }: { left: number; right: number; width: number; text: string; isPale: boolean }) {
  const room = text.length * 6.5 + 10;
  if (right < 0 || left > width) return null;
  if (Math.max(right, 3) + room < width) {
    return (
      <text className="bar-text" x={Math.max(right, left + 3) + 6} y={height / 2 + 4}>
        {text}
      </text>
    );
  }
  const isInside = left - room <= 0;
  if (isInside && (!isPale || right - left < room)) return null;
  return (
    <text className="bar-text" data-is-inside={isInside} textAnchor={isInside ? "start" : "end"} x={isInside ? Math.max(left, 0) + 8 : left - 6} y={height / 2 + 4}>
      {text}
    </text>
  );
}

function isPale(segment: Segment | undefined): boolean {
  return segment !== undefined && ["wait", "queue"].includes(segment.look);
}

function GroupBar({ members, x, width, now }: { members: Operation[]; x: (time: number) => number; width: number; now: number }) {
  const start = members.reduce((least, { start }) => Math.min(least, start), Infinity);
  const end = members.reduce((most, { end }) => Math.max(most, end ?? now), 0);
  const left = Math.max(x(start), 0);
  const right = Math.min(x(end), width);
  if (right < left) return null;
  return <path className="group-bar" d={`M${left + 0.5} ${height / 2 + 4}v-4H${Math.max(right - 0.5, left + 2)}v4`} />;
}
