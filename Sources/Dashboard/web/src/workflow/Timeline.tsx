import { useEffect, useMemo, useRef, useState, type PointerEvent } from "react";
import { useShortcuts } from "../app/shortcuts";
import { formatCount } from "../format/number";
import { Button } from "../ui/Button";
import { serverNow, useFastClock, useSeconds } from "../ui/clock";
import { useMediaQuery } from "../ui/useMediaQuery";
import { useVirtualRows } from "../ui/useVirtualRows";
import { useWidth } from "../ui/useWidth";
import type { Operation } from "./Operation";
import type { Run } from "./Run";
import { TimelineBar } from "./TimelineBar";
import { TimelineCard } from "./TimelineCard";
import { TimelineHead } from "./TimelineHead";
import { TimelineLabel } from "./TimelineLabel";
import { TimelineLines } from "./TimelineLines";
import { moved, zoomed } from "./timeScale";
import { rowsWithin, type TimelineRow } from "./timelineRows";
import { selectOperation } from "./useSelectedEntry";
import { useFolds } from "./useFolds";
import { useTimelineRange } from "./useTimelineRange";

export const timelineRowHeight = 28;
const fastForMilliseconds = 60_000;
/// Of more operations only those are shown that are in the range.
const unfilteredRows = 200;

interface Props {
  run: Run;
  rows: TimelineRow[];
  selected: Operation | null;
  isFile: boolean;
}

export interface Hover {
  row: TimelineRow;
  x: number;
  y: number;
}

