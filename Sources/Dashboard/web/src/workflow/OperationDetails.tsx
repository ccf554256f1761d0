import type { ReactNode } from "react";
import { Link } from "../app/Link";
import { workflowURL } from "../app/router";
import { formatDuration } from "../format/duration";
import { Payload } from "../json/Payload";
import { stringify } from "../json/print";
import { CopyButton } from "../ui/CopyButton";
import { Countdown, Elapsed } from "../ui/Elapsed";
import { Icon } from "../ui/Icon";
import { AttemptList } from "./AttemptList";
import { entryTitles } from "./entryText";
import { FailureBox } from "./FailureBox";
import { kindIcons, kindTitles, operationTitle, type Operation } from "./Operation";
import { OutcomeMark } from "./OutcomeMark";
import { PayloadPanel } from "./PayloadPanel";
import type { Run } from "./Run";
import { selectEntry } from "./useSelectedEntry";

interface Props {
  run: Run;
  operation: Operation;
  sequence: number | null;
}

export function OperationDetails({ run, operation, sequence }: Props) {
  const origin = Date.parse(run.status?.createdAt ?? "");
  const entry = operation.entries.find((entry) => entry.sequence === sequence);
  const start = new Date(operation.start).toISOString();
  const end = operation.end === null ? null : new Date(operation.end).toISOString();
  const isInstant = operation.kind === "value" || operation.kind === "version";
  return (
    <>
      <div className="inspector-head">
        <h2 dir="auto">
          <Icon name={kindIcons[operation.kind]} /> {operationTitle(operation)}
        </h2>
        <OutcomeMark outcome={operation.outcome} />
      </div>
      <dl className="pairs">
        <Pair title="Kind">{kindTitles[operation.kind]}</Pair>
        <Pair title="Begins">+{formatDuration(operation.start - origin)}</Pair>
        {!isInstant && (
          <Pair title={end === null ? "So far" : "Takes"}>
            <Elapsed from={start} to={end} />
          </Pair>
        )}
        {operation.dueAt !== null && operation.end === null && (
          <Pair title="Due">
            <Countdown to={new Date(operation.dueAt).toISOString()} />
          </Pair>
        )}
        {operation.child !== null && (
          <Pair title="Child">
            <Link className="link mono" href={workflowURL(operation.child)}>
              {operation.child}
            </Link>
          </Pair>
        )}
        {!operation.isLive && (
          <Pair title="Key">
            <code>{operation.key}</code> <CopyButton text={operation.key} label="Copy the key" />
          </Pair>
        )}
      </dl>
      {operation.isLive && <p className="quiet">It runs now; its journal gets an entry when it ends.</p>}
      <AttemptList operation={operation} />
      {operation.failure && operation.attempts.length <= 1 && <FailureBox title="Failure" failure={operation.failure} />}
      {operation.input && <PayloadPanel title="Input" payload={operation.input} />}
      {operation.result && <PayloadPanel title={operation.kind === "value" ? "Value" : operation.kind === "signal" ? "Payload" : "Result"} payload={operation.result} />}
      {operation.entries.length > 0 && (
        <section className="panel">
          <div className="panel-head">
            <h3>Entries</h3>
          </div>
          <ul className="entry-links">
            {operation.entries.slice(0, 100).map((other) => (
              <li key={other.sequence}>
                <button type="button" aria-pressed={other.sequence === sequence} onClick={() => selectEntry(other.sequence)}>
                  <span className="number">{other.sequence}</span>
                  {entryTitles[other.kind]}
                  <span className="number quiet">+{formatDuration(Date.parse(other.time) - origin)}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      {entry && <PayloadPanel title={`Entry ${entry.sequence}`} payload={new Payload(stringify(entry))} />}
    </>
  );
}

function Pair({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </div>
  );
}
