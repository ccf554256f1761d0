import type { ReactNode } from "react";
import { Payload } from "../json/Payload";
import { stringify } from "../json/print";
import { Button } from "../ui/Button";
import { useShortcuts } from "../app/shortcuts";
import { entryTitles } from "./entryText";
import { FailureBox } from "./FailureBox";
import { OperationDetails } from "./OperationDetails";
import { PayloadPanel } from "./PayloadPanel";
import type { Run } from "./Run";
import type { SelectedEntry } from "./useSelectedEntry";

interface Props {
  run: Run;
  selected: SelectedEntry;
  onClose: () => void;
}

/// Beside the timeline: what is selected, or else what the run was given and gave.
export function Inspector({ run, selected, onClose }: Props) {
  const { operation, entry } = selected;
  if (operation) {
    return (
      <Frame title="Operation" onClose={onClose}>
        <OperationDetails run={run} operation={operation} sequence={selected.sequence} />
      </Frame>
    );
  }
  if (entry) {
    return (
      <Frame title="Entry" onClose={onClose}>
        <h2>{entryTitles[entry.kind]}</h2>
        <PayloadPanel title={`Entry ${entry.sequence}`} payload={new Payload(stringify(entry))} />
      </Frame>
    );
  }
  return <Overview run={run} />;
}

function Frame({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  useShortcuts({ Escape: onClose });
  return (
    <aside className="inspector" data-kind="selection" aria-label={title}>
      <Button className="button inspector-close" look="plain" size="small" icon="close" label="Close (Esc)" onClick={onClose} />
      {children}
    </aside>
  );
}

function Overview({ run }: { run: Run }) {
  const { status } = run;
  if (!status) return null;
  const values = lastValues(run);
  return (
    <aside className="inspector" data-kind="overview" aria-label="Input and result">
      {status.failure && <FailureBox title="Failure" failure={status.failure} />}
      <PayloadPanel title="Input" payload={status.input} />
      {status.state === "COMPLETED" && <PayloadPanel title="Result" payload={status.result} />}
      {[...run.index.unconsumed.values()].slice(0, maximumValues).map(({ sequence, signal, payload }) => (
        <PayloadPanel key={sequence} title={`Signal ${signal}, not taken yet`} payload={payload} />
      ))}
      {[...values].map(([name, value]) => (
        <PayloadPanel key={name} title={`Value ${name}`} payload={value} />
      ))}
    </aside>
  );
}

const maximumValues = 20;

/// The values that a run has set, each as it is now.
function lastValues(run: Run): Map<string, Payload> {
  const values = new Map<string, Payload>();
  for (const { kind, name, result } of run.index.operations) {
    if (kind === "value" && result && (values.has(name) || values.size < maximumValues)) values.set(name, result);
  }
  return values;
}
