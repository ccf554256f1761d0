import type { Logger } from "../api/Logger";
import { AdvanceStatus, type RunAck } from "../generated/worker";
import { GrpcError } from "../grpc/GrpcError";
import { pause, RetryDelay } from "../connection/RetryDelay";
import type { WorkerConnection } from "../connection/WorkerConnection";
import { type NewReport, payloadSize } from "../run/NewRecord";
import type { Run } from "../run/Run";
import { inScope } from "../run/Scope";
import type { TaskTable } from "./TaskTable";

/** How many `Advance` calls are under way at once: while one is being committed the next is decided, and a third is answered. */
const callsInFlight = 3;
/** What one call carries at most, in runs and in bytes of results; what does not fit goes with the next. */
const maximumCallRuns = 350;
const maximumCallBytes = 2 * 1024 * 1024;

interface Batch {
  runs: Run[];
  /** One for each run; those behind are of tasks that this worker does not have. */
  reports: NewReport[];
}

/**
 * Reports what happened in all runs of a worker, in as few calls as it takes: what accumulates while calls are under way goes with the
 * next one. A lone run sees one round trip a step, thousands share their calls.
 */
export class Reporter {
  /** Runs with something to report, none twice, in the order of their first report. */
  private ready: Run[] = [];
  /** Tasks that the server believes this worker to have. */
  private readonly disowned = new Set<string>();
  private callCount = 0;
  private isScheduled = false;
  private readonly stopped = new AbortController();

  constructor(
    private readonly connection: WorkerConnection,
    private readonly workerId: string,
    private readonly table: TaskTable,
    private readonly logger: Logger,
    private readonly wake: (run: Run) => void,
  ) {}

  report(run: Run): void {
    if (run.isReady) return;
    run.isReady = true;
    this.ready.push(run);
    this.schedule();
  }

  /** Tells the server that this worker does not have a task. */
  disown(taskId: string): void {
    this.disowned.add(taskId);
    this.schedule();
  }

  /** Behind what the worker has to do now: what comes of it goes with the same call. */
  private schedule(): void {
    if (this.isScheduled || this.callCount >= callsInFlight) return;
    this.isScheduled = true;
    inScope(undefined, () => setImmediate(() => this.send()));
  }

  private send(): void {
    this.isScheduled = false;
    while (this.callCount < callsInFlight && !this.stopped.signal.aborted) {
      const batch = this.nextBatch();
      if (batch.reports.length === 0) return;
      this.callCount += 1;
      void this.call(batch)
        .finally(() => {
          this.callCount -= 1;
          if (this.ready.length > 0 || this.disowned.size > 0) this.schedule();
        })
        .then((late) => this.callAgain(late));
    }
  }

  private nextBatch(): Batch {
    const batch: Batch = { runs: [], reports: [] };
    let [size, index] = [0, 0];
    for (; index < this.ready.length && batch.runs.length < maximumCallRuns && size <= maximumCallBytes; index += 1) {
      const run = this.ready[index];
      if (!run) break;
      // From now on, what happens in the run makes it ready again.
      run.isReady = false;
      const report = run.takeReport();
      if (!report) continue;
      batch.runs.push(run);
      batch.reports.push(report);
      for (const record of report.records ?? []) size += payloadSize(record);
    }
    this.ready = index === this.ready.length ? [] : this.ready.slice(index);
    for (const taskId of this.disowned) {
      if (batch.reports.length >= maximumCallRuns) break;
      this.disowned.delete(taskId);
      batch.reports.push({ taskId, giveBack: true });
    }
    return batch;
  }

  /** Beside the other calls: runs whose servers are gone hold up none that have one. */
  private async callAgain(batch: Batch): Promise<void> {
    const delay = new RetryDelay(50, 1_000);
    const { signal } = this.stopped;
    let late = batch;
    while (late.reports.length > 0 && !signal.aborted) {
      await pause(delay.next(), signal);
      if (!signal.aborted) late = await this.call(late);
    }
    for (const run of late.runs) run.state.outbox.failed();
  }

  /** Returns what is to be reported again. */
  private async call(batch: Batch): Promise<Batch> {
    const late: Batch = { runs: [], reports: [] };
    const delay = new RetryDelay(50, 1_000);
    const { signal } = this.stopped;
    while (!signal.aborted) {
      try {
        const { acks } = await this.connection.advance({ workerId: this.workerId, runs: batch.reports }, { signal });
        batch.runs.forEach((run, index) => {
          const report = batch.reports[index];
          if (acks[index]?.status !== AdvanceStatus.ADVANCE_LATER || !report) return this.accept(run, acks[index]);
          late.runs.push(run);
          late.reports.push(report);
        });
        const others = batch.reports.slice(batch.runs.length);
        late.reports.push(
          ...others.filter((_, index) => acks[batch.runs.length + index]?.status === AdvanceStatus.ADVANCE_LATER),
        );
        return late;
      } catch (error) {
        if (signal.aborted) break;
        if (!(error instanceof GrpcError) || !error.isTransient) {
          // Reporting the same again can't help. The runs go back to where the server has them.
          this.logger.error(`the server refused a report: ${String(error)}`);
          for (const run of batch.runs) this.table.remove(run);
          return late;
        }
        this.logger.debug(`a report was not delivered, trying again: ${error.message}`);
        await pause(delay.next(), signal);
      }
    }
    for (const run of batch.runs) run.state.outbox.failed();
    return late;
  }

  private accept(run: Run, ack: RunAck | undefined): void {
    if (!ack) return this.table.remove(run);
    switch (ack.status) {
      case AdvanceStatus.ADVANCE_OK: {
        // One time may stand for all.
        const [time = 0] = ack.times;
        const places = ack.sequences.map((sequence, index) => ({ sequence, time: ack.times[index] ?? time }));
        if (run.acknowledge(places)) this.table.remove(run);
        if (run.state.wantsReport) this.report(run);
        if (run.state.mayGoOn) this.wake(run);
        return;
      }
      case AdvanceStatus.ADVANCE_STALE:
      case AdvanceStatus.ADVANCE_CLOSED:
      case AdvanceStatus.ADVANCE_GAP:
        this.logger.info(`workflow ${run.info.id} is no longer this worker's: ${ack.message}`);
        return this.table.remove(run);
      default:
        this.logger.error(`the server refused a report of workflow ${run.info.id}: ${ack.message}`);
        return this.table.remove(run);
    }
  }

  /** Makes no further call, and ends those under way. */
  stop(): void {
    this.stopped.abort();
  }
}
