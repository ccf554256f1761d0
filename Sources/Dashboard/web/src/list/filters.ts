import type { Query } from "../api/client";
import { workflowStates, type Row, type WorkflowState } from "../api/types";

export interface Filters {
  type: string;
  states: readonly WorkflowState[];
  /// Part of an id or a type; with a star at its end, how an id begins.
  search: string;
  /// `1h` back from now; "" for all time, `custom` for from and to.
  range: string;
  from: string;
  to: string;
}

export const noFilters: Filters = { type: "", states: [], search: "", range: "", from: "", to: "" };

export const ranges: readonly { value: string; title: string; milliseconds: number }[] = [
  { value: "15m", title: "Last 15 minutes", milliseconds: 15 * 60_000 },
  { value: "1h", title: "Last hour", milliseconds: 3_600_000 },
  { value: "24h", title: "Last 24 hours", milliseconds: 86_400_000 },
  { value: "7d", title: "Last 7 days", milliseconds: 7 * 86_400_000 },
];

export function filtersFromURL(parameters: URLSearchParams): Filters {
  const states = (parameters.get("state") ?? "").split(",");
  const from = parameters.get("from") ?? "";
  const to = parameters.get("to") ?? "";
  const range = parameters.get("range") ?? "";
  return {
    type: parameters.get("type") ?? "",
    states: workflowStates.filter((state) => states.includes(state)),
    search: parameters.get("q") ?? "",
    range: from || to ? "custom" : ranges.some(({ value }) => value === range) ? range : "",
    from,
    to,
  };
}

/// What the address says of the filters; null for what it needn't say.
export function filtersToURL(filters: Filters): Record<string, string | null> {
  const isCustom = filters.range === "custom";
  return {
    type: filters.type || null,
    state: filters.states.join(",") || null,
    q: filters.search || null,
    range: isCustom ? null : filters.range || null,
    from: isCustom ? filters.from || null : null,
    to: isCustom ? filters.to || null : null,
  };
}

/// The filters as the API takes them, but for the states.
export function filtersToQuery(filters: Filters, now: number): Query {
  const isPrefix = filters.search.endsWith("*");
  const range = ranges.find(({ value }) => value === filters.range);
  return {
    type: filters.type,
    idPrefix: isPrefix ? filters.search.slice(0, -1) : null,
    text: isPrefix ? null : filters.search.trim(),
    createdAfter: range ? new Date(now - range.milliseconds).toISOString() : instant(filters.from),
    createdBefore: range ? null : instant(filters.to),
  };
}

/// Whether a row that was told of belongs to the list.
export function matches(filters: Filters, row: Row, now: number): boolean {
  if (filters.states.length > 0 && !filters.states.includes(row.state)) return false;
  return matchesButState(filters, row, now);
}

function matchesButState(filters: Filters, row: Row, now: number): boolean {
  const query = filtersToQuery(filters, now);
  if (query.type && row.type !== query.type) return false;
  if (query.idPrefix && !row.id.startsWith(String(query.idPrefix))) return false;
  const text = String(query.text ?? "").toLowerCase();
  if (text && !row.id.toLowerCase().includes(text) && !row.type.toLowerCase().includes(text)) return false;
  if (query.createdAfter && row.createdAt < query.createdAfter) return false;
  return !query.createdBefore || row.createdAt <= query.createdBefore;
}

export function isFiltered(filters: Filters): boolean {
  return filters.states.length > 0 || isFilteredButByState(filters);
}

export function isFilteredButByState({ type, search, range }: Filters): boolean {
  return type !== "" || search !== "" || range !== "";
}

function instant(local: string): string | null {
  const time = Date.parse(local);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
