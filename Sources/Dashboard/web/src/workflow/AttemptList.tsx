import { formatDuration } from "../format/duration";
import { Countdown } from "../ui/Elapsed";
import { failureText } from "./entryText";
import type { Operation } from "./Operation";
import { OutcomeMark } from "./OutcomeMark";

/// Each attempt with its worker, how long it took and why it failed.
export function AttemptList({ operation }: { operation: Operation }) {
  const { attempts } = operation;
  if (attempts.length === 0 || (attempts.length === 1 && operation.kind === "step")) return null;
  const last = attempts[attempts.length - 1];
  return (
    <section className="panel">
      <div className="panel-head">
        <h3>Attempts</h3>
      </div>
      <ol className="attempts">
        {attempts.slice(-50).map((attempt) => (
          <li key={attempt.number}>
            <OutcomeMark outcome={attempt.outcome} isShort />
            <span className="number">{attempt.number}</span>
            <span className="mono truncated">{attempt.worker ?? ""}</span>
            <span className="number quiet">{attempt.end === null ? "running" : formatDuration(attempt.end - attempt.start)}</span>
            {attempt.failure && (
              <p className="attempt-failure" dir="auto">
                {failureText(attempt.failure)}
              </p>
            )}
          </li>
        ))}
        {operation.end === null && last?.retryAt != null && (
          <li>
            <OutcomeMark outcome="waiting" isShort />
            <span className="number">{last.number + 1}</span>
            <span>
              begins <Countdown to={new Date(last.retryAt).toISOString()} />
            </span>
          </li>
        )}
      </ol>
    </section>
  );
}
