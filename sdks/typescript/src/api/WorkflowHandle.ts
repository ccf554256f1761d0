import { guarded } from "../run/guarded";
import type { ChildOperation } from "../run/remote";
import { currentScope } from "../run/Scope";
import type { AetherClient } from "./AetherClient";
import type { ClientConnection } from "../connection/ClientConnection";
import { NonRetryableError } from "./errors";
import type { Stored } from "./Stored";
import { decodeValue } from "./values";
import type { WorkflowStatus } from "./WorkflowStatus";

/** A run, seen from outside. Costs nothing to make and to keep. */
export class WorkflowHandle<R = unknown> {
  /** @internal */
  constructor(
    readonly id: string,
    private readonly client: AetherClient,
    /** Of a run that was started in the body of a workflow. */
    private readonly child: ChildOperation | undefined = undefined,
  ) {}

  /**
   * Waits for the end of the run. The wait survives restarts of the server, and lasts until the run ends or the signal is aborted, which
   * leaves the run alone.
   *
   * @returns what the function returned, as it came back from its JSON.
   * @throws WorkflowFailed, WorkflowCancelled; AetherError `notFound` when there is no such run.
   */
  async result(options: { signal?: AbortSignal } = {}): Promise<Stored<R>> {
    const { child } = this;
    if (child) return decodeValue(await guarded(() => child.result())) as Stored<R>;
    return decodeValue(await this.connection.outcome(this.id, options.signal)) as Stored<R>;
  }

  /**
   * How the run stands now.
   *
   * @throws AetherError `notFound`, `unavailable`.
   */
  async status(): Promise<WorkflowStatus> {
    return this.connection.status(this.id);
  }

  /**
   * Asks the run to end: `CancellationError` reaches its function, which may clean up. Asking again is harmless.
   *
   * @throws AetherError `notFound`, `failedPrecondition` when it has ended, `unavailable`.
   */
  async cancel(): Promise<void> {
    await this.connection.cancel(this.id);
  }

  /**
   * Ends the run at once, as CANCELLED: its function is not asked, and cleans up nothing. Its children end with it, but for those that
   * are to be abandoned.
   *
   * @throws AetherError `notFound`, `failedPrecondition` when it has ended, `unavailable`.
   */
  async terminate(): Promise<void> {
    await this.connection.terminate(this.id);
  }

  /**
   * Sends a message to the run, which takes it with `context.signal` now or later. When it returns, the message is as durable as the run.
   *
   * @param options of messages with one id, the run takes the first; a new one unless given.
   * @throws AetherError `notFound`, `failedPrecondition` when the run has ended, `invalidArgument` for a payload over the server's
   *   limit, `unavailable`.
   */
  async signal(name: string, payload?: unknown, options: { id?: string } = {}): Promise<void> {
    await this.connection.signal(this.id, { name, payload, ...options });
  }

  /**
   * What the run said of itself last under a name, with `context.set`; `undefined` when it said nothing under that name.
   *
   * @throws AetherError `notFound`, `unavailable`.
   */
  async value<T = unknown>(name: string): Promise<T | undefined> {
    const bytes = await this.connection.value(this.id, name);
    return bytes && (decodeValue(bytes) as T);
  }

  /** What a call to the server gives in the body of a workflow would not be the same on a replay. */
  private get connection(): ClientConnection {
    const scope = currentScope();
    if (scope && !scope.step) throw new NonRetryableError(`a workflow can't use the handle of run "${this.id}" in its body; use it in a step`);
    return this.client.connection;
  }
}
