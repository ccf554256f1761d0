import type { Run } from "../run/Run";

/** How many milliseconds a step runs before the server is told its name. */
const threshold = 50;

/** Notices steps that take long, so that the server can say what a run is doing. Sleeps while no step runs. */
export class LongStepWatch {
  private watched: { run: Run; since: number }[] = [];
  private timer: NodeJS.Timeout | undefined;

  /** A step's closure has begun. */
  stepBegan(run: Run): void {
    if (run.isWatched) return;
    run.isWatched = true;
    this.watched.push({ run, since: performance.now() });
    this.schedule();
  }

  private schedule(): void {
    if (this.timer || this.watched.length === 0) return;
    this.timer = setTimeout(() => this.look(), threshold);
    this.timer.unref();
  }

  private look(): void {
    this.timer = undefined;
    const limit = performance.now() - threshold;
    const [due, rest] = [this.watched, [] as typeof this.watched];
    this.watched = rest;
    for (const { run, since } of due) {
      if (since > limit) {
        rest.push({ run, since });
        continue;
      }
      run.isWatched = false;
      // A step that is running is looked at again: a shorter one may outlast it.
      if (run.noteLongStep(limit)) this.stepBegan(run);
    }
    this.schedule();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.watched = [];
  }
}