/// What happened when, as bars over time. Ctrl and the wheel zoom, dragging moves.
export function Timeline({ run, rows, selected, isFile }: Props) {
  const now = useNow(run, isFile);
  const isNarrow = useMediaQuery("(max-width: 720px)");
  const box = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const labels = isNarrow ? 112 : 232;
  const width = Math.max(40, useWidth(box) - labels - (isNarrow ? 0 : 8));
  const { folded, isFoldable, isFolded, toggle } = useFolds(run, now);
  const { all, range, setRange, isAll, drag } = useTimelineRange(run, folded.toShown(now), width, box, labels);
  const visible = useMemo(() => (isAll || rows.length <= unfilteredRows ? rows : rowsWithin(rows, { start: folded.toReal(range.start), end: folded.toReal(range.end) })), [rows, isAll, range, folded]);
  const { first, end } = useVirtualRows(body, visible.length, timelineRowHeight);
  const [hover, setHover] = useState<Hover | null>(null);
  const x = (time: number) => ((folded.toShown(time) - range.start) / (range.end - range.start)) * width;
  const middle = (range.start + range.end) / 2;
  const quarter = (range.end - range.start) / 4;

  useShortcuts({
    "+": () => setRange(zoomed(range, 0.6, middle, all)),
    "=": () => setRange(zoomed(range, 0.6, middle, all)),
    "-": () => setRange(zoomed(range, 1 / 0.6, middle, all)),
    "0": () => setRange(null),
    ArrowLeft: () => setRange(moved(range, -quarter, all)),
    ArrowRight: () => setRange(moved(range, quarter, all)),
  });

  function follow(event: PointerEvent, row: TimelineRow) {
    const area = box.current?.getBoundingClientRect();
    if (!area || event.pointerType !== "mouse" || drag.isDragging.current) return setHover(null);
    setHover({ row, x: event.clientX - area.left, y: event.clientY - area.top });
  }

  const scroll = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const index = visible.findIndex((row) => row.kind === "operation" && row.operation === selected);
    if (selected && index >= 0) reveal(scroll.current, index * timelineRowHeight);
    // Only another selection scrolls, not what happens meanwhile.
  }, [selected]);

  const shown = visible.slice(first, end);
  const scrolls = visible.length > 14;
  return (
    <section className="timeline" aria-label="Timeline">
      <div className="section-head">
        <h2>Timeline</h2>
        <Legend />
        {visible.length < rows.length && (
          <span className="quiet number">
            {formatCount(visible.length)} of {formatCount(rows.length)} operations
          </span>
        )}
        <div className="timeline-tools">
          {isFoldable && (
            <Button
              size="small"
              aria-pressed={isFolded}
              title="Draws long waits short, so that what was done can be seen"
              onClick={() => {
                setRange(null);
                toggle();
              }}
            >
              Fold waits
            </Button>
          )}
          <Button look="plain" size="small" icon="minus" label="Zoom out (-)" disabled={isAll} onClick={() => setRange(zoomed(range, 1 / 0.6, middle, all))} />
          <Button look="plain" size="small" icon="plus" label="Zoom in (+)" onClick={() => setRange(zoomed(range, 0.6, middle, all))} />
          <Button look="plain" size="small" icon="fit" label="All of it (0)" disabled={isAll} onClick={() => setRange(null)} />
        </div>
      </div>
      <div className="timeline-box" ref={box} onPointerLeave={() => setHover(null)} {...drag.handlers}>
        <TimelineHead run={run} range={range} folded={folded} width={width} labels={labels} x={x} now={now} />
        <div className="timeline-scroll" ref={scroll} data-scrolls tabIndex={scrolls ? 0 : undefined} aria-label={scrolls ? "Operations" : undefined} role={scrolls ? "group" : undefined}>
          <div ref={body} className="timeline-body" style={{ height: Math.max(visible.length, 1) * timelineRowHeight }}>
            <ul className="timeline-labels" style={{ width: labels, transform: `translateY(${first * timelineRowHeight}px)` }}>
              {shown.map((row) => (
                <TimelineLabel key={row.id} row={row} isSelected={row.kind === "operation" && row.operation === selected} />
              ))}
            </ul>
            <svg
              className="timeline-bars"
              style={{ left: labels, top: first * timelineRowHeight }}
              width={width}
              height={Math.max(shown.length, 1) * timelineRowHeight}
              aria-hidden="true"
            >
              <TimelineLines run={run} range={range} folded={folded} width={width} x={x} now={now} />
              {shown.map((row, index) => (
                <g
                  key={row.id}
                  transform={`translate(0 ${index * timelineRowHeight})`}
                  onPointerMove={(event) => follow(event, row)}
                  onClick={() => row.kind === "operation" && !drag.wasDragged() && selectOperation(row.operation)}
                >
                  <TimelineBar row={row} x={x} width={width} now={now} isSelected={row.kind === "operation" && row.operation === selected} />
                </g>
              ))}
            </svg>
          </div>
        </div>
        {hover && <TimelineCard hover={hover} run={run} now={now} boxWidth={labels + width} />}
      </div>
    </section>
  );
}

function Legend() {
  const looks = ["completed", "failed", "running", "wait", "backoff"] as const;
  const titles = { completed: "Done", failed: "Failed", running: "Running", wait: "Waiting", backoff: "Until retry, sleep" };
  return (
    <ul className="legend" aria-label="Colours">
      {looks.map((look) => (
        <li key={look}>
          <svg width="14" height="8" aria-hidden="true">
            <rect className="segment" data-look={look} width="14" height="8" rx="2" />
          </svg>
          {titles[look]}
        </li>
      ))}
    </ul>
  );
}

function reveal(box: HTMLElement | null, top: number): void {
  if (!box) return;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + timelineRowHeight > box.scrollTop + box.clientHeight) box.scrollTop = top + timelineRowHeight - box.clientHeight;
}

/// A young run moves ten times a second, an old one once; one that ended, or of a file, not at all.
function useNow(run: Run, isFile: boolean): number {
  const { status } = run;
  const isOpen = !isFile && status !== null && status.completedAt === null && !run.isDeleted;
  const isYoung = isOpen && serverNow() - Date.parse(status.createdAt) < fastForMilliseconds;
  useSeconds();
  const now = useFastClock(isYoung);
  if (isOpen) return now;
  const last = run.entries[run.entries.length - 1]?.time;
  return Date.parse(status?.completedAt ?? last ?? status?.createdAt ?? "") || now;
}
