import type { Status } from "../api/types";
import type { Operation } from "./Operation";
import type { OperationIndex } from "./OperationIndex";

/// The step that runs: its worker tells of it, its journal has an entry only when it ends.
export function liveOperation(status: Status | null, index: OperationIndex): Operation | null {
  if (status?.state !== "RUNNING" || status.currentStep === null) return null;
  const name = status.currentStep;
  const isKnown = index.operations.some((operation) => operation.end === null && operation.name === name);
  if (isKnown) return null;
  return {
    key: `now:${name}`,
    kind: "step",
    name,
    scope: "",
    occurrence: 1,
    outcome: "running",
    start: index.startIn(""),
    end: null,
    entries: [],
    attempts: [],
    dueAt: null,
    child: null,
    arrivedAt: null,
    input: null,
    result: null,
    failure: null,
    isLive: true,
  };
}
