import type { JournalEntry } from "../generated/types";
import type { Run } from "../run/Run";
import { ActivityTask } from "./ActivityTask";
import { Places } from "./Places";

export interface Held {
  taskId: string;
  /** The last entry of the journal that this worker has, all before included; 0 for none. */
  sequence: number;
  /** The number of the last record that was acknowledged; 0 for none. */
  record: number;
}

export interface TaskTableOptions {
  /** How many tasks work at once, at least 1. */
  places: number;
  /** How many runs are kept in memory, unless more than that have something to do. */
  maximumRuns: number;
  /** A run's function is to be called. */
  begin: (run: Run) => void;
}

/**
 * The tasks that this worker has, runs and attempts at activities: who of them may work, and which runs have to go when there are too
 * many.
 *
 * As many work at once as there are places. A run that only waits for the server has none; when it is woken, or a task arrives, and all
 * are taken, it waits for one, first come, first served.
 */
export class TaskTable {
  private readonly runsById = new Map<string, Run>();
  /** Runs that only wait, the one that has waited longest first. */
  private readonly idle = new Set<Run>();
  /** Runs that are being given back to make room. */
  private readonly leaving = new Set<Run>();
  private readonly activitiesByTask = new Map<string, ActivityTask>();
  private readonly places: Places<Run | ActivityTask>;

  constructor(private readonly options: TaskTableOptions) {
    this.places = new Places(options.places);
  }

  get runs(): Run[] {
    return [...this.runsById.values()];
  }

  get activities(): ActivityTask[] {
    return [...this.activitiesByTask.values()];
  }

  // Runs.

  /** A run has arrived. One of the same id, of a lease that is over, goes. */
  addRun(run: Run): void {
    const former = this.runsById.get(run.info.id);
    if (former) this.remove(former);
    this.runsById.set(run.info.id, run);
    this.claim(run);
    this.makeRoom();
  }

  /** The server made entries in a run; or, without any, asks for a task. Returns whether it is this worker's. */
  deliver(entries: JournalEntry[], taskId: string, workflowId: string): boolean {
    const run = this.run(taskId, workflowId);
    if (!run) return this.activitiesByTask.has(taskId);
    if (entries.length === 0) return true;
    switch (run.deliver(entries)) {
      case "wake":
        run.reporting.wake(run);
        break;
      case "findPlace":
        this.idle.delete(run);
        this.claim(run);
        break;
      default:
        break;
    }
    return true;
  }

  /** A run only waits: its place is free. */
  rested(run: Run): void {
    this.idle.add(run);
    this.freePlace();
    this.makeRoom();
  }

  /** A run has ended, or is no longer this worker's. */
  remove(run: Run): void {
    if (this.runsById.get(run.info.id) === run) this.runsById.delete(run.info.id);
    this.leaving.delete(run);
    this.idle.delete(run);
    run.drop();
    if (run.state.vacate()) this.freePlace();
  }

  private run(taskId: string, workflowId: string): Run | undefined {
    const run = this.runsById.get(workflowId);
    return run?.taskId === taskId ? run : undefined;
  }

  /** Gives runs back that have waited longest, as long as there are too many. */
  private makeRoom(): void {
    for (const run of this.idle) {
      if (this.runsById.size - this.leaving.size <= this.options.maximumRuns) return;
      this.idle.delete(run);
      if (!run.state.evict()) continue;
      this.leaving.add(run);
      run.reporting.report(run);
    }
  }

  // Activities.

  /** An attempt at an activity has arrived. */
  addActivity(activity: ActivityTask): void {
    const { taskId } = activity.assignment;
    if (this.activitiesByTask.has(taskId)) return;
    this.activitiesByTask.set(taskId, activity);
    this.claim(activity);
  }

  private lose(activity: ActivityTask): void {
    this.activitiesByTask.delete(activity.assignment.taskId);
    if (activity.lose()) this.freePlace();
  }

  // Leases.

  /** The server ended a lease. */
  revoke(taskId: string, workflowId: string): void {
    const run = this.run(taskId, workflowId);
    if (run) this.remove(run);
    const activity = this.activitiesByTask.get(taskId);
    if (activity) this.lose(activity);
  }

  /** The tasks in memory, as they are told to a server: answers that are still under way then come too late. */
  takeHeld(): Held[] {
    const runs = this.runs.map(({ taskId, state }) => ({
      taskId,
      sequence: state.journal.lastKnown,
      record: state.outbox.takeAcknowledged(),
    }));
    return [...runs, ...[...this.activitiesByTask.keys()].map((taskId) => ({ taskId, sequence: 0, record: 0 }))];
  }

  /** The server has answered which tasks are still this worker's: the others go. */
  keep(kept: Set<string>, held: Held[]): void {
    const lost = new Set(held.map(({ taskId }) => taskId).filter((taskId) => !kept.has(taskId)));
    for (const run of this.runs) if (lost.has(run.taskId)) this.remove(run);
    for (const activity of this.activities) if (lost.has(activity.assignment.taskId)) this.lose(activity);
  }

  /** The server may have forgotten which runs only wait, and is told again. */
  tellWaitingAgain(): void {
    for (const run of this.runs) {
      run.state.tellWaitingAgain();
      run.reporting.report(run);
    }
  }

  // Places.

  /** Nothing begins or is woken any more. */
  close(): void {
    this.places.close();
  }

  private claim(claimant: Run | ActivityTask): void {
    if (this.places.claim(claimant) && !this.occupy(claimant)) this.freePlace();
  }

  private freePlace(): void {
    for (let next = this.places.free(); next; next = this.places.free()) if (this.occupy(next)) return;
  }

  /** Whether the claimant has use for its place. */
  private occupy(claimant: Run | ActivityTask): boolean {
    if (claimant instanceof ActivityTask) {
      return claimant.begin((activity) => {
        this.activitiesByTask.delete(activity.assignment.taskId);
        this.freePlace();
      });
    }
    switch (claimant.state.occupy()) {
      case "begin":
        this.options.begin(claimant);
        return true;
      case "goOn":
        claimant.reporting.wake(claimant);
        return true;
      default:
        return false;
    }
  }
}
