import { useCallback, useRef, useState } from "react";
import { list } from "./ListStore";

/// Which workflows are selected. With shift a click selects all from the last one on.
export function useSelection() {
  const [selection, setSelection] = useState<ReadonlySet<string>>(new Set());
  const last = useRef<string | null>(null);

  const select = useCallback((id: string, isRange: boolean) => {
    const from = isRange && last.current !== null ? list.pages.indexOf(last.current) : -1;
    const to = list.pages.indexOf(id);
    last.current = id;
    setSelection((old) => {
      const result = new Set(old);
      const isOn = !old.has(id);
      const rows = from < 0 ? [] : list.pages.slice(Math.min(from, to), Math.max(from, to) + 1);
      for (const other of [id, ...rows.flatMap((row) => (row ? [row.id] : []))]) {
        if (isOn) result.add(other);
        else result.delete(other);
      }
      return result;
    });
  }, []);

  const selectAll = useCallback((isOn: boolean) => {
    setSelection(new Set(isOn ? list.pages.resident.map((row) => row.id) : []));
  }, []);

  return { selection, select, selectAll };
}
