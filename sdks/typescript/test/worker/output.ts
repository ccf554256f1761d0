import { appendFileSync, close, open, writeSync } from "node:fs";

/** One write, so that lines of several processes never mix. */
export function append(line: string, path: string): void {
  appendFileSync(path, `${line}\n`);
}

/** Tells the test, which reads this process's output. */
export function tell(line: string): void {
  writeSync(1, `${line}\n`);
}

/** Waits until the test opens a gate: a named pipe beside the script's file, which then has a writer. One that was never made is open. */
export function passGate(path: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    open(path, "r", (error, descriptor) => {
      if (!error) close(descriptor);
      resolve();
    });
  });
}

/** Waits for ever, or until it is aborted. */
export function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const timer = setTimeout(() => undefined, 2 ** 31 - 1);
    signal.addEventListener("abort", () => (clearTimeout(timer), reject(signal.reason)), { once: true });
  });
}
