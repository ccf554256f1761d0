import { get } from "../api/client";
import { Store } from "../api/Store";
import type { Queue, WorkersAnswer } from "../api/types";

export interface WorkersState {
  answer: WorkersAnswer | null;
  queues: Queue[] | null;
  error: unknown;
}

/// Workers and queues, as they were when they were last read.
export const workersStore = new Store<WorkersState>({ answer: null, queues: null, error: null });
let isReading = false;
let isWanted = false;

/// Reads both; once more if that is asked for meanwhile.
export async function readWorkers(): Promise<void> {
  isWanted = true;
  if (isReading) return;
  isReading = true;
  while (isWanted) {
    isWanted = false;
    try {
      const [answer, { queues }] = await Promise.all([get<WorkersAnswer>("/workers"), get<{ queues: Queue[] }>("/queues")]);
      workersStore.set({ answer, queues, error: null });
    } catch (error) {
      workersStore.set({ ...workersStore.get(), error });
    }
  }
  isReading = false;
}
