/** How many may work at once, and who waits for a place, the first to come first. */
export class Places<Claimant> {
  private taken = 0;
  private queue: Claimant[] = [];
  private head = 0;
  private isClosed = false;

  constructor(private readonly limit: number) {}

  /** Whether there is a place now; else there will be one in turn. */
  claim(claimant: Claimant): boolean {
    if (this.isClosed || this.taken >= this.limit) {
      if (!this.isClosed) this.queue.push(claimant);
      return false;
    }
    this.taken += 1;
    return true;
  }

  /** A place is given back. Returns who has it now. */
  free(): Claimant | undefined {
    const next = this.queue[this.head];
    if (next === undefined) {
      this.taken -= 1;
      return undefined;
    }
    this.head += 1;
    if (this.head * 2 > this.queue.length) [this.queue, this.head] = [this.queue.slice(this.head), 0];
    return next;
  }

  /** Nobody gets a place any more. */
  close(): void {
    this.isClosed = true;
    [this.queue, this.head] = [[], 0];
  }
}
