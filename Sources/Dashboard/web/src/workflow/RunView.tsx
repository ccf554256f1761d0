import { useMemo } from "react";
import { setQuery, useQuery } from "../app/router";
import { Tabs, type Tab } from "../ui/Tabs";
import { useShortcuts } from "../app/shortcuts";
import { Icon } from "../ui/Icon";
import { ChildrenTab } from "./ChildrenTab";
import { HistoryTab } from "./HistoryTab";
import { Inspector } from "./Inspector";
import { liveOperation } from "./liveOperation";
import { NextStep } from "./NextStep";
import { PendingTab } from "./PendingTab";
import { Reason } from "./Reason";
import type { Run } from "./Run";
import { RunFacts } from "./RunFacts";
import { Timeline } from "./Timeline";
import { timelineRows } from "./timelineRows";
import { selectEntry, selectOperation, useSelectedEntry } from "./useSelectedEntry";

type TabId = "history" | "pending" | "children";

/// All there is to see of a run; the same for one of the server and one of a file.
export function RunView({ run, isFile }: { run: Run; isFile: boolean }) {
  const query = useQuery();
  const { status, index, version } = run;
  const live = useMemo(() => liveOperation(status, index), [status, index, version]);
  const rows = useMemo(() => timelineRows(live ? [...index.operations, live] : index.operations), [index, version, live]);
  const selected = useSelectedEntry(run, live);
  const childCount = useMemo(() => index.operations.filter(({ kind }) => kind === "child").length, [index, version]);

  const tabs: Tab<TabId>[] = [
    { id: "history", title: "History", count: status?.lastSequence },
    { id: "pending", title: "Pending", count: status?.pendingCount },
    { id: "children", title: "Children", count: childCount },
  ];
  const tab = tabs.find(({ id }) => id === query.get("tab"))?.id ?? "history";

  function selectTab(id: TabId) {
    setQuery({ tab: id === "history" ? null : id });
  }

  function step(by: number) {
    const next = tabs[(tabs.findIndex(({ id }) => id === tab) + by + tabs.length) % tabs.length];
    if (next) selectTab(next.id);
  }

  function move(by: number) {
    const operations = rows.flatMap((row) => (row.kind === "operation" ? [row.operation] : []));
    const at = selected.operation ? operations.indexOf(selected.operation) : by > 0 ? -1 : operations.length;
    const next = operations[Math.min(Math.max(at + by, 0), operations.length - 1)];
    if (next) selectOperation(next);
  }

  useShortcuts({ "[": () => step(-1), "]": () => step(1), j: () => move(1), k: () => move(-1) });

  if (!status) return null;
  return (
    <>
      <Reason run={run} isFile={isFile} action={<NextStep run={run} isFile={isFile} />} />
      <RunFacts run={run} isFile={isFile} />
      <div className="run" data-inspects={selected.entry !== null || selected.operation !== null}>
        <div className="run-main">
          <Timeline run={run} rows={rows} selected={selected.operation} isFile={isFile} />
          <Tabs label="Of this workflow" tabs={tabs} selected={tab} onSelect={selectTab}>
            {tab === "history" && <HistoryTab run={run} rows={rows} selected={selected} />}
            {tab === "pending" && <PendingTab run={run} isFile={isFile} />}
            {tab === "children" && <ChildrenTab run={run} isFile={isFile} />}
          </Tabs>
          {run.isCut && (
            <p className="note">
              <Icon name="info" size={14} /> The first {run.entries.length.toLocaleString("en")} entries; the export has all.
            </p>
          )}
        </div>
        <Inspector run={run} selected={selected} onClose={() => selectEntry(null)} />
      </div>
    </>
  );
}
