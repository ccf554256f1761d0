import { useEffect, useState, useSyncExternalStore } from "react";
import { ApiError } from "../api/client";
import { useLive } from "../api/useLive";
import { Link } from "../app/Link";
import { navigate, useQuery, workflowURL } from "../app/router";
import { useShortcuts } from "../app/shortcuts";
import { useTitle } from "../app/useTitle";
import { lastListAddress } from "../list/lastListAddress";
import { list } from "../list/ListStore";
import { CopyButton } from "../ui/CopyButton";
import { Empty } from "../ui/Empty";
import { ErrorBox } from "../ui/ErrorBox";
import { StateBadge, stateTitles } from "../ui/StateBadge";
import { Actions } from "./Actions";
import { Journal } from "./Journal";
import { RunSkeleton } from "./RunSkeleton";
import { RunView } from "./RunView";
import { selectEntry } from "./useSelectedEntry";

export function WorkflowPage({ id }: { id: string }) {
  const [journal] = useState(() => new Journal(id));
  const run = useSyncExternalStore(journal.subscribe, journal.get);
  const hasSelection = useQuery().has("entry");
  const { status } = run;
  useEffect(() => {
    journal.open();
    window.scrollTo(0, 0);
    return () => journal.close();
  }, [journal]);
  useLive(journal.topics, { onFrame: (frame) => journal.apply(frame), onReset: () => void journal.read() });
  useTitle(status ? `${stateTitles[status.state]} · ${id}` : id);

  function moveTo(step: number) {
    const at = list.pages.indexOf(id);
    const row = at < 0 ? undefined : list.pages.slice(Math.max(at + step, 0), Math.max(at + step, 0) + 1)[0];
    if (row) navigate(workflowURL(row.id));
  }

  useShortcuts({
    "{": () => moveTo(-1),
    "}": () => moveTo(1),
    Escape: () => (hasSelection ? selectEntry(null) : navigate(lastListAddress())),
  });

  const isMissing = run.error instanceof ApiError && run.error.code === "NOT_FOUND";
  return (
    <div className="page run-page">
      <nav className="crumbs" aria-label="Where this is">
        <Link href={lastListAddress()}>Workflows</Link>
        {status?.parent && (
          <>
            <span aria-hidden="true">/</span>
            <Link href={workflowURL(status.parent)} className="mono" dir="auto">
              {status.parent}
            </Link>
          </>
        )}
      </nav>
      <div className="run-head">
        <h1 className="mono" dir="auto">
          {id} <CopyButton text={id} label="Copy the id" />
        </h1>
        {status && !run.isDeleted && <Actions status={status} onDone={() => void journal.read()} />}
      </div>
      {status && (
        <div className="run-kind">
          <StateBadge state={status.state} look="pill" />
          <Link href={`/?type=${encodeURIComponent(status.type)}`} title="All of this type">
            {status.type}
          </Link>
        </div>
      )}
      {run.isDeleted && (
        <div className="banner inset" role="status">
          <span>This workflow was deleted; what you see is what this page still knows.</span>
          <Link href="/" className="link">
            All workflows
          </Link>
        </div>
      )}
      {isMissing && (
        <Empty icon="search" title="There is no workflow with this id" commands={["aether workflow list"]}>
          <p>It may have been deleted, or be on another server.</p>
        </Empty>
      )}
      {run.error !== null && !isMissing && <ErrorBox error={run.error} onRetry={() => void journal.read()} />}
      {status ? <RunView run={run} isFile={false} /> : run.error === null && <RunSkeleton />}
    </div>
  );
}
