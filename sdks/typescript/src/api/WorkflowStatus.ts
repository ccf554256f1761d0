import type { WorkflowStatus as WireStatus } from "../generated/client";

/** Where a run stands; the last three are for ever. */
export type WorkflowState = "PENDING" | "RUNNING" | "COMPLETED" | "FAILED" | "CANCELLED";

/** How a run stands. */
export interface WorkflowStatus {
  id: string;
  type: string;
  state: WorkflowState;
  /** The oldest step that has been running for a while; empty when there is none. */
  currentStep: string;
  /** One sentence: why the run is where it is; empty for one that has ended. */
  reason: string;
  /** Why it failed; empty unless it did. */
  error: string;
  /** How many times it was given to a worker. */
  attempt: number;
  /** The worker that has it, or had it last; empty before the first. */
  workerId: string;
  createdAt: Date;
  /** `undefined` while PENDING. */
  startedAt: Date | undefined;
  /** `undefined` while open. */
  completedAt: Date | undefined;
}

const states: WorkflowState[] = ["PENDING", "RUNNING", "COMPLETED", "FAILED", "CANCELLED"];

/** @internal */
export function statusOf(wire: WireStatus): WorkflowStatus {
  return {
    id: wire.workflowId,
    type: wire.workflowType,
    state: states[wire.state] ?? "PENDING",
    currentStep: wire.currentStep,
    reason: wire.reason,
    error: wire.error,
    attempt: wire.attempt,
    workerId: wire.workerId,
    createdAt: new Date(wire.createdAt),
    startedAt: wire.startedAt === 0 ? undefined : new Date(wire.startedAt),
    completedAt: wire.completedAt === 0 ? undefined : new Date(wire.completedAt),
  };
}
