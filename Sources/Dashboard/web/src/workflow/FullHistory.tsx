import { useEffect, useRef } from "react";
import { formatDuration } from "../format/duration";
import { formatFull, formatPrecise } from "../format/instant";
import { Icon } from "../ui/Icon";
import { useVirtualRows } from "../ui/useVirtualRows";
import { entryIcon, entrySubject, entrySummary, entryTitles, entryTone } from "./entryText";
import type { Run } from "./Run";
import { selectEntry } from "./useSelectedEntry";

const rowHeight = 32;

/// Each entry of the journal.
export function FullHistory({ run, selected }: { run: Run; selected: number | null }) {
  const body = useRef<HTMLUListElement>(null);
  const { entries } = run;
  const { first, end } = useVirtualRows(body, entries.length, rowHeight);
  const origin = Date.parse(run.status?.createdAt ?? "");
  useEffect(() => {
    // An address that names an entry shows it.
    if (selected === null || !body.current) return;
    const top = body.current.getBoundingClientRect().top + (selected - 1) * rowHeight;
    if (top < 60 || top > window.innerHeight - rowHeight) window.scrollBy(0, top - window.innerHeight / 2);
  }, [selected]);
  return (
    <ul className="history" ref={body} style={{ height: entries.length * rowHeight, paddingTop: first * rowHeight }} aria-label="Entries">
      {entries.slice(first, end).map((entry) => {
        const time = Date.parse(entry.time);
        return (
          <li key={entry.sequence} className="history-row" data-selected={entry.sequence === selected}>
            <button type="button" className="history-button full" data-tone={entryTone(entry)} aria-pressed={entry.sequence === selected} onClick={() => selectEntry(entry.sequence)}>
              <span className="history-sequence number quiet">{entry.sequence}</span>
              <span className="history-name">
                <Icon name={entryIcon(entry.kind)} size={14} />
                <span className="truncated">{entryTitles[entry.kind]}</span>
              </span>
              <span className="history-subject truncated" dir="auto">
                {entrySubject(entry)}
              </span>
              <span className="history-summary mono" dir="auto">
                {entrySummary(entry)}
              </span>
              <span className="history-time number quiet" title={formatFull(time)}>
                {formatPrecise(time)}
              </span>
              <span className="history-took number quiet">+{formatDuration(time - origin)}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
