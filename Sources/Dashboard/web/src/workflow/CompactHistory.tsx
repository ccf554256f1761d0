import { useRef } from "react";
import { formatDuration } from "../format/duration";
import { preview } from "../json/print";
import { Elapsed } from "../ui/Elapsed";
import { Icon } from "../ui/Icon";
import { useVirtualRows } from "../ui/useVirtualRows";
import { failureText } from "./entryText";
import { kindIcons, kindTitles, operationTitle, type Operation } from "./Operation";
import { OutcomeMark } from "./OutcomeMark";
import type { Run } from "./Run";
import type { TimelineRow } from "./timelineRows";
import { selectOperation } from "./useSelectedEntry";

const rowHeight = 32;

/// One row an operation.
export function CompactHistory({ run, rows, selected }: { run: Run; rows: TimelineRow[]; selected: Operation | null }) {
  const body = useRef<HTMLUListElement>(null);
  const { first, end } = useVirtualRows(body, rows.length, rowHeight);
  const origin = Date.parse(run.status?.createdAt ?? "");
  if (rows.length === 0) return <p className="note">It has done nothing yet.</p>;
  return (
    <ul className="history" ref={body} style={{ height: rows.length * rowHeight, paddingTop: first * rowHeight }} aria-label="Operations">
      {rows.slice(first, end).map((row) =>
        row.kind === "group" ? (
          <li key={row.id} className="history-row" style={{ paddingLeft: row.depth * 16 }}>
            <span className="history-name quiet">
              <Icon name="branch" size={14} /> {row.title}
            </span>
          </li>
        ) : (
          <li key={row.id} className="history-row" data-selected={row.operation === selected}>
            <button type="button" className="history-button" aria-pressed={row.operation === selected} onClick={() => selectOperation(row.operation)}>
              <OutcomeMark outcome={row.operation.outcome} isShort />
              <span className="history-name" style={{ paddingLeft: row.depth * 16 }}>
                {row.branch !== null && <span className="branch number">{row.branch}</span>}
                <Icon name={kindIcons[row.operation.kind]} size={14} />
                <span className="truncated" dir="auto">
                  {operationTitle(row.operation)}
                </span>
                {row.operation.occurrence > 1 && <span className="occurrence number">{row.operation.occurrence}</span>}
                {row.operation.attempts.length > 1 && <span className="times number">×{row.operation.attempts.length}</span>}
              </span>
              <span className="history-kind">{kindTitles[row.operation.kind]}</span>
              <span className="history-summary mono" dir="auto">
                {summary(row.operation)}
              </span>
              <span className="history-time number quiet">+{formatDuration(row.operation.start - origin)}</span>
              <span className="history-took number">
                {row.operation.kind !== "value" && row.operation.kind !== "version" && (
                  <Elapsed from={new Date(row.operation.start).toISOString()} to={row.operation.end === null ? (run.status?.completedAt ?? null) : new Date(row.operation.end).toISOString()} />
                )}
              </span>
            </button>
          </li>
        ),
      )}
    </ul>
  );
}

function summary(operation: Operation): string {
  if (operation.failure) return failureText(operation.failure);
  if (operation.result && !operation.result.isNull) return preview(operation.result, 80);
  return operation.child ?? "";
}
