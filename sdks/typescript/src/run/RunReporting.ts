import type { Run } from "./Run";

/** What a run needs of its worker. */
export interface RunReporting {
  /** The run has something to report, or may have. */
  report(run: Run): void;
  /** A closure began: if it takes long, the server is told. */
  stepBegan(run: Run): void;
  /** The run came to rest, only waits, and its place is free. */
  rested(run: Run): void;
  /** The run may have something to do, once it has come to rest. */
  wake(run: Run): void;
  /** The largest value that the server takes, in bytes. */
  readonly maximumValueBytes: number;
}
