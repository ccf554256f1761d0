import { useCallback, useEffect, useRef, useState } from "react";
import { get, workflowPath } from "../api/client";
import type { Child, ChildPage } from "../api/types";
import { Link } from "../app/Link";
import { workflowURL } from "../app/router";
import { Button } from "../ui/Button";
import { Elapsed } from "../ui/Elapsed";
import { ErrorBox } from "../ui/ErrorBox";
import { Icon } from "../ui/Icon";
import { StateBadge } from "../ui/StateBadge";
import type { Run } from "./Run";

const pageSize = 100;

export function ChildrenTab({ run, isFile }: { run: Run; isFile: boolean }) {
  const { status } = run;
  if (!status) return null;
  if (isFile) return <FileChildren run={run} />;
  return <Children id={status.id} version={run.version} depth={0} />;
}

/// The children of a workflow, and theirs once they are asked for.
function Children({ id, version, depth }: { id: string; version: number; depth: number }) {
  const [children, setChildren] = useState<Child[] | null>(null);
  const [next, setNext] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const shown = useRef(0);
  shown.current = children?.length ?? 0;

  const read = useCallback(
    async (after: number) => {
      try {
        const limit = after === 0 ? Math.min(Math.max(shown.current, pageSize), 1_000) : pageSize;
        const page = await get<ChildPage>(workflowPath(id, "/children"), { after, limit });
        setChildren((old) => (after === 0 ? page.children : [...(old ?? []), ...page.children]));
        setNext(page.next);
        setError(null);
      } catch (problem) {
        setError(problem);
      }
    },
    [id],
  );
  useEffect(() => void read(0), [read, version]);

  if (error !== null) return <ErrorBox error={error} onRetry={() => void read(0)} />;
  if (children === null) return <p className="note">Reading…</p>;
  if (children.length === 0) return <p className="note">{depth === 0 ? "It has started no children." : "No children."}</p>;
  return (
    <ul className="children" data-depth={depth}>
      {children.map((child) => (
        <ChildRow key={child.key} child={child} depth={depth} />
      ))}
      {next !== null && (
        <li>
          <Button size="small" onClick={() => void read(next)}>
            Show more
          </Button>
        </li>
      )}
    </ul>
  );
}

function ChildRow({ child, depth }: { child: Child; depth: number }) {
  const [isOpen, setOpen] = useState(false);
  const { workflow } = child;
  return (
    <li>
      <div className="child-row">
        <button type="button" className="json-fold" aria-expanded={isOpen} aria-label={`Children of ${child.id}`} onClick={() => setOpen(!isOpen)}>
          <Icon name="chevron" size={12} />
        </button>
        {workflow ? <StateBadge state={workflow.state} /> : <span className="quiet">gone</span>}
        <Link className="mono truncated" dir="auto" href={workflowURL(child.id)}>
          {child.id}
        </Link>
        <span className="quiet truncated">{child.type}</span>
        <span className="number">{workflow && <Elapsed from={workflow.startedAt ?? workflow.createdAt} to={workflow.completedAt} />}</span>
      </div>
      {isOpen && <Children id={child.id} version={0} depth={depth + 1} />}
    </li>
  );
}

/// A file knows of its children what the journal says.
function FileChildren({ run }: { run: Run }) {
  const children = run.index.operations.filter(({ child }) => child !== null);
  if (children.length === 0) return <p className="note">It has started no children.</p>;
  return (
    <ul className="children">
      {children.map((operation) => (
        <li key={operation.key}>
          <div className="child-row">
            <span />
            <span className="quiet">{operation.outcome}</span>
            <span className="mono truncated">{operation.child}</span>
            <span className="quiet truncated">{operation.name}</span>
            <span />
          </div>
        </li>
      ))}
    </ul>
  );
}
