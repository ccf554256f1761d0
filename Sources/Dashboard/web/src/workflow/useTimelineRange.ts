import { useEffect, useMemo, useRef, useState, type PointerEvent, type RefObject } from "react";
import { setQuery, useQuery } from "../app/router";
import type { Run } from "./Run";
import { moved, rangeFromURL, rangeToURL, zoomed, type TimeRange } from "./timeScale";

const addressMilliseconds = 250;
const dragThreshold = 4;

/// What part of time, as it is drawn, is shown: all of it, or what the address or the wheel say.
export function useTimelineRange(run: Run, shownNow: number, width: number, box: RefObject<HTMLElement>, labels: number) {
  const origin = Date.parse(run.status?.createdAt ?? "") || shownNow;
  const all = useMemo(() => wholeRange(origin, shownNow), [origin, shownNow]);
  const address = useQuery().get("zoom");
  const [chosen, setChosen] = useState<TimeRange | null>(() => rangeFromURL(address, origin));
  const range = chosen ?? all;
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const latest = useRef({ range, all, width });
  latest.current = { range, all, width };

  function setRange(wanted: TimeRange | null) {
    const isAll = wanted === null || wanted.end - wanted.start >= all.end - all.start;
    setChosen(isAll ? null : wanted);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setQuery({ zoom: isAll ? null : rangeToURL(wanted, origin) }), addressMilliseconds);
  }
  const set = useRef(setRange);
  set.current = setRange;

  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const turn = (event: WheelEvent) => {
      const { range, all, width } = latest.current;
      const isSideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
      if (event.ctrlKey || event.metaKey) {
        const x = event.clientX - element.getBoundingClientRect().left - labels;
        const around = range.start + (Math.min(Math.max(x, 0), width) / width) * (range.end - range.start);
        set.current(zoomed(range, Math.exp(event.deltaY * 0.004), around, all));
      } else if (isSideways) {
        const delta = event.deltaX || event.deltaY;
        set.current(moved(range, (delta / width) * (range.end - range.start), all));
      } else return;
      event.preventDefault();
    };
    element.addEventListener("wheel", turn, { passive: false });
    return () => element.removeEventListener("wheel", turn);
  }, [box, labels]);

  const drag = useDrag((pixels, from) => {
    set.current(moved(from, (-pixels / width) * (from.end - from.start), all));
  }, range);
  return { all, range, setRange, isAll: chosen === null, drag };
}

/// Some room at the end, for what is written behind a bar.
function wholeRange(start: number, end: number): TimeRange {
  const span = Math.max(end - start, 10);
  return { start, end: start + span * 1.08 };
}

function useDrag(move: (pixels: number, from: TimeRange) => void, range: TimeRange) {
  const start = useRef<{ x: number; range: TimeRange } | null>(null);
  const isDragging = useRef(false);
  const endedAt = useRef(0);
  return {
    isDragging,
    /// A click that ends a drag is none.
    wasDragged: () => performance.now() - endedAt.current < 50,
    handlers: {
      onPointerDown(event: PointerEvent) {
        const isOnBars = event.target instanceof SVGElement && event.pointerType === "mouse" && event.button === 0;
        if (isOnBars) start.current = { x: event.clientX, range };
      },
      onPointerMove(event: PointerEvent<HTMLElement>) {
        if (!start.current) return;
        const pixels = event.clientX - start.current.x;
        if (!isDragging.current && Math.abs(pixels) < dragThreshold) return;
        if (!isDragging.current) event.currentTarget.setPointerCapture(event.pointerId);
        isDragging.current = true;
        move(pixels, start.current.range);
      },
      onPointerUp() {
        if (isDragging.current) endedAt.current = performance.now();
        isDragging.current = false;
        start.current = null;
      },
    },
  };
}
