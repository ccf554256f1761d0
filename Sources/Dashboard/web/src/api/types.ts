import type { Payload } from "../json/Payload";

export type WorkflowState = "PENDING" | "RUNNING" | "COMPLETED" | "FAILED" | "CANCELLED";
export const workflowStates: readonly WorkflowState[] = ["PENDING", "RUNNING", "COMPLETED", "FAILED", "CANCELLED"];

export function isOpen(state: WorkflowState): boolean {
  return state === "PENDING" || state === "RUNNING";
}

export type Tier = "memory" | "snapshot" | "state-action-log";

export interface Row {
  id: string;
  type: string;
  state: WorkflowState;
  tier: Tier;
  createdAt: string;
  startedAt: string | null;
  completedAt: string | null;
}

export interface RowPage {
  workflows: Row[];
  next: string | null;
}

export type Counts = Record<WorkflowState, number>;

export interface CountAnswer {
  counts: Counts;
  isComplete: boolean;
}

export interface Failure {
  message: string;
  type: string | null;
  step: string | null;
  nonRetryable: boolean;
}

export type PendingKind = "TIMER" | "CHILD" | "ACTIVITY" | "SIGNAL" | "STEP";

export interface Pending {
  kind: PendingKind;
  key: string;
  name: string;
  child: string | null;
  attempt: number | null;
  dueAt: string | null;
  worker: string | null;
  failure: Failure | null;
}

export interface PendingPage {
  pending: Pending[];
  next: number | null;
}

export interface Blockage {
  sequence: number;
  expected: string;
  found: string[];
}

export interface Status extends Row {
  currentStep: string | null;
  worker: string | null;
  attempts: number;
  reason: string | null;
  cancelRequested: boolean;
  input: Payload;
  result: Payload;
  error: string | null;
  failure: Failure | null;
  parent: string | null;
  blockage: Blockage | null;
  pending: Pending[];
  pendingCount: number;
  lastSequence: number;
}

export interface Child {
  key: string;
  closePolicy: string;
  workflow: Row | null;
  id: string;
  type: string;
}

export interface ChildPage {
  children: Child[];
  next: number | null;
}

export interface Offer {
  kind: "WORKFLOW" | "ACTIVITY";
  name: string;
  service: string | null;
}

export interface Worker {
  id: string;
  service: string | null;
  group: string | null;
  languages: string[];
  isPlain: boolean;
  isConnected: boolean;
  connectedAt: string | null;
  disconnectedAt: string | null;
  lastHeardAt: string;
  capacity: number;
  held: number;
  waiting: number;
  offers: Offer[];
}

export interface Unserved extends Offer {
  waiting: number;
  oldestAt: string | null;
}

export interface WorkersAnswer {
  workers: Worker[];
  unserved: Unserved[];
}

export interface Queue extends Offer {
  depth: number;
  oldestAt: string | null;
  workers: string[];
  freeCapacity: number;
}

export interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
}

export interface Sample {
  time: string;
  workflowsStarted: number;
  workflowsClosed: number;
  stepsCompleted: number;
  activitiesCompleted: number;
  entries: number;
  commits: number;
  workflowSeconds: Percentiles | null;
  queueSeconds: Percentiles | null;
  commitSeconds: Percentiles | null;
  syncSeconds: Percentiles | null;
  commitEntries: Percentiles | null;
  queueDepth: number;
  workers: number;
  capacity: number;
  held: number;
  activeRuns: number;
  pending: number;
  running: number;
  memoryBytes: number;
  cpu: number;
}

export interface Series {
  resolutionSeconds: number;
  samples: Sample[];
}

export interface ServerInfo {
  version: string;
  serverId: string;
  startedAt: string;
  now: string;
  addresses: { grpc: string | null; http: string | null; metrics: string | null };
  database: string;
  tier: Tier;
  isReady: boolean;
  notReadyReason: string | null;
  role: "admin" | "client" | "worker" | "reader" | "read-only" | null;
}

export interface CancellationAnswer {
  results: { id: string; error: { code: string; message: string; remedy: string } | null }[];
}

export interface Frame {
  workflows?: { changed: Row[]; removed: string[]; omitted: number; counts: Counts };
  runs?: Record<string, { lastSequence: number; state: WorkflowState | null } | null>;
  metrics?: Sample;
  workers?: true;
  server?: { isReady: boolean; notReadyReason: string | null };
}
