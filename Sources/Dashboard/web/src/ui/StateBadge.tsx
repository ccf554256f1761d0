import type { WorkflowState } from "../api/types";

export const stateTitles: Record<WorkflowState, string> = {
  PENDING: "Pending",
  RUNNING: "Running",
  COMPLETED: "Completed",
  FAILED: "Failed",
  CANCELLED: "Cancelled",
};

export function StateBadge({ state, look = "text" }: { state: WorkflowState; look?: "text" | "pill" }) {
  return (
    <span className="state" data-state={state} data-look={look}>
      <StateIcon state={state} />
      {stateTitles[state]}
    </span>
  );
}

/// Each state has a shape of its own, so that nobody needs its colour.
export function StateIcon({ state }: { state: WorkflowState }) {
  return (
    <svg className="icon" width="14" height="14" viewBox="0 0 16 16" aria-hidden="true">
      {state === "PENDING" && <circle cx="8" cy="8" r="6.200" strokeDasharray="2.400 2.460" />}
      {state === "RUNNING" && (
        <>
          <circle cx="8" cy="8" r="6.200" opacity="0.3" />
          <path className="turning" d="M8 1.800a6.200 6.200 0 0 1 6.200 6.200" strokeWidth="2" />
          <circle cx="8" cy="8" r="1.800" fill="currentColor" stroke="none" />
        </>
      )}
      {state === "COMPLETED" && (
        <>
          <circle cx="8" cy="8" r="7" fill="currentColor" stroke="none" />
          <path d="M4.900 8.300 7 10.400l4.100-4.600" stroke="var(--canvas)" strokeWidth="1.700" />
        </>
      )}
      {state === "FAILED" && (
        <>
          <path d="M5.200 1.200h5.600l4 4v5.600l-4 4H5.200l-4-4V5.200z" fill="currentColor" stroke="none" />
          <path d="M5.600 5.600l4.800 4.800M10.400 5.600l-4.800 4.800" stroke="var(--canvas)" strokeWidth="1.700" />
        </>
      )}
      {state === "CANCELLED" && (
        <>
          <circle cx="8" cy="8" r="6.200" />
          <path d="M5 8h6" />
        </>
      )}
    </svg>
  );
}
