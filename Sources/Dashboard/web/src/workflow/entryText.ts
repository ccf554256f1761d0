import type { Entry, EntryKind } from "../api/entries";
import type { Failure } from "../api/types";
import { formatDuration } from "../format/duration";
import { preview } from "../json/print";
import type { IconName } from "../ui/Icon";

export const entryTitles: Record<EntryKind, string> = {
  STARTED: "Workflow started",
  ASSIGNED: "Assigned to a worker",
  RELEASED: "Released by its worker",
  BLOCKED: "Blocked",
  STEP_COMPLETED: "Step completed",
  STEP_FAILED: "Step failed",
  STEP_ATTEMPT_FAILED: "Step attempt failed",
  TIMER_STARTED: "Sleep started",
  TIMER_FIRED: "Timer fired",
  CHILD_STARTED: "Child started",
  CHILD_CLOSED: "Child closed",
  ACTIVITY_SCHEDULED: "Activity scheduled",
  ACTIVITY_STARTED: "Activity attempt started",
  ACTIVITY_ATTEMPT_FAILED: "Activity attempt failed",
  ACTIVITY_COMPLETED: "Activity completed",
  ACTIVITY_FAILED: "Activity failed",
  SIGNAL_RECEIVED: "Signal received",
  SIGNAL_AWAITED: "Waiting for a signal",
  SIGNAL_CONSUMED: "Signal taken",
  VALUE_SET: "Value set",
  VERSION_SET: "Version set",
  CANCEL_REQUESTED: "Cancel requested",
  OPERATION_CANCELLED: "Operation cancelled",
  TERMINATED: "Terminated",
  CLOSED: "Workflow closed",
};

/// Which colour and mark an entry has: failures stand out, ends are seen, the rest is quiet.
export function entryTone(entry: Entry): "failed" | "completed" | "cancelled" | "quiet" {
  switch (entry.kind) {
    case "STEP_FAILED":
    case "STEP_ATTEMPT_FAILED":
    case "ACTIVITY_ATTEMPT_FAILED":
    case "ACTIVITY_FAILED":
    case "BLOCKED":
      return "failed";
    case "CANCEL_REQUESTED":
    case "OPERATION_CANCELLED":
    case "TERMINATED":
      return "cancelled";
    case "CLOSED":
    case "CHILD_CLOSED":
      return entry.state === "FAILED" ? "failed" : entry.state === "CANCELLED" ? "cancelled" : "completed";
    case "STEP_COMPLETED":
    case "ACTIVITY_COMPLETED":
    case "TIMER_FIRED":
    case "SIGNAL_CONSUMED":
      return "completed";
    default:
      return "quiet";
  }
}

export function entryIcon(kind: EntryKind): IconName {
  if (kind.startsWith("STEP")) return "step";
  if (kind.startsWith("ACTIVITY")) return "activity";
  if (kind.startsWith("TIMER")) return "timer";
  if (kind.startsWith("CHILD")) return "child";
  if (kind.startsWith("SIGNAL")) return "signal";
  if (kind === "VALUE_SET") return "value";
  if (kind === "VERSION_SET") return "version";
  if (kind === "ASSIGNED" || kind === "RELEASED") return "worker";
  if (kind === "CANCEL_REQUESTED" || kind === "OPERATION_CANCELLED") return "stop";
  return kind === "TERMINATED" ? "terminate" : kind === "BLOCKED" ? "warning" : "workflows";
}

/// What an entry is about: the operation's name, or the worker.
export function entrySubject(entry: Entry): string {
  switch (entry.kind) {
    case "STARTED":
      return entry.type;
    case "ASSIGNED":
      return entry.worker;
    case "SIGNAL_RECEIVED":
      return entry.signal;
    case "VERSION_SET":
      return entry.change;
    default:
      return "key" in entry ? entry.name || entry.key : "";
  }
}

/// The rest of what an entry says, in a line.
export function entrySummary(entry: Entry): string {
  switch (entry.kind) {
    case "STARTED":
      return preview(entry.input);
    case "ASSIGNED":
      return `attempt ${entry.attempt}`;
    case "RELEASED":
      return releaseReasons[entry.reason] ?? entry.reason;
    case "BLOCKED":
      return `at entry ${entry.blockage.sequence} the journal has ${entry.blockage.expected}, the code does ${entry.blockage.found.join(", ") || "nothing"}`;
    case "STEP_COMPLETED":
    case "ACTIVITY_COMPLETED":
      return preview(entry.result);
    case "STEP_FAILED":
    case "ACTIVITY_FAILED":
      return failureText(entry.failure);
    case "STEP_ATTEMPT_FAILED":
    case "ACTIVITY_ATTEMPT_FAILED":
      return `attempt ${entry.attempt}: ${failureText(entry.failure)}${retryText(entry.time, entry.retryAt)}`;
    case "ACTIVITY_STARTED":
      return `attempt ${entry.attempt} on ${entry.worker}`;
    case "ACTIVITY_SCHEDULED":
      return preview(entry.input);
    case "TIMER_STARTED":
      return `for ${formatDuration(Date.parse(entry.dueAt) - Date.parse(entry.time))}`;
    case "CHILD_STARTED":
      return entry.child;
    case "CHILD_CLOSED":
    case "CLOSED":
      if (entry.failure) return failureText(entry.failure);
      return entry.result ? preview(entry.result) : entry.state.toLowerCase();
    case "SIGNAL_RECEIVED":
      return preview(entry.payload);
    case "SIGNAL_AWAITED":
      return entry.dueAt === null ? "" : `for ${formatDuration(Date.parse(entry.dueAt) - Date.parse(entry.time))} at most`;
    case "SIGNAL_CONSUMED":
      return `of entry ${entry.signalSequence}`;
    case "VALUE_SET":
      return preview(entry.value);
    case "VERSION_SET":
      return `version ${entry.version}`;
    default:
      return "";
  }
}

export function failureText(failure: Failure): string {
  return failure.message + (failure.type ? ` (${failure.type})` : "");
}

function retryText(time: string, retryAt: string | null): string {
  return retryAt === null ? "" : `; again after ${formatDuration(Date.parse(retryAt) - Date.parse(time))}`;
}

export const releaseReasons: Record<string, string> = {
  WORKER_GONE: "its worker was gone for too long",
  NOT_HELD: "its worker came back without it",
  RETURNED: "its worker gave it back",
  CANCELLED: "it was cancelled",
  EVICTED: "its worker needed the memory",
  TERMINATED: "it was terminated",
};
