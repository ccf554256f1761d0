import { useEffect, useLayoutEffect, useRef, useSyncExternalStore } from "react";
import { serverInfo } from "../api/server";
import { useMediaQuery } from "../ui/useMediaQuery";
import { useVirtualRows } from "../ui/useVirtualRows";
import { list } from "./ListStore";
import { SkeletonRow, WorkflowRow } from "./WorkflowRow";

interface Props {
  selection: ReadonlySet<string>;
  activeId: string | null;
  isAbsolute: boolean;
  onSelect: (id: string, isRange: boolean) => void;
  onSelectAll: (isOn: boolean) => void;
  onToggleTimes: () => void;
}

const rowHeight = 32;
const phoneRowHeight = 60;
const skeletons = 12;

export function WorkflowTable({ selection, activeId, isAbsolute, onSelect, onSelectAll, onToggleTimes }: Props) {
  useSyncExternalStore(list.subscribe, list.getVersion);
  const server = useSyncExternalStore(serverInfo.subscribe, serverInfo.get);
  const height = useMediaQuery("(max-width: 720px)") ? phoneRowHeight : rowHeight;
  const body = useRef<HTMLDivElement>(null);
  const count = list.pages.count;
  const waiting = list.isReading || (list.pages.next && !list.isPaused) ? (count === 0 ? skeletons : 3) : 0;
  const { first, end, size } = useVirtualRows(body, count, height);
  const rows = list.pages.slice(first, end);

  useEffect(() => list.want(first, end), [first, end, count]);
  useLayoutEffect(() => {
    if (activeId !== null) reveal(body.current, list.pages.indexOf(activeId), height);
  }, [activeId, height]);

  return (
    <div className="table" role="table" aria-label="Workflows" aria-rowcount={list.pages.next === null ? count + 1 : -1}>
      <div className="table-head" role="row">
        <label className="cell cell-check" role="columnheader">
          <SelectAll selected={selection.size} count={count} onChange={onSelectAll} />
        </label>
        <span className="cell cell-state" role="columnheader">
          State
        </span>
        <span className="cell cell-id" role="columnheader">
          Id
        </span>
        <span className="cell cell-type" role="columnheader">
          Type
        </span>
        <span className="cell cell-created" role="columnheader">
          <button type="button" className="head-button" title="Relative or absolute (t)" aria-pressed={isAbsolute} onClick={onToggleTimes}>
            Created
          </button>
        </span>
        <span className="cell cell-duration" role="columnheader">
          Duration
        </span>
      </div>
      <div ref={body} role="rowgroup" className="table-body" style={{ height: (count + waiting) * height }}>
        <div role="presentation" style={{ transform: `translateY(${first * height}px)` }}>
          {rows.map((row, index) =>
            row ? (
              <WorkflowRow
                // Rows that scroll out are used again for those that scroll in: far cheaper than new ones.
                key={(first + index) % size}
                row={row}
                position={first + index + 1}
                defaultTier={server?.tier ?? null}
                isAbsolute={isAbsolute}
                isSelected={selection.has(row.id)}
                isActive={row.id === activeId}
                isFresh={list.isFresh(row)}
                onSelect={onSelect}
              />
            ) : (
              <SkeletonRow key={`gone-${index}`} />
            ),
          )}
          {end >= count && Array.from({ length: waiting }, (_, index) => <SkeletonRow key={`waiting-${index}`} />)}
        </div>
      </div>
    </div>
  );
}

function SelectAll({ selected, count, onChange }: { selected: number; count: number; onChange: (isOn: boolean) => void }) {
  const box = useRef<HTMLInputElement>(null);
  const isSome = selected > 0 && selected < count;
  useEffect(() => {
    if (box.current) box.current.indeterminate = isSome;
  }, [isSome]);
  return (
    <input
      ref={box}
      type="checkbox"
      className="checkbox"
      aria-label="Select all that are loaded"
      checked={selected > 0 && !isSome}
      onChange={() => onChange(selected === 0)}
    />
  );
}

/// Scrolls no farther than it must, and not under what is fixed at the top.
function reveal(body: HTMLElement | null, index: number, height: number): void {
  if (!body || index < 0) return;
  const top = body.getBoundingClientRect().top + index * height;
  const fixed = 48 + 33;
  if (top < fixed) window.scrollBy(0, top - fixed);
  else if (top + height > window.innerHeight - 56) window.scrollBy(0, top + height - window.innerHeight + 56);
}
