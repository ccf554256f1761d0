import { ApiError, getExact, isAbort, workflowPath } from "../api/client";
import type { Entry, HistoryPage } from "../api/entries";
import type { Frame, Status } from "../api/types";
import { OperationIndex } from "./OperationIndex";
import type { Run } from "./Run";

const pageSize = 1_000;
/// More is not kept in a page's memory; the export has all.
const maximumEntries = 100_000;

/// A run as the server knows it, followed while it is shown.
export class Journal {
  private readonly listeners = new Set<() => void>();
  private readonly gone = new AbortController();
  private run: Run;
  private isBusy = false;
  private isWanted = false;
  private frame = 0;

  constructor(readonly id: string) {
    this.run = emptyRun();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  get = (): Run => this.run;

  /// The id is encoded, as a comma separates topics.
  get topics(): string[] {
    return [`workflow:${encodeURIComponent(this.id)}`];
  }

  open(): void {
    void this.read();
  }

  close(): void {
    cancelAnimationFrame(this.frame);
    this.gone.abort();
  }

  apply({ runs }: Frame): void {
    const news = runs?.[this.id];
    if (news === undefined) return;
    if (news === null) this.change({ isDeleted: true });
    else void this.read();
  }

  /// Reads the status and what is new in the journal; once more if it is asked again meanwhile.
  async read(): Promise<void> {
    this.isWanted = true;
    if (this.isBusy) return;
    this.isBusy = true;
    while (this.isWanted && !this.gone.signal.aborted) {
      this.isWanted = false;
      await this.readOnce();
    }
    this.isBusy = false;
  }

  private async readOnce(): Promise<void> {
    try {
      const status = await getExact<Status>(workflowPath(this.id), {}, this.gone.signal);
      const isNewRun = status.lastSequence < this.run.entries.length || status.createdAt !== (this.run.status?.createdAt ?? status.createdAt);
      if (isNewRun) this.run = emptyRun();
      this.change({ status, error: null, isDeleted: false });
      await this.readEntries(status.lastSequence);
    } catch (error) {
      if (isAbort(error)) return;
      const isMissing = error instanceof ApiError && error.code === "NOT_FOUND";
      this.change(isMissing && this.run.status ? { isDeleted: true } : { error });
    }
  }

  private async readEntries(lastSequence: number): Promise<void> {
    let next: number | null = this.run.entries[this.run.entries.length - 1]?.sequence ?? 0;
    while (next !== null && next < lastSequence && this.run.entries.length < maximumEntries) {
      const query = { after: next, limit: pageSize };
      const page: HistoryPage = await getExact<HistoryPage>(workflowPath(this.id, "/history"), query, this.gone.signal);
      this.append(page.entries);
      next = page.next ?? page.entries[page.entries.length - 1]?.sequence ?? null;
      if (page.next === null) break;
    }
    this.change({ isComplete: true, isCut: this.run.entries.length >= maximumEntries });
  }

  private append(entries: Entry[]): void {
    for (const entry of entries) {
      this.run.entries.push(entry);
      this.run.index.add(entry);
    }
    this.change({ version: this.run.version + 1 });
  }

  /// However much comes, the page is drawn once a frame.
  private change(changes: Partial<Run>): void {
    this.run = { ...this.run, ...changes };
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.listeners.forEach((listener) => listener());
    });
  }
}

function emptyRun(): Run {
  return {
    status: null,
    entries: [],
    index: new OperationIndex(),
    version: 0,
    isComplete: false,
    isCut: false,
    isDeleted: false,
    error: null,
  };
}
