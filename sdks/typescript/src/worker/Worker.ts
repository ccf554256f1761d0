import { Activity } from "../api/Activity";
import { AetherError } from "../api/errors";
import type { Logger } from "../api/Logger";
import type { Servable } from "../api/Servable";
import { Workflow } from "../api/Workflow";
import { ResourceType, TaskKind, type Task } from "../generated/worker";
import { GrpcCode } from "../grpc/GrpcCode";
import { GrpcError } from "../grpc/GrpcError";
import { pause, RetryDelay } from "../connection/RetryDelay";
import type { WorkerConnection } from "../connection/WorkerConnection";
import { aetherError } from "../connection/errors";
import { failure } from "../run/failures";
import { Run } from "../run/Run";
import type { RunReporting } from "../run/RunReporting";
import { inScope } from "../run/Scope";
import { ActivityReporter } from "./ActivityReporter";
import { ActivityTask } from "./ActivityTask";
import { LongStepWatch } from "./LongStepWatch";
import { Reporter } from "./Reporter";
import { TaskTable } from "./TaskTable";
import { Turns } from "./Turns";

/** The protocol with a journal, replay and `Advance`. */
const protocol = 1;
/** How many runs one call gives back, and how many milliseconds that may take. */
const runsPerCall = 1_000;
const callLimit = 2_000;

export interface WorkerOptions {
  workerId: string;
  service: string;
  maximumConcurrentTasks: number;
  maximumRunsInMemory: number;
  /** How many milliseconds steps under way may go on when the worker ends. */
  shutdownGrace: number;
  logger: Logger;
}

/** This process as a worker: registers, takes tasks from its stream, works at them, and keeps them while the server is away. */
export class Worker implements RunReporting {
  private readonly workflows = new Map<string, Workflow>();
  private readonly activities = new Map<string, Activity>();
  private readonly table: TaskTable;
  private readonly turns = new Turns();
  private readonly longSteps = new LongStepWatch();
  private readonly reporter: Reporter;
  private readonly activityReporter: ActivityReporter;
  private readonly stopping = new AbortController();
  /** Random for each process: tells a worker that came back from a second one of the same id. */
  private readonly instanceId = Math.random().toString(36).slice(2) + Date.now().toString(36);
  /** Runs of which more journal is to come, by task. */
  private arriving = new Map<string, Task>();
  /** Counts the registrations. */
  private registrations = 0;
  /** The largest value that the server takes. */
  maximumValueBytes = Infinity;
  private markRegistered: () => void = () => undefined;
  /** Resolves once the server knows this worker; rejects when it refuses it. */
  readonly registered: Promise<void>;

  /** @throws AetherError `invalidArgument` when two servables of a kind have one name, or one has no function. */
  constructor(
    private readonly options: WorkerOptions,
    servables: readonly Servable[],
    private readonly connection: WorkerConnection,
  ) {
    this.take(servables);
    const { logger } = options;
    this.table = new TaskTable({
      places: Math.max(1, options.maximumConcurrentTasks),
      maximumRuns: options.maximumRunsInMemory,
      begin: (run) => this.begin(run),
    });
    this.reporter = new Reporter(connection, options.workerId, this.table, logger, (run) => this.wake(run));
    this.activityReporter = new ActivityReporter(connection, logger);
    this.registered = new Promise((resolve) => (this.markRegistered = resolve));
  }

  private take(servables: readonly Servable[]): void {
    for (const servable of servables) {
      const [kind, known] = servable instanceof Workflow ? ["workflow", this.workflows] : ["activity", this.activities];
      const { name } = servable;
      if (!servable.isServedHere) {
        throw new AetherError("invalidArgument", `${kind} "${name}" has no function; serve it where it is declared with one`);
      }
      if (known.has(name)) throw new AetherError("invalidArgument", `two of kind ${kind} are named "${name}"; rename one of them`);
      (known as Map<string, unknown>).set(name, servable);
    }
  }

  /** Works until `stop`, then gives the tasks back. */
  async run(): Promise<void> {
    try {
      await inScope(undefined, () => this.poll());
    } finally {
      await this.giveBack();
      this.reporter.stop();
      this.longSteps.stop();
      await this.connection.close();
    }
  }

  /** Lets `run` end. */
  stop(): void {
    this.stopping.abort();
  }

  // The server.

  private async poll(): Promise<void> {
    const { signal } = this.stopping;
    const { logger } = this.options;
    const delay = new RetryDelay(50, 1_000);
    let isAway = false;
    while (!signal.aborted) {
      try {
        await this.register();
        if (isAway) logger.info("connected to the server again");
        isAway = false;
        delay.reset();
        await this.takeTasks();
      } catch (error) {
        if (signal.aborted) return;
        const problem = retryable(error);
        if (!problem) throw error instanceof GrpcError ? aetherError(error) : error;
        if (!isAway) logger.warn(`${problem}; trying again: ${(error as Error).message}`);
        isAway = true;
        await pause(delay.next(), signal);
      }
    }
  }

  /** Tells the server what this worker offers and has, and drops what it no longer should have. */
  private async register(): Promise<void> {
    const held = this.table.takeHeld();
    this.registrations += 1;
    const { keptTaskIds, maximumValueBytes } = await this.connection.register({
      workerId: this.options.workerId,
      serviceName: this.options.service,
      language: ["typescript"],
      provides: this.offers,
      protocol,
      instanceId: this.instanceId,
      registration: this.registrations,
      heldTaskIds: held.map(({ taskId }) => taskId),
      heldSequences: held.map(({ sequence }) => sequence),
      heldRecords: held.map(({ record }) => record),
    });
    this.table.keep(new Set(keptTaskIds), held);
    if (maximumValueBytes > 0) {
      this.activityReporter.maximumValueBytes = maximumValueBytes;
      this.maximumValueBytes = maximumValueBytes;
    }
  }

