import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { useLive } from "../api/useLive";
import { setQuery, useQuery } from "../app/router";
import { useShortcuts } from "../app/shortcuts";
import { useTitle } from "../app/useTitle";
import { Empty } from "../ui/Empty";
import { ErrorBox } from "../ui/ErrorBox";
import { Segmented } from "../ui/Segmented";
import { Chart } from "./Chart";
import { chartGroups } from "./chartDefinitions";
import { nearest } from "./chartGeometry";
import { crosshair } from "./Crosshair";
import { MetricsStore, type Resolution } from "./MetricsStore";

const ranges = [
  { value: "1s", title: "15 min" },
  { value: "1m", title: "24 h" },
] as const;

export function MetricsPage() {
  useTitle("Metrics");
  const resolution: Resolution = useQuery().get("range") === "24h" ? "1m" : "1s";
  return <Charts key={resolution} resolution={resolution} />;
}

function Charts({ resolution }: { resolution: Resolution }) {
  const [store] = useState(() => new MetricsStore(resolution));
  const metrics = useSyncExternalStore(store.subscribe, store.get);
  const times = useMemo(() => metrics.samples.map(({ time }) => Date.parse(time)), [metrics.samples]);
  useEffect(() => {
    store.open();
    return () => {
      store.close();
      crosshair.set(null);
    };
  }, [store]);
  useLive(["metrics"], { onFrame: (frame) => frame.metrics && store.add(frame.metrics), onReset: () => void store.read() });

  function move(step: number) {
    const now = crosshair.get();
    const at = now === null ? times.length : nearest(times, now);
    crosshair.set(times[Math.min(Math.max(at + step, 0), times.length - 1)] ?? null);
  }
  useShortcuts({ ArrowLeft: () => move(-5), ArrowRight: () => move(5), Escape: () => crosshair.set(null) });

  return (
    <div className="page metrics-page">
      <div className="page-head">
        <h1>Metrics</h1>
        <Segmented label="Time" options={ranges} value={resolution} onChange={(value) => setQuery({ range: value === "1m" ? "24h" : null })} />
      </div>
      {metrics.error !== null && <ErrorBox error={metrics.error} onRetry={() => void store.read()} />}
      {metrics.isRead && metrics.samples.length === 0 && metrics.error === null ? (
        <Empty icon="metrics" title="Nothing was measured yet">
          <p>The first sample comes {resolution === "1s" ? "a second" : "a minute"} after the server has started.</p>
        </Empty>
      ) : (
        chartGroups.map((group) => (
          <section key={group.title} className="chart-group" aria-label={group.title}>
            <h2>{group.title}</h2>
            <div className="charts">
              {group.charts.map((definition) => (
                <Chart key={definition.id} definition={definition} metrics={metrics} times={times} />
              ))}
            </div>
          </section>
        ))
      )}
    </div>
  );
}
