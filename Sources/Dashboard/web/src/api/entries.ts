import type { Payload } from "../json/Payload";
import type { Blockage, Failure, Tier, WorkflowState } from "./types";

interface Base {
  sequence: number;
  time: string;
}

interface Keyed extends Base {
  key: string;
  name?: string;
}

/// An entry of a journal, as the API tells it.
export type Entry =
  | (Base & {
      kind: "STARTED";
      type: string;
      tier: Tier;
      seed: string;
      input: Payload;
      parent?: string;
      parentKey?: string;
      closePolicy?: string;
      continuedCount?: number;
      attempts?: number;
      firstInput?: Payload;
    })
  | (Base & { kind: "ASSIGNED"; worker: string; attempt: number; plainWorker: boolean })
  | (Base & { kind: "RELEASED"; attempt: number; reason: string })
  | (Base & { kind: "BLOCKED"; attempt: number; blockage: Blockage })
  | (Keyed & { kind: "STEP_COMPLETED"; result: Payload })
  | (Keyed & { kind: "STEP_FAILED"; failure: Failure })
  | (Keyed & { kind: "STEP_ATTEMPT_FAILED"; attempt: number; failure: Failure; retryAt: string | null })
  | (Keyed & { kind: "TIMER_STARTED"; dueAt: string })
  | (Keyed & { kind: "TIMER_FIRED" })
  | (Keyed & {
      kind: "CHILD_STARTED";
      child: string;
      type: string;
      tier: Tier | null;
      closePolicy: string;
      input: Payload;
    })
  | (Keyed & { kind: "CHILD_CLOSED"; state: WorkflowState; result?: Payload; failure?: Failure })
  | (Keyed & { kind: "ACTIVITY_SCHEDULED"; activity: string; input: Payload; options: ActivityOptions })
  | (Keyed & { kind: "ACTIVITY_STARTED"; attempt: number; worker: string })
  | (Keyed & {
      kind: "ACTIVITY_ATTEMPT_FAILED";
      attempt: number;
      failure: Failure;
      details: Payload;
      retryAt: string | null;
    })
  | (Keyed & { kind: "ACTIVITY_COMPLETED"; attempt: number; result: Payload })
  | (Keyed & { kind: "ACTIVITY_FAILED"; attempt: number; failure: Failure })
  | (Base & { kind: "SIGNAL_RECEIVED"; signal: string; signalId: string; payload: Payload })
  | (Keyed & { kind: "SIGNAL_AWAITED"; signal: string; dueAt: string | null })
  | (Keyed & { kind: "SIGNAL_CONSUMED"; signalSequence: number })
  | (Keyed & { kind: "VALUE_SET"; valueName: string; value: Payload })
  | (Keyed & { kind: "VERSION_SET"; change: string; version: number })
  | (Base & { kind: "CANCEL_REQUESTED" })
  | (Keyed & { kind: "OPERATION_CANCELLED" })
  | (Base & { kind: "TERMINATED" })
  | (Base & { kind: "CLOSED"; state: WorkflowState; result?: Payload; failure?: Failure });

export type EntryKind = Entry["kind"];

export interface ActivityOptions {
  service?: string | null;
  retry?: { attempts?: number; [member: string]: unknown };
  startToCloseMilliseconds?: number;
  [member: string]: unknown;
}

export interface HistoryPage {
  entries: Entry[];
  next: number | null;
}
