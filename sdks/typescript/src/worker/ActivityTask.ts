import type { Activity } from "../api/Activity";
import { ActivityContext } from "../api/ActivityContext";
import { CancellationError, NonRetryableError } from "../api/errors";
import type { Logger } from "../api/Logger";
import { encodeValue, encodeWithin } from "../api/values";
import type { Failure } from "../generated/types";
import { cancelledType, failure, failureOf } from "../run/failures";
import { inScope } from "../run/Scope";
import type { ActivityReporter, AttemptStanding } from "./ActivityReporter";
import { type HeartbeatAction, HeartbeatThrottle } from "./HeartbeatThrottle";

/** What the server sends of an attempt at an activity. */
export interface ActivityAssignment {
  taskId: string;
  name: string;
  workflowId: string;
  /** From 1. */
  attempt: number;
  idempotencyKey: string;
  /** JSON. */
  input: Uint8Array;
  /** What the last heartbeat of the attempts before said; empty when there was none. */
  lastDetails: Uint8Array;
  /** How long the attempt may go without a heartbeat; 0 is any time. */
  heartbeatMilliseconds: number;
}

/**
 * One attempt at an activity, which this worker has.
 *
 * |           | begin   | its function ends | cancel requested     | lost                 | give up                   |
 * |-----------|---------|-------------------|----------------------|----------------------|---------------------------|
 * | waiting   | running |                   |                      | over                 |                           |
 * | running   |         | answering         | its signal is aborted | over, signal aborted | answering, signal aborted |
 * | answering |         |                   |                      | over                 | over                      |
 *
 * A function that does not heed its signal goes on, and what becomes of it is of no interest.
 */
export class ActivityTask {
  private phase: "waiting" | "running" | "answering" | "over" = "waiting";
  private isCancelRequested = false;
  private readonly throttle: HeartbeatThrottle;
  /** Of the function. */
  private readonly controller = new AbortController();
  /** Of the answer, which is repeated until it is taken. */
  private readonly answering = new AbortController();
  private beating: NodeJS.Timeout | undefined;
  private ended: (task: ActivityTask) => void = () => undefined;

  /** @param activity what to do; `undefined` when this worker does not offer it. */
  constructor(
    readonly assignment: ActivityAssignment,
    private readonly activity: Activity<unknown[], unknown> | undefined,
    private readonly reporter: ActivityReporter,
    readonly logger: Logger,
  ) {
    this.throttle = new HeartbeatThrottle(assignment.heartbeatMilliseconds);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /**
   * Begins the function, unless the attempt is over.
   *
   * @param ended called once the attempt is answered for, or is found to be lost; not after `lose`.
   */
  begin(ended: (task: ActivityTask) => void): boolean {
    if (this.phase !== "waiting") return false;
    this.phase = "running";
    this.ended = ended;
    void this.execute();
    return true;
  }

  private async execute(): Promise<void> {
    const { taskId, name } = this.assignment;
    try {
      const result = await inScope(undefined, async () => this.perform());
      const bytes = encodeWithin(this.reporter.maximumValueBytes, result, `the result of activity "${name}"`);
      if (!this.answer()) return;
      this.throttle.end();
      await this.reporter.complete(taskId, { result: bytes }, this.answering.signal);
    } catch (error) {
      if (!this.answer()) return;
      // The next attempt is to know how far this one came.
      const unsent = this.throttle.end();
      if (unsent) await this.reporter.heartbeat(taskId, unsent);
      await this.reporter.complete(taskId, { failure: this.failureOf(error) }, this.answering.signal);
    }
    this.end();
  }

  private perform(): unknown {
    const { name, input } = this.assignment;
    if (!this.activity?.isServedHere) throw new Error(`the worker does not serve the activity "${name}"`);
    try {
      return this.activity.execute(new ActivityContext(this), input);
    } catch (error) {
      if (error instanceof SyntaxError) throw new NonRetryableError(`the input of activity "${name}" is no JSON: ${error.message}`);
      throw error;
    }
  }

  private answer(): boolean {
    if (this.phase !== "running") return false;
    this.phase = "answering";
    clearTimeout(this.beating);
    return true;
  }

  private failureOf(error: unknown): Failure {
    const isCancelled = this.isCancelRequested && (error instanceof CancellationError || (error as Error | undefined)?.name === "AbortError");
    if (!isCancelled) return failureOf(error);
    return { ...failure("the activity was cancelled", cancelledType), nonRetryable: true };
  }

  private end(): void {
    if (this.phase !== "answering") return;
    this.phase = "over";
    this.ended(this);
  }

  // Heartbeats.

  async heartbeat(details: unknown): Promise<void> {
    this.throwIfUnwanted();
    const bytes = details === undefined ? undefined : encodeValue(details);
    await this.beat(this.throttle.beat(bytes, performance.now()));
    this.throwIfUnwanted();
  }

  private throwIfUnwanted(): void {
    if (this.phase !== "running" || this.isCancelRequested) throw new CancellationError("the attempt is no longer wanted");
  }

  private async beat(action: HeartbeatAction): Promise<void> {
    if (this.phase !== "running" || action.kind === "nothing") return;
    if (action.kind === "wait") {
      this.beating = setTimeout(() => void this.beat(this.throttle.due(performance.now())), action.milliseconds);
      return;
    }
    const standing = await this.reporter.heartbeat(this.assignment.taskId, action.details);
    this.accept(standing);
    const next = this.throttle.sent(standing !== undefined, performance.now());
    // Nobody waits for what comes later.
    if (next.kind === "send") void this.beat(next);
    else await this.beat(next);
  }

  private accept(standing: AttemptStanding | undefined): void {
    if (this.phase !== "running") return;
    if (standing === "cancelRequested") {
      this.isCancelRequested = true;
      this.controller.abort();
    } else if (standing === "lost") {
      this.logger.info(`activity ${this.assignment.name} of ${this.assignment.workflowId}: the attempt is no longer this worker's`);
      if (this.lose()) this.ended(this);
    }
  }

  // The end from outside.

  /** The attempt is no longer this worker's: nothing is reported. Returns whether it had begun, and was not over. */
  lose(): boolean {
    const hadBegun = this.phase === "running" || this.phase === "answering";
    this.phase = "over";
    clearTimeout(this.beating);
    this.controller.abort();
    this.answering.abort();
    return hadBegun;
  }

  /** The worker ends: the attempt fails, for another worker to make the next one. */
  async giveUp(failure: Failure): Promise<void> {
    if (this.answer()) {
      this.controller.abort();
      await this.reporter.completeInHaste(this.assignment.taskId, { failure });
    }
    this.lose();
  }
}
