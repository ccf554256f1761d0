import { setQuery, useQuery } from "../app/router";
import type { Entry } from "../api/entries";
import { sequenceOf, type Operation } from "./Operation";
import type { Run } from "./Run";

export interface SelectedEntry {
  sequence: number | null;
  entry: Entry | null;
  operation: Operation | null;
}

/// The entry that the address names, and the operation that it belongs to.
export function useSelectedEntry(run: Run, live: Operation | null): SelectedEntry {
  const text = useQuery().get("entry");
  if (text === "now" && live) return { sequence: null, entry: null, operation: live };
  const sequence = text === null || !/^\d+$/.test(text) ? null : Number(text);
  const entry = sequence === null ? null : run.entries[sequence - (run.entries[0]?.sequence ?? 1)] ?? null;
  const operation = sequence === null ? null : run.index.operationOf(sequence) ?? null;
  return { sequence: entry ? sequence : null, entry, operation };
}

export function selectEntry(sequence: number | null): void {
  setQuery({ entry: sequence === null ? null : String(sequence) });
}

export function selectOperation(operation: Operation): void {
  const sequence = sequenceOf(operation);
  setQuery({ entry: sequence === null ? "now" : String(sequence) });
}
