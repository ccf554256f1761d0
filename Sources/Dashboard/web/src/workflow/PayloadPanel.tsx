import type { ReactNode } from "react";
import { JsonView } from "../json/JsonView";
import type { Payload } from "../json/Payload";
import { prettyPayload } from "../json/print";
import { formatBytes } from "../format/number";
import { CopyButton } from "../ui/CopyButton";

/// Under a heading a user's JSON, to read and to copy.
export function PayloadPanel({ title, payload }: { title: string; payload: Payload }) {
  const size = payload.text.length > 1_000 ? formatBytes(payload.text.length) : null;
  return (
    <Panel title={title} note={size} tool={<CopyButton label={`Copy ${title.toLowerCase()}`} text={() => prettyPayload(payload)} />}>
      <JsonView payload={payload} />
    </Panel>
  );
}

export function Panel({ title, note, tool, children }: { title: string; note?: string | null; tool?: ReactNode; children: ReactNode }) {
  return (
    <section className="panel">
      <div className="panel-head">
        <h3>{title}</h3>
        {note && <span className="panel-note number">{note}</span>}
        <span className="top-space" />
        {tool}
      </div>
      {children}
    </section>
  );
}
