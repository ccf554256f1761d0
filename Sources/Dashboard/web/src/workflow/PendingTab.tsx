import { useState } from "react";
import { get, workflowPath } from "../api/client";
import type { Pending, PendingKind, PendingPage } from "../api/types";
import { toastError } from "../app/toastStore";
import { Link } from "../app/Link";
import { workflowURL } from "../app/router";
import { formatCount } from "../format/number";
import { Button } from "../ui/Button";
import { Countdown } from "../ui/Elapsed";
import { Icon, type IconName } from "../ui/Icon";
import { Instant } from "../ui/Instant";
import { failureText } from "./entryText";
import type { Run } from "./Run";

const icons: Record<PendingKind, IconName> = { TIMER: "timer", CHILD: "child", ACTIVITY: "activity", SIGNAL: "signal", STEP: "step" };
const titles: Record<PendingKind, string> = { TIMER: "Sleep", CHILD: "Child", ACTIVITY: "Activity", SIGNAL: "Signal", STEP: "Step" };
const due: Record<PendingKind, string> = { TIMER: "wakes", CHILD: "", ACTIVITY: "next attempt", SIGNAL: "gives up", STEP: "next attempt" };

/// What the run has begun and what has no outcome yet.
export function PendingTab({ run, isFile }: { run: Run; isFile: boolean }) {
  const [more, setMore] = useState<Pending[]>([]);
  const [next, setNext] = useState<number | null>(null);
  const { status } = run;
  if (!status) return null;
  const shown = [...status.pending, ...more.filter(({ key }) => !status.pending.some((other) => other.key === key))];

  async function readMore(id: string) {
    try {
      const page = await get<PendingPage>(workflowPath(id, "/pending"), { after: next ?? 0, limit: 500 });
      setMore([...more, ...page.pending]);
      setNext(page.next);
    } catch (error) {
      toastError(error);
    }
  }

  if (shown.length === 0) {
    return <p className="note">{status.completedAt ? "It has ended: nothing is pending." : "Nothing is pending: its code runs, or waits for a worker."}</p>;
  }
  return (
    <>
      <ul className="pending">
        {shown.map((pending) => (
          <li key={pending.key}>
            <Icon name={icons[pending.kind]} />
            <span className="pending-name">
              <strong dir="auto">{pending.name || titles[pending.kind].toLowerCase()}</strong>
              <span className="quiet">
                {titles[pending.kind]}
                {pending.attempt !== null && pending.attempt > 0 && `, attempt ${pending.attempt}`}
                {pending.worker !== null && ` on ${pending.worker}`}
              </span>
              {pending.child !== null && (
                <Link className="link mono" href={workflowURL(pending.child)}>
                  {pending.child}
                </Link>
              )}
              {pending.failure && (
                <span className="attempt-failure" dir="auto">
                  {failureText(pending.failure)}
                </span>
              )}
            </span>
            <span className="pending-due">
              {pending.dueAt === null ? (
                <span className="quiet">no deadline</span>
              ) : (
                <>
                  <span>
                    {due[pending.kind]} {isFile ? <Instant at={pending.dueAt} isAbsolute /> : <Countdown to={pending.dueAt} />}
                  </span>
                  <span className="quiet">
                    <Instant at={pending.dueAt} isAbsolute />
                  </span>
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
      {!isFile && shown.length < status.pendingCount && (
        <Button size="small" onClick={() => void readMore(status.id)}>
          Show more of {formatCount(status.pendingCount)}
        </Button>
      )}
    </>
  );
}
