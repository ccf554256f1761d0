import type { Entry } from "../api/entries";
import type { Failure } from "../api/types";
import type { IconName } from "../ui/Icon";
import type { Payload } from "../json/Payload";

export type OperationKind = "step" | "activity" | "sleep" | "child" | "signal" | "value" | "version" | "other";
export type Outcome = "running" | "waiting" | "completed" | "failed" | "cancelled";

export interface Attempt {
  number: number;
  start: number;
  end: number | null;
  outcome: Outcome;
  worker: string | null;
  failure: Failure | null;
  /// When the next one begins.
  retryAt: number | null;
}

/// Something that a run did or does: what several entries of its journal tell of.
export interface Operation {
  key: string;
  kind: OperationKind;
  name: string;
  scope: string;
  /// The how-manieth of its name in its scope.
  occurrence: number;
  outcome: Outcome;
  start: number;
  end: number | null;
  entries: Entry[];
  attempts: Attempt[];
  dueAt: number | null;
  child: string | null;
  /// When the signal that it took had come.
  arrivedAt: number | null;
  input: Payload | null;
  result: Payload | null;
  failure: Failure | null;
  /// Told of by the worker, not by the journal: a step that runs has no entry yet.
  isLive: boolean;
}

/// A worker's hold of the run.
export interface Lease {
  worker: string;
  attempt: number;
  start: number;
  end: number | null;
  /// Why it ended before the run did.
  reason: string | null;
}

export interface Marker {
  kind: "cancel" | "terminate" | "blocked";
  time: number;
  sequence: number;
}

export const kindTitles: Record<OperationKind, string> = {
  step: "Step",
  activity: "Activity",
  sleep: "Sleep",
  child: "Child",
  signal: "Signal",
  value: "Value",
  version: "Version",
  other: "Operation",
};

export const kindIcons: Record<OperationKind, IconName> = {
  step: "step",
  activity: "activity",
  sleep: "timer",
  child: "child",
  signal: "signal",
  value: "value",
  version: "version",
  other: "step",
};

export const outcomeTitles: Record<Outcome, string> = {
  running: "Running",
  waiting: "Waiting",
  completed: "Completed",
  failed: "Failed",
  cancelled: "Cancelled",
};

export function operationTitle(operation: Operation): string {
  if (operation.name !== "") return operation.name;
  return operation.kind === "other" ? operation.key : kindTitles[operation.kind].toLowerCase();
}

/// Where an operation is in its journal: by its first entry, which is what addresses name.
export function sequenceOf(operation: Operation): number | null {
  return operation.entries[0]?.sequence ?? null;
}
