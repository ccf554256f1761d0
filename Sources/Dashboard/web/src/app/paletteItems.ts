import type { Row } from "../api/types";
import type { IconName } from "../ui/Icon";
import { overlay } from "./overlay";
import { navigate, workflowURL } from "./router";
import { setTheme, themes } from "./theme";

export interface PaletteItem {
  id: string;
  group: "Workflows" | "Types" | "Go to" | "Do";
  title: string;
  note?: string;
  icon: IconName;
  row?: Row;
  /// What else it is found by.
  words?: string;
  act: () => void;
}

const pages: PaletteItem[] = [
  { id: "go-workflows", group: "Go to", title: "Workflows", note: "1", icon: "workflows", act: () => navigate("/") },
  { id: "go-failed", group: "Go to", title: "Failed workflows", icon: "terminate", words: "errors", act: () => navigate("/?state=FAILED") },
  { id: "go-running", group: "Go to", title: "Running workflows", icon: "workflows", words: "open active", act: () => navigate("/?state=PENDING,RUNNING") },
  { id: "go-workers", group: "Go to", title: "Workers and queues", note: "2", icon: "workers", act: () => navigate("/workers") },
  { id: "go-metrics", group: "Go to", title: "Metrics", note: "3", icon: "metrics", words: "charts latency throughput", act: () => navigate("/metrics") },
  { id: "go-metrics-day", group: "Go to", title: "Metrics of 24 hours", icon: "metrics", act: () => navigate("/metrics?range=24h") },
];

const actions: PaletteItem[] = [
  { id: "do-start", group: "Do", title: "Start a workflow", icon: "plus", words: "new run", act: () => overlay.set("start") },
  { id: "do-open", group: "Do", title: "Open an exported file", icon: "upload", words: "import history", act: () => navigate("/open") },
  { id: "do-help", group: "Do", title: "Keyboard shortcuts", note: "?", icon: "help", act: () => overlay.set("help") },
  ...themes.map(
    (value): PaletteItem => ({
      id: `do-theme-${value}`,
      group: "Do",
      title: `Theme: ${value}`,
      icon: value === "dark" ? "moon" : value === "light" ? "sun" : "system",
      words: "dark light colours",
      act: () => setTheme(value),
    }),
  ),
];

/// What fits the words that were typed: what the server found, then pages and actions.
export function paletteItems(text: string, rows: Row[], types: string[]): PaletteItem[] {
  const fixed = [...pages, ...actions].filter((item) => fits(text, `${item.title} ${item.words ?? ""} ${item.group}`));
  const workflows = rows.map(
    (row): PaletteItem => ({ id: `workflow-${row.id}`, group: "Workflows", title: row.id, note: row.type, icon: "workflows", row, act: () => navigate(workflowURL(row.id)) }),
  );
  const filters = types.map(
    (type): PaletteItem => ({ id: `type-${type}`, group: "Types", title: type, note: "show only these", icon: "search", act: () => navigate(`/?type=${encodeURIComponent(type)}`) }),
  );
  const id = text.trim();
  const isNew = id !== "" && !/\s/.test(id) && !rows.some((row) => row.id === id);
  const jump: PaletteItem = { id: "workflow", group: "Workflows", title: `Open the workflow ${id}`, icon: "open", act: () => navigate(workflowURL(id)) };
  return [...workflows, ...filters, ...fixed, ...(isNew ? [jump] : [])];
}

export function fits(text: string, title: string): boolean {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return words.every((word) => title.toLowerCase().includes(word));
}
