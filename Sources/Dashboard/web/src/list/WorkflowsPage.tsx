import { useEffect, useLayoutEffect, useMemo, useState, useSyncExternalStore } from "react";
import { mayChange, serverInfo } from "../api/server";
import { useLive } from "../api/useLive";
import { overlay } from "../app/overlay";
import { navigate, setQuery, useQuery, workflowURL } from "../app/router";
import { useShortcuts } from "../app/shortcuts";
import { useTitle } from "../app/useTitle";
import { formatCount } from "../format/number";
import { Button } from "../ui/Button";
import { ErrorBox } from "../ui/ErrorBox";
import { Icon } from "../ui/Icon";
import { FilterBar } from "./FilterBar";
import { filtersFromURL, filtersToURL, type Filters } from "./filters";
import { rememberListAddress } from "./lastListAddress";
import { list } from "./ListStore";
import { NoWorkflows } from "./NoWorkflows";
import { SelectionBar } from "./SelectionBar";
import { StateToggles } from "./StateToggles";
import { useSelection } from "./useSelection";
import { WorkflowTable } from "./WorkflowTable";

const topics = ["workflows"];
let lastScroll = 0;
let lastActive: string | null = null;

export function WorkflowsPage() {
  useTitle("Workflows");
  const query = useQuery();
  const filters = useMemo(() => filtersFromURL(query), [query]);
  const isAbsolute = query.get("times") === "absolute";
  useSyncExternalStore(list.subscribe, list.getVersion);
  const server = useSyncExternalStore(serverInfo.subscribe, serverInfo.get);
  const { selection, select, selectAll } = useSelection();
  const [activeId, setActiveId] = useState(lastActive);

  useEffect(() => {
    rememberListAddress();
    list.show(filters);
  }, [filters]);
  useLive(topics, { onFrame: (frame) => list.apply(frame), onReset: () => list.reset() });
  useScrollMemory();

  function change(changed: Filters) {
    window.scrollTo(0, 0);
    setQuery(filtersToURL(changed));
  }

  function move(step: number) {
    const index = activeId === null ? -1 : list.pages.indexOf(activeId);
    const row = list.pages.slice(Math.max(0, index + step), Math.max(0, index + step) + 1)[0];
    if (!row) return;
    lastActive = row.id;
    setActiveId(row.id);
  }

  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    x: () => activeId !== null && select(activeId, false),
    n: () => overlay.set("start"),
    t: () => setQuery({ times: isAbsolute ? null : "absolute" }),
    Enter: (event) => {
      if (event.target instanceof HTMLElement && event.target.closest("a, button")) event.target.click();
      else if (activeId !== null) navigate(workflowURL(activeId));
    },
    Escape: () => (selection.size > 0 ? selectAll(false) : setActiveId(null)),
  });

  const isEmpty = list.pages.count === 0 && list.pages.next === null && !list.isReading;
  return (
    <div className="page list-page">
      <div className="page-head">
        <h1>Workflows</h1>
        <Button icon="upload" look="plain" onClick={() => navigate("/open")}>
          Open a file
        </Button>
        <Button look="primary" icon="plus" disabled={!mayChange(server)} title="Start a workflow (n)" onClick={() => overlay.set("start")}>
          Start workflow
        </Button>
      </div>
      <StateToggles counts={list.counts} selected={filters.states} onChange={(states) => change({ ...filters, states })} />
      <FilterBar filters={filters} onChange={change} />
      {list.error !== null && <ErrorBox error={list.error} onRetry={() => void list.reload()} />}
      {isEmpty ? (
        <NoWorkflows filters={filters} />
      ) : (
        <WorkflowTable
          selection={selection}
          activeId={activeId}
          isAbsolute={isAbsolute}
          onSelect={select}
          onSelectAll={selectAll}
          onToggleTimes={() => setQuery({ times: isAbsolute ? null : "absolute" })}
        />
      )}
      {list.isPaused && (
        <div className="search-on">
          <span className="quiet">The youngest workflows were searched; older ones may match too.</span>
          <Button size="small" onClick={() => void list.readMore()}>
            Search on
          </Button>
        </div>
      )}
      <NewRows />
      <SelectionBar selection={selection} onClear={() => selectAll(false)} />
    </div>
  );
}

/// What came while older rows were read.
function NewRows() {
  if (list.isAtTop || (list.unseenCount === 0 && !list.isStale)) return null;
  const text = list.unseenCount > 0 ? `${formatCount(list.unseenCount)} new` : "News";
  return (
    <button type="button" className="new-rows number" onClick={() => window.scrollTo({ top: 0 })}>
      <Icon name="up" size={14} />
      {text}
    </button>
  );
}

/// Coming back to the list is coming back to where one was.
function useScrollMemory() {
  useLayoutEffect(() => {
    window.scrollTo(0, lastScroll);
    const follow = () => {
      lastScroll = window.scrollY;
      list.scrolled(window.scrollY < 8);
    };
    follow();
    window.addEventListener("scroll", follow, { passive: true });
    return () => window.removeEventListener("scroll", follow);
  }, []);
}
