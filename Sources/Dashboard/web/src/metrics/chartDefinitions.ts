import type { Percentiles, Sample } from "../api/types";
import { formatDuration } from "../format/duration";
import { formatBytes, formatShort } from "../format/number";

export interface SeriesDefinition {
  label: string;
  color: "a" | "b" | "c";
  value: (sample: Sample) => number | null;
}

export interface ChartDefinition {
  id: string;
  title: string;
  /// What it means, for who wonders.
  help: string;
  format: (value: number) => string;
  /// For the axis, where its title says the rest.
  formatTick?: (value: number) => string;
  /// Percentiles are drawn as bands, rates as lines, amounts as areas.
  look: "lines" | "area" | "band";
  series: SeriesDefinition[];
  isWhole?: boolean;
}

export interface ChartGroup {
  title: string;
  charts: ChartDefinition[];
}

type PercentileMember = "workflowSeconds" | "queueSeconds" | "commitSeconds" | "syncSeconds" | "commitEntries";

function percentiles(member: PercentileMember): SeriesDefinition[] {
  const pick = (name: keyof Percentiles) => (sample: Sample) => sample[member]?.[name] ?? null;
  return [
    { label: "p50", color: "a", value: pick("p50") },
    { label: "p95", color: "b", value: pick("p95") },
    { label: "p99", color: "c", value: pick("p99") },
  ];
}

const perSecond = (value: number) => `${formatShort(value)}/s`;
const seconds = (value: number) => formatDuration(value * 1_000);
const secondsTick = (value: number) => seconds(value).replace(/\.0+(?= )/, "");

export const chartGroups: ChartGroup[] = [
  {
    title: "Throughput",
    charts: [
      {
        id: "workflows",
        title: "Workflows",
        help: "started and ended in a second",
        format: perSecond,
        formatTick: formatShort,
        look: "lines",
        series: [
          { label: "started", color: "a", value: (sample) => sample.workflowsStarted },
          { label: "ended", color: "b", value: (sample) => sample.workflowsClosed },
        ],
      },
      {
        id: "steps",
        title: "Steps and activities",
        help: "completed in a second",
        format: perSecond,
        formatTick: formatShort,
        look: "lines",
        series: [
          { label: "steps", color: "a", value: (sample) => sample.stepsCompleted },
          { label: "activities", color: "b", value: (sample) => sample.activitiesCompleted },
        ],
      },
      {
        id: "open",
        title: "Open workflows",
        help: "not ended; those that run and those that no worker has had yet",
        format: formatShort,
        look: "lines",
        isWhole: true,
        series: [
          { label: "running", color: "a", value: (sample) => sample.running },
          { label: "pending", color: "b", value: (sample) => sample.pending },
        ],
      },
    ],
  },
  {
    title: "Waiting",
    charts: [
      { id: "duration", title: "Workflow duration", help: "from its start to its end", format: seconds, formatTick: secondsTick, look: "band", series: percentiles("workflowSeconds") },
      { id: "delay", title: "Queue delay", help: "until a worker took a task", format: seconds, formatTick: secondsTick, look: "band", series: percentiles("queueSeconds") },
      {
        id: "depth",
        title: "Queue depth",
        help: "tasks that wait for a worker",
        format: formatShort,
        look: "area",
        isWhole: true,
        series: [{ label: "tasks", color: "a", value: (sample) => sample.queueDepth }],
      },
    ],
  },
  {
    title: "Durability",
    charts: [
      { id: "commit", title: "Commit", help: "until what was acknowledged is on disk", format: seconds, formatTick: secondsTick, look: "band", series: percentiles("commitSeconds") },
      { id: "sync", title: "Sync", help: "of the file system, the floor of a commit", format: seconds, formatTick: secondsTick, look: "band", series: percentiles("syncSeconds") },
      { id: "batch", title: "Batch", help: "entries in a commit", format: formatShort, look: "band", series: percentiles("commitEntries") },
    ],
  },
  {
    title: "Capacity",
    charts: [
      {
        id: "load",
        title: "Workers' load",
        help: "tasks held, of those the workers take",
        format: formatShort,
        look: "lines",
        isWhole: true,
        series: [
          { label: "held", color: "a", value: (sample) => sample.held },
          { label: "capacity", color: "c", value: (sample) => sample.capacity },
        ],
      },
      {
        id: "memory",
        title: "Memory",
        help: "of the server's process",
        format: formatBytes,
        look: "area",
        series: [{ label: "resident", color: "a", value: (sample) => sample.memoryBytes }],
      },
      {
        id: "cpu",
        title: "CPU",
        help: "cores that the server's process uses",
        format: (value) => `${formatShort(value)} cores`,
        formatTick: formatShort,
        look: "area",
        series: [{ label: "used", color: "a", value: (sample) => sample.cpu }],
      },
    ],
  },
];
