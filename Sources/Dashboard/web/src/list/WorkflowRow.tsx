import { memo, type MouseEvent } from "react";
import type { Row, Tier } from "../api/types";
import { Link } from "../app/Link";
import { navigate, workflowURL } from "../app/router";
import { Elapsed } from "../ui/Elapsed";
import { IdText } from "../ui/IdText";
import { Instant } from "../ui/Instant";
import { StateBadge } from "../ui/StateBadge";

interface Props {
  row: Row;
  /// Its place in the whole list, from 1, for who hears the table.
  position: number;
  defaultTier: Tier | null;
  isAbsolute: boolean;
  isSelected: boolean;
  isActive: boolean;
  isFresh: boolean;
  onSelect: (id: string, isRange: boolean) => void;
}

export const tierTitles: Record<Tier, string> = {
  memory: "memory",
  snapshot: "snapshot",
  "state-action-log": "state + action log",
};

export const WorkflowRow = memo(function WorkflowRow(props: Props) {
  const { row, position, defaultTier, isAbsolute, isSelected, isActive, isFresh, onSelect } = props;
  const url = workflowURL(row.id);

  function open(event: MouseEvent<HTMLElement>) {
    const target = event.target as HTMLElement;
    if (target.closest("a, input, label") || window.getSelection()?.isCollapsed === false) return;
    navigate(url);
  }

  return (
    <div
      className="row"
      role="row"
      aria-rowindex={position + 1}
      aria-selected={isSelected}
      data-active={isActive}
      data-fresh={isFresh}
      data-id={row.id}
      onClick={open}
    >
      <label className="cell cell-check" role="cell">
        <input
          type="checkbox"
          className="checkbox"
          aria-label={`Select ${row.id}`}
          checked={isSelected}
          onChange={(event) => onSelect(row.id, (event.nativeEvent as globalThis.MouseEvent).shiftKey)}
        />
      </label>
      <span className="cell cell-state" role="cell">
        <StateBadge state={row.state} />
      </span>
      <span className="cell cell-id" role="cell">
        <Link href={url} className="mono" dir="auto" aria-label={row.id} title={row.id}>
          <IdText id={row.id} />
        </Link>
        {defaultTier !== null && row.tier !== defaultTier && <span className="tag">{tierTitles[row.tier]}</span>}
      </span>
      <span className="cell cell-type" role="cell" title={row.type}>
        {row.type}
      </span>
      <span className="cell cell-created" role="cell">
        <Instant at={row.createdAt} isAbsolute={isAbsolute} />
      </span>
      <span className="cell cell-duration" role="cell">
        {row.state === "PENDING" ? <span className="quiet">not started</span> : <Elapsed from={row.startedAt ?? row.createdAt} to={row.completedAt} />}
      </span>
    </div>
  );
});

export function SkeletonRow() {
  return (
    <div className="row" role="row" aria-hidden="true">
      <span className="cell cell-check" />
      <span className="cell cell-state">
        <span className="skeleton" style={{ width: 72 }} />
      </span>
      <span className="cell cell-id">
        <span className="skeleton" style={{ width: 220 }} />
      </span>
      <span className="cell cell-type">
        <span className="skeleton" style={{ width: 96 }} />
      </span>
      <span className="cell cell-created">
        <span className="skeleton" style={{ width: 56 }} />
      </span>
      <span className="cell cell-duration">
        <span className="skeleton" style={{ width: 48 }} />
      </span>
    </div>
  );
}