  private get offers(): { name: string; type: number; metadata?: { tier: number } }[] {
    const types = [...this.workflows.values()].map(({ name, tier }) => ({ name, type: ResourceType.WORKFLOW, metadata: { tier } }));
    const names = [...this.activities.keys()].map((name) => ({ name, type: ResourceType.ACTIVITY }));
    return [...types, ...names];
  }

  private async takeTasks(): Promise<void> {
    // What a broken stream left unfinished comes again, as a task of its own.
    this.arriving = new Map();
    await this.connection.pollTasks(
      {
        workerId: this.options.workerId,
        maxTasks: Math.max(1, this.options.maximumConcurrentTasks),
        instanceId: this.instanceId,
        registration: this.registrations,
      },
      {
        signal: this.stopping.signal,
        onOpen: () => {
          this.markRegistered();
          this.table.tellWaitingAgain();
        },
        onMessage: (task) => this.takeTask(task),
      },
    );
    throw new GrpcError(GrpcCode.UNAVAILABLE, "the server ended the stream of tasks");
  }

  private takeTask(task: Task): void {
    switch (task.kind) {
      case TaskKind.ASSIGN:
        if (task.resourceType === ResourceType.ACTIVITY) this.beginActivity(task);
        else this.assemble(task);
        break;
      case TaskKind.PUSH:
        if (!this.table.deliver(task.journal, task.taskId, task.workflowId)) this.reporter.disown(task.taskId);
        break;
      case TaskKind.REVOKE:
        this.table.revoke(task.taskId, task.workflowId);
        break;
      default:
        this.options.logger.warn(`a task of the unknown kind ${task.kind} was passed over; is the server newer than this worker?`);
    }
  }

  /** A run arrives, perhaps in several messages. */
  private assemble(task: Task): void {
    const first = this.arriving.get(task.taskId) ?? task;
    if (first !== task) for (const entry of task.journal) first.journal.push(entry);
    if (task.journalContinues) {
      this.arriving.set(task.taskId, first);
      return;
    }
    this.arriving.delete(task.taskId);
    const { taskId, workflowId, workflowType: type, input, attempt, journal, stepsAhead } = first;
    const assignment = { taskId, workflowId, type, input, attempt, journal, stepsAhead };
    this.table.addRun(new Run(assignment, this, this.options.logger));
  }

  private beginActivity(task: Task): void {
    const assignment = {
      taskId: task.taskId,
      name: task.targetResource,
      workflowId: task.workflowId,
      attempt: Math.max(1, task.attempt),
      idempotencyKey: task.idempotencyKey,
      input: task.input,
      lastDetails: task.heartbeatDetails,
      heartbeatMilliseconds: task.activity?.heartbeatMilliseconds ?? 0,
    };
    const activity = this.activities.get(assignment.name) as Activity<unknown[], unknown> | undefined;
    this.table.addActivity(new ActivityTask(assignment, activity, this.activityReporter, this.options.logger));
  }

  private begin(run: Run): void {
    const workflow = this.workflows.get(run.info.type);
    if (workflow) void workflow.execute(run);
    else run.fail(`worker ${this.options.workerId} does not serve the workflow type "${run.info.type}"`);
    this.wake(run);
  }

  // What runs need.

  report(run: Run): void {
    this.reporter.report(run);
  }

  stepBegan(run: Run): void {
    this.longSteps.stepBegan(run);
  }

  rested(run: Run): void {
    this.table.rested(run);
  }

  wake(run: Run): void {
    this.turns.wake(run);
  }

  // The end.

  /** Lets steps and activities under way end, and gives the tasks back: the server can assign them at once. */
  private async giveBack(): Promise<void> {
    this.table.close();
    const { runs } = this.table;
    for (const run of runs) run.drain();
    const deadline = performance.now() + this.options.shutdownGrace;
    const isQuiet = (): boolean => runs.every(({ state }) => state.isQuiet) && this.table.activities.length === 0;
    while (!isQuiet() && performance.now() < deadline) await pause(5);
    const workerGone = failure(`worker ${this.options.workerId} shut down`, "WorkerGone");
    await Promise.all(this.table.activities.map((activity) => activity.giveUp(workerGone)));
    const rest = runs.filter(({ state }) => !state.hasEnded).map(({ taskId, state }) => {
      const report = { taskId, firstRecord: 1, giveBack: true };
      return state.waitingPlace === undefined ? report : { ...report, waitingAt: state.waitingPlace };
    });
    for (const run of runs) this.table.remove(run);
    for (let start = 0; start < rest.length; start += runsPerCall) {
      const request = { workerId: this.options.workerId, runs: rest.slice(start, start + runsPerCall) };
      // Should it not get through, the server gives the runs to others after the grace period.
      const isTold = await this.connection.advance(request, { timeout: callLimit }).then(() => true, () => false);
      if (!isTold) return;
    }
  }
}

/** What to say of an error after which registering again may succeed. */
function retryable(error: unknown): string | undefined {
  if (!(error instanceof GrpcError)) return undefined;
  if (error.isTransient || error.code === GrpcCode.FAILED_PRECONDITION) return "the server is away";
  // Perhaps this worker's own former process, whose connection the server still believes in.
  return error.code === GrpcCode.ALREADY_EXISTS ? "registration refused" : undefined;
}
