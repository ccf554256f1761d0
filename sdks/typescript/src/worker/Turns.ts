import { inScope } from "../run/Scope";
import type { Run } from "../run/Run";

/**
 * Gives each run that may have something to do its turn, one resolution at a time.
 *
 * A turn of Node's event loop lies between two, in which everything that the first one set going comes to rest: so runs go on in the
 * order of their journals. All runs share the turns.
 */
export class Turns {
  private woken: Run[] = [];
  private isScheduled = false;

  wake(run: Run): void {
    if (run.isWoken) return;
    run.isWoken = true;
    this.woken.push(run);
    this.schedule();
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    // Whoever wakes may be the code of a run.
    inScope(undefined, () => setImmediate(() => this.take()));
  }

  private take(): void {
    this.isScheduled = false;
    const runs = this.woken;
    this.woken = [];
    for (const run of runs) {
      run.isWoken = false;
      if (run.resolveNext()) this.wake(run);
    }
  }
}
