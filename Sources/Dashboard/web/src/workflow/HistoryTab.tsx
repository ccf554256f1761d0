import { setQuery, useQuery } from "../app/router";
import { Segmented } from "../ui/Segmented";
import { CompactHistory } from "./CompactHistory";
import { FullHistory } from "./FullHistory";
import { JsonHistory } from "./JsonHistory";
import type { Run } from "./Run";
import type { TimelineRow } from "./timelineRows";
import type { SelectedEntry } from "./useSelectedEntry";

const views = [
  { value: "compact", title: "Compact" },
  { value: "full", title: "Full" },
  { value: "json", title: "JSON" },
] as const;

interface Props {
  run: Run;
  rows: TimelineRow[];
  selected: SelectedEntry;
}

export function HistoryTab({ run, rows, selected }: Props) {
  const wanted = useQuery().get("view");
  const view = views.find(({ value }) => value === wanted)?.value ?? "compact";
  const isLoading = !run.isComplete && run.entries.length < (run.status?.lastSequence ?? 0);
  return (
    <>
      <div className="section-head">
        <Segmented label="How the history is shown" options={views} value={view} onChange={(value) => setQuery({ view: value === "compact" ? null : value })} />
        {isLoading && (
          <span className="quiet number" role="status">
            {run.entries.length.toLocaleString("en")} of {run.status?.lastSequence.toLocaleString("en")} read…
          </span>
        )}
      </div>
      {view === "compact" && <CompactHistory run={run} rows={rows} selected={selected.operation} />}
      {view === "full" && <FullHistory run={run} selected={selected.sequence} />}
      {view === "json" && <JsonHistory run={run} />}
    </>
  );
}
