import type { ActivityTask } from "../worker/ActivityTask";
import type { Logger } from "./Logger";
import { decodeValue } from "./values";

/** What the function of an activity can learn and tell. */
export class ActivityContext {
  /** @internal */
  constructor(private readonly task: ActivityTask) {}

  /** The activity's name. */
  get name(): string {
    return this.task.assignment.name;
  }

  /** The run that called the activity. */
  get workflowId(): string {
    return this.task.assignment.workflowId;
  }

  /** Which attempt this is, from 1. */
  get attempt(): number {
    return this.task.assignment.attempt;
  }

  /**
   * The same for all attempts at this call of the activity, and of no other: give it to services that can tell a repeated request by it.
   */
  get idempotencyKey(): string {
    return this.task.assignment.idempotencyKey;
  }

  /** Aborted when the attempt is no longer wanted: the call was cancelled, the attempt was given up, or the worker ends. */
  get signal(): AbortSignal {
    return this.task.signal;
  }

  get logger(): Logger {
    return this.task.logger;
  }

  /**
   * Says that the attempt is alive, and hears whether it is still wanted. While the server can't be reached it returns without effect,
   * and the attempt goes on.
   *
   * @param details what the next attempt should know if this one fails; replaces what earlier heartbeats said.
   * @throws CancellationError when the call was cancelled, or the server has given the attempt up. To end as cancelled, let it through.
   */
  heartbeat(details?: unknown): Promise<void> {
    return this.task.heartbeat(details);
  }

  /** What the last heartbeat of the attempts before this one said; `undefined` when none said anything. */
  lastHeartbeatDetails<T = unknown>(): T | undefined {
    const { lastDetails } = this.task.assignment;
    return lastDetails.length === 0 ? undefined : (decodeValue(lastDetails) as T);
  }
}
