import { ActivityCancellation as WireCancellation, type ActivityOptions as WireActivityOptions } from "../generated/types";
import type { Init } from "../wire/Init";
import type { ActivityContext } from "./ActivityContext";
import { packArguments, parameterCount, unpackArguments } from "./arguments";
import { type Duration, toMilliseconds } from "./duration";
import { NonRetryableError } from "./errors";
import { recordedRetry, type RetryPolicy } from "./RetryPolicy";
import { Servable } from "./Servable";

/** How the attempts at an activity are made. */
export interface ActivityOptions {
  /** How often, and after which delays, it is tried again; unless given for ever, with delays of a second to a minute. */
  retry?: RetryPolicy;
  /** How long one attempt may take; any time unless given. */
  timeout?: Duration;
  /** How long an attempt may go without `context.heartbeat()`; any time unless given. */
  heartbeatTimeout?: Duration;
  /** How long all attempts may take together, the delays included; any time unless given. */
  scheduleToCloseTimeout?: Duration;
  /** The service whose workers may do it; any worker that offers the name unless given. */
  service?: string;
  /** How many arguments the function takes, where its declaration does not say: for defaults and rest parameters. */
  parameters?: number;
}

/**
 * What happens when the call of an activity is cancelled, with the run or with the branch that made it.
 *
 * `try`: the call throws `CancellationError` at once; the activity is told with its next heartbeat, and what becomes of it is of no
 * interest. `wait`: the activity is told, and the call goes on waiting: it returns or throws what the activity does. `abandon`: the call
 * throws at once; the activity is not told and goes on, with its retries.
 */
export type ActivityCancellation = "try" | "wait" | "abandon";

/** What does an activity. */
export type ActivityFunction<A extends unknown[], R> = (context: ActivityContext, ...values: A) => R | PromiseLike<R>;

/**
 * A function under a name, done by any worker that serves it, with retries and limits. Unlike a workflow's, its function may do what it
 * likes. Made with `client.activity`, called with `context.activity`.
 */
export class Activity<A extends unknown[] = never[], R = unknown> extends Servable {
  private readonly parameters: number | undefined;
  /** Tells activities of other arguments or results apart, where declarations leave private members' types out. */
  declare protected readonly signature: (...values: A) => R;

  /** @internal */
  constructor(
    override readonly name: string,
    readonly options: ActivityOptions,
    private readonly body: ActivityFunction<A, R> | undefined,
  ) {
    super();
    this.parameters = options.parameters ?? (body && parameterCount(body));
    // What is wrong with the options is found where they are written.
    this.recorded("try");
  }

  /** Whether this process can do it. */
  override get isServedHere(): boolean {
    return this.body !== undefined;
  }

  /** @internal */
  pack(values: readonly unknown[]): unknown {
    return packArguments(values, this.parameters, `activity "${this.name}"`);
  }

  /** @internal */
  execute(context: ActivityContext, input: Uint8Array): R | PromiseLike<R> {
    if (!this.body) throw new NonRetryableError(`the activity "${this.name}" has no function in this worker`);
    return this.body(context, ...(unpackArguments(input, this.parameters ?? 0) as A));
  }

  /** @internal */
  recorded(cancellation: ActivityCancellation): Init<WireActivityOptions> {
    const { retry, timeout, scheduleToCloseTimeout, heartbeatTimeout, service } = this.options;
    const what = `activity "${this.name}"`;
    return {
      service: service ?? "",
      retry: recordedRetry(retry ?? {}),
      startToCloseMilliseconds: limit(timeout, `the timeout of ${what}`),
      scheduleToCloseMilliseconds: limit(scheduleToCloseTimeout, `the scheduleToCloseTimeout of ${what}`),
      heartbeatMilliseconds: limit(heartbeatTimeout, `the heartbeatTimeout of ${what}`),
      cancellation: cancellations[cancellation],
    };
  }
}

const cancellations: Record<ActivityCancellation, number> = {
  try: WireCancellation.ACTIVITY_CANCELLATION_TRY,
  wait: WireCancellation.ACTIVITY_CANCELLATION_WAIT,
  abandon: WireCancellation.ACTIVITY_CANCELLATION_ABANDON,
};

/** No limit is 0; the shortest there is, a millisecond. */
function limit(duration: Duration | undefined, what: string): number {
  return duration === undefined ? 0 : Math.max(1, toMilliseconds(duration, what));
}
