import { formatDuration } from "../format/duration";
import { failureText } from "./entryText";
import { kindTitles, operationTitle, outcomeTitles } from "./Operation";
import type { Run } from "./Run";
import type { Hover } from "./Timeline";

const cardWidth = 260;

/// The facts of what the pointer is on.
export function TimelineCard({ hover, run, now, boxWidth }: { hover: Hover; run: Run; now: number; boxWidth: number }) {
  if (hover.row.kind !== "operation") return null;
  const { operation } = hover.row;
  const origin = Date.parse(run.status?.createdAt ?? "");
  const left = Math.max(0, Math.min(hover.x + 14, boxWidth - cardWidth));
  const last = operation.attempts[operation.attempts.length - 1];
  return (
    <div className="card" style={{ left, top: hover.y + 18, width: cardWidth }} aria-hidden="true">
      <strong className="truncated" dir="auto">
        {operationTitle(operation)}
      </strong>
      <span className="quiet">
        {kindTitles[operation.kind]}, {outcomeTitles[operation.outcome].toLowerCase()}
      </span>
      <dl>
        <dt>Begins</dt>
        <dd>+{formatDuration(operation.start - origin)}</dd>
        {operation.kind !== "value" && operation.kind !== "version" && (
          <>
            <dt>{operation.end === null ? "So far" : "Takes"}</dt>
            <dd>{formatDuration((operation.end ?? now) - operation.start)}</dd>
          </>
        )}
        {operation.attempts.length > 1 && (
          <>
            <dt>Attempts</dt>
            <dd>{operation.attempts.length}</dd>
          </>
        )}
        {last?.worker && (
          <>
            <dt>Worker</dt>
            <dd>{last.worker}</dd>
          </>
        )}
      </dl>
      {operation.failure && <p className="card-failure">{failureText(operation.failure)}</p>}
    </div>
  );
}
