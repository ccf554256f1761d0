import type { WorkflowState } from "../api/types";
import { StateIcon } from "../ui/StateBadge";
import { outcomeTitles, type Outcome } from "./Operation";

const states: Record<Outcome, WorkflowState> = {
  running: "RUNNING",
  waiting: "PENDING",
  completed: "COMPLETED",
  failed: "FAILED",
  cancelled: "CANCELLED",
};

/// How an operation went, in the shapes and colours of the states.
export function OutcomeMark({ outcome, isShort = false }: { outcome: Outcome; isShort?: boolean }) {
  return (
    <span className="state" data-state={states[outcome]} title={isShort ? outcomeTitles[outcome] : undefined}>
      <StateIcon state={states[outcome]} />
      {isShort ? <span className="hidden-label">{outcomeTitles[outcome]}</span> : outcomeTitles[outcome]}
    </span>
  );
}
