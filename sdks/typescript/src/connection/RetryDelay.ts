/** Delays that double from try to try, each shortened by up to half at random so that many do not try in step. In milliseconds. */
export class RetryDelay {
  private current: number;

  constructor(
    private readonly first: number,
    private readonly longest: number,
  ) {
    this.current = first;
  }

  next(): number {
    const delay = this.current * (1 - Math.random() / 2);
    this.current = Math.min(this.current * 2, this.longest);
    return delay;
  }

  reset(): void {
    this.current = this.first;
  }
}

/** Waits, unless a signal is aborted: then it returns at once. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    if (signal?.aborted) end();
    else signal?.addEventListener("abort", end, { once: true });
  });
}
