import { Link } from "../app/Link";
import { workflowURL } from "../app/router";
import { Icon } from "../ui/Icon";
import { kindIcons, kindTitles, operationTitle, outcomeTitles } from "./Operation";
import type { TimelineRow } from "./timelineRows";
import { selectOperation } from "./useSelectedEntry";

const indent = 14;

export function TimelineLabel({ row, isSelected }: { row: TimelineRow; isSelected: boolean }) {
  const style = { paddingLeft: row.depth * indent };
  if (row.kind === "group") {
    return (
      <li className="timeline-label" style={style}>
        <Icon name="branch" size={13} />
        <span className="truncated quiet">{row.title}</span>
      </li>
    );
  }
  const { operation } = row;
  const title = operationTitle(operation);
  return (
    <li className="timeline-label" data-selected={isSelected} data-outcome={operation.outcome} style={style}>
      <button type="button" aria-pressed={isSelected} aria-label={`${kindTitles[operation.kind]} ${title}, ${outcomeTitles[operation.outcome]}`} onClick={() => selectOperation(operation)}>
        {row.branch !== null && <span className="branch number">{row.branch}</span>}
        <Icon name={kindIcons[operation.kind]} size={13} />
        <span className="truncated" dir="auto" title={title}>
          {title}
        </span>
        {operation.occurrence > 1 && <span className="occurrence number">{operation.occurrence}</span>}
        {operation.attempts.length > 1 && <span className="times number">×{operation.attempts.length}</span>}
      </button>
      {operation.child !== null && (
        <Link className="child-link" href={workflowURL(operation.child)} aria-label={`Open the child ${operation.child}`} title={operation.child}>
          <Icon name="open" size={12} />
        </Link>
      )}
    </li>
  );
}
