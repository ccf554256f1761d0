import { endsNoProcess } from "../run/guarded";
import type { LocalServer } from "../worker/LocalServer";
import type { Worker } from "../worker/Worker";

const endSignals = ["SIGINT", "SIGTERM"] as const;

/** Of a promise that was rejected and that nobody awaits: what becomes of it without this, but for those of workflows. */
function unhandled(reason: unknown): void {
  if (endsNoProcess(reason) || process.listenerCount("unhandledRejection") > 1) return;
  throw reason;
}
let servingCount = 0;

/** A worker that serves. */
export class ServingWorker {
  /**
   * Resolves when the worker has ended; rejects with the AetherError for which the server does not take it any more. If nobody awaits it,
   * that error ends the process: a worker that can't work is no worker.
   */
  readonly stopped: Promise<void>;

  /** @internal */
  constructor(
    private readonly worker: Worker,
    server: LocalServer | undefined,
    handlesSignals: boolean,
  ) {
    if (handlesSignals) for (const signal of endSignals) process.once(signal, this.end);
    servingCount += 1;
    if (servingCount === 1) process.on("unhandledRejection", unhandled);
    this.stopped = worker.run().finally(async () => {
      servingCount -= 1;
      if (servingCount === 0) process.removeListener("unhandledRejection", unhandled);
      for (const signal of endSignals) process.removeListener(signal, this.end);
      await server?.stop();
    });
  }

  /** @internal */
  async registered(): Promise<void> {
    await Promise.race([this.worker.registered, this.stopped]);
  }

  /**
   * Takes no new tasks, lets steps and activities under way end for `shutdownGrace`, and gives the runs back to the server. Returns when
   * that is done.
   */
  async stop(): Promise<void> {
    this.worker.stop();
    await this.stopped;
  }

  /** The second signal ends the process at once. */
  private readonly end = (signal: NodeJS.Signals): void => {
    for (const other of endSignals) process.removeListener(other, this.end);
    // Who listens too decides what becomes of the process.
    const isAlone = process.listenerCount(signal) === 0;
    void this.stop().then(() => isAlone && process.exit());
  };
}
