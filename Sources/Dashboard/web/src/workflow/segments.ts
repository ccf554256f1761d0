import type { Lease, Operation, Outcome } from "./Operation";

export type SegmentLook = "queue" | "backoff" | "sleep" | "wait" | Outcome;

/// A piece of a bar.
export interface Segment {
  start: number;
  end: number;
  look: SegmentLook;
  /// Goes on: its end is now.
  isOpen: boolean;
}

/// What an operation's bar is made of: attempts, what lies between them, and the time before a worker had it.
export function segmentsOf(operation: Operation, now: number): Segment[] {
  const end = operation.end ?? Math.max(now, operation.start);
  const isOpen = operation.end === null;
  switch (operation.kind) {
    case "step":
    case "activity":
      return operation.isLive ? [{ start: operation.start, end, look: "running", isOpen }] : attemptSegments(operation, end, isOpen);
    case "sleep":
      return [{ start: operation.start, end, look: operation.outcome === "cancelled" ? "cancelled" : "sleep", isOpen }];
    case "signal":
      return [{ start: operation.start, end, look: operation.outcome === "cancelled" ? "cancelled" : "wait", isOpen }];
    case "child":
      return [{ start: operation.start, end, look: operation.outcome, isOpen }];
    default:
      return [];
  }
}

function attemptSegments(operation: Operation, end: number, isOpen: boolean): Segment[] {
  const segments: Segment[] = [];
  let reached = operation.start;
  let isFirst = true;
  for (const attempt of operation.attempts) {
    if (attempt.start > reached) {
      segments.push({ start: reached, end: attempt.start, look: isFirst ? "queue" : "backoff", isOpen: false });
    }
    reached = attempt.end ?? end;
    segments.push({ start: attempt.start, end: reached, look: attempt.outcome, isOpen: attempt.end === null });
    isFirst = false;
  }
  const isWaiting = end > reached && operation.outcome !== "failed";
  if (isWaiting) segments.push({ start: reached, end, look: isFirst ? "queue" : "backoff", isOpen });
  return segments;
}

/// The worker's lane: who had the run, and when nobody had.
export function leaseSegments(leases: Lease[], created: number, end: number): { lease: Lease | null; start: number; end: number }[] {
  const result: { lease: Lease | null; start: number; end: number }[] = [];
  let reached = created;
  for (const lease of leases) {
    if (lease.start > reached) result.push({ lease: null, start: reached, end: lease.start });
    reached = lease.end ?? Math.max(end, lease.start);
    result.push({ lease, start: lease.start, end: reached });
  }
  if (end > reached) result.push({ lease: null, start: reached, end });
  return result;
}
