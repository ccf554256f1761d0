import type { ReactNode } from "react";
import { Link } from "../app/Link";
import { workflowURL } from "../app/router";
import { tierTitles } from "../list/WorkflowRow";
import { Elapsed } from "../ui/Elapsed";
import { Instant } from "../ui/Instant";
import type { Run } from "./Run";

export function RunFacts({ run, isFile }: { run: Run; isFile: boolean }) {
  const { status, index } = run;
  if (!status) return null;
  const lease = index.leases[index.leases.length - 1];
  const worker = status.worker ?? lease?.worker ?? null;
  const attempts = Math.max(status.attempts, index.leases.length);
  const end = status.completedAt ?? (isFile ? run.entries[run.entries.length - 1]?.time ?? null : null);
  return (
    <dl className="facts">
      <Fact title="Created">
        <Instant at={status.createdAt} isAbsolute />
        <span className="quiet">
          <Instant at={status.createdAt} />
        </span>
      </Fact>
      <Fact title={status.completedAt ? "Took" : status.startedAt ? "Running for" : "Waiting for"}>
        <Elapsed from={status.startedAt ?? status.createdAt} to={end} />
      </Fact>
      <Fact title={status.completedAt || !status.worker ? "Last worker" : "Worker"}>
        {worker === null ? (
          <span className="quiet">none yet</span>
        ) : (
          <Link className="mono" href={`/workers?worker=${encodeURIComponent(worker)}`}>
            {worker}
          </Link>
        )}
      </Fact>
      <Fact title="Attempts">
        <span className="number">{attempts}</span>
        {attempts > 1 && <span className="quiet">recovered {attempts - 1}×</span>}
      </Fact>
      <Fact title="Durability">{tierTitles[status.tier]}</Fact>
      {status.parent && (
        <Fact title="Parent">
          <Link className="mono truncated" dir="auto" href={workflowURL(status.parent)}>
            {status.parent}
          </Link>
        </Fact>
      )}
    </dl>
  );
}

function Fact({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </div>
  );
}
