import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from "react";

export interface VirtualRows {
  first: number;
  /// After the last one.
  end: number;
  /// How many are drawn at most.
  size: number;
}

const overscan = 4;

/// Which rows of a fixed height are in sight, while the page or the nearest box that scrolls is scrolled.
export function useVirtualRows(list: RefObject<HTMLElement>, count: number, rowHeight: number): VirtualRows {
  const [rows, setRows] = useState<VirtualRows>({ first: 0, end: Math.min(count, 50), size: 50 });
  const frame = useRef(0);

  const measure = useCallback(() => {
    frame.current = 0;
    const element = list.current;
    if (!element) return;
    const box = scrollBox(element);
    const top = box ? box.getBoundingClientRect().top : 0;
    const height = box ? box.clientHeight : window.innerHeight;
    const above = Math.max(0, top - element.getBoundingClientRect().top);
    const first = Math.min(Math.max(0, Math.floor(above / rowHeight) - overscan), count);
    const size = Math.ceil(height / rowHeight) + 2 * overscan;
    const end = Math.min(count, first + size);
    setRows((old) => (old.first === first && old.end === end && old.size === size ? old : { first, end, size }));
  }, [list, count, rowHeight]);

  useLayoutEffect(measure, [measure]);
  useEffect(() => {
    const later = () => {
      if (frame.current === 0) frame.current = requestAnimationFrame(measure);
    };
    window.addEventListener("scroll", later, { capture: true, passive: true });
    window.addEventListener("resize", later);
    return () => {
      cancelAnimationFrame(frame.current);
      frame.current = 0;
      window.removeEventListener("scroll", later, { capture: true });
      window.removeEventListener("resize", later);
    };
  }, [measure]);
  return rows;
}

function scrollBox(element: HTMLElement): HTMLElement | null {
  const box = element.closest<HTMLElement>("[data-scrolls]");
  return box && box.scrollHeight > box.clientHeight ? box : null;
}
