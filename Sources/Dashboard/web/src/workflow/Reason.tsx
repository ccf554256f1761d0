import type { ReactNode } from "react";
import { isOpen, type Status } from "../api/types";
import { formatDuration } from "../format/duration";
import { counted } from "../format/number";
import { Elapsed } from "../ui/Elapsed";
import { Icon } from "../ui/Icon";
import { Instant } from "../ui/Instant";
import { stateTitles, StateIcon } from "../ui/StateBadge";
import { failureText } from "./entryText";
import type { Run } from "./Run";

/// The one sentence that says why a run is where it is.
export function Reason({ run, isFile, action }: { run: Run; isFile: boolean; action?: ReactNode }) {
  const { status } = run;
  if (!status) return null;
  const waitingSince = isFile ? null : onlyPendingSince(run);
  return (
    <div className="reason" data-state={isTroubled(status) ? "PENDING" : status.state}>
      <span className="hidden-label" aria-live="polite">
        {stateTitles[status.state]} {status.reason}
      </span>
      {isTroubled(status) ? <Icon name="warning" /> : <StateIcon state={status.state} />}
      <div>
        <p className="reason-text">{sentence(status)}</p>
        {waitingSince !== null && (
          <p className="quiet">
            For <Elapsed from={new Date(waitingSince).toISOString()} to={null} />, since <Instant at={new Date(waitingSince).toISOString()} isAbsolute />
          </p>
        )}
        {status.cancelRequested && status.completedAt === null && <p className="quiet">It was asked to cancel and may still clean up.</p>}
        {status.blockage && (
          <p className="quiet">
            At entry {status.blockage.sequence} its journal has <code>{status.blockage.expected}</code>, its code does{" "}
            <code>{status.blockage.found.join(", ") || "nothing"}</code>. Deploy code that fits, or mark the change with a version.
          </p>
        )}
      </div>
      {action && <div className="reason-actions">{action}</div>}
    </div>
  );
}

/// Whether an open run needs somebody to look: it is blocked, or something in it failed and is tried again.
function isTroubled({ state, blockage, pending }: Status): boolean {
  return isOpen(state) && (blockage !== null || pending.some(({ failure }) => failure !== null));
}

/// When the only thing that an open run waits for began.
function onlyPendingSince({ status, index }: Run): number | null {
  if (!status || status.completedAt !== null || status.pendingCount !== 1) return null;
  const pending = status.pending[0];
  return (pending && index.operation(pending.key)?.start) ?? null;
}

function sentence(status: Status): ReactNode {
  const took = formatDuration(Date.parse(status.completedAt ?? "") - Date.parse(status.startedAt ?? status.createdAt));
  switch (status.state) {
    case "COMPLETED":
      return `Completed after ${took}, with ${counted(status.lastSequence, "entry").replace("entrys", "entries")}`;
    case "FAILED": {
      const step = status.failure?.step;
      const message = status.failure ? failureText(status.failure) : status.error ?? "no reason was given";
      return (
        <>
          Failed after {took}
          {step && (
            <>
              {" "}
              in <code>{step}</code>
            </>
          )}
          : <span dir="auto">{message}</span>
        </>
      );
    }
    case "CANCELLED":
      return status.startedAt === null ? "Cancelled before a worker had it" : `Cancelled after ${took}`;
    default:
      return withInstants(capitalized(status.reason ?? (status.state === "PENDING" ? "waiting for a worker" : "running")));
  }
}

const instant = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/;

/// Instants in the server's words, as this page shows instants.
function withInstants(text: string): ReactNode {
  return text.split(instant).map((part, index) => (index % 2 === 1 ? <Moment key={index} at={part} /> : part));
}

function Moment({ at }: { at: string }) {
  return (
    <>
      <Instant at={at} isAbsolute /> (<Instant at={at} />)
    </>
  );
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
