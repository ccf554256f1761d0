import { get, isAbort } from "../api/client";
import { workflowStates, type CountAnswer, type Frame, type Row, type RowPage } from "../api/types";
import { serverNow } from "../ui/clock";
import { filtersToQuery, isFilteredButByState, matches, noFilters, type Filters } from "./filters";
import { RowPages } from "./RowPages";

const pageSize = 250;
/// A filter that few rows match is searched for in this many calls before the list asks to be told to go on.
const maximumCalls = 20;
/// Rows that came live since the list was read; beyond it is read again.
const maximumLive = 1_000;
const rereadMilliseconds = 2_000;
/// When more change at once, a glow for each would only flicker.
const maximumGlowing = 8;

/// The list of workflows: what was read, kept up to date by what the server tells.
export class ListStore {
  private readonly listeners = new Set<() => void>();
  private frame = 0;
  private version = 0;
  private reading: AbortController | null = null;
  private readonly restoring = new Set<string | null>();
  private wanted = { first: 0, end: 0 };
  private lastRead = 0;
  private lastCount = 0;
  private countTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly toldAt = new WeakMap<Row, number>();
  private unseen = new Set<string>();

  readonly pages = new RowPages();
  filters: Filters = noFilters;
  counts: CountAnswer | null = null;
  error: unknown = null;
  isReading = false;
  /// Whether few rows match and the search has stopped on its way to older ones, to be told to go on.
  isPaused = false;
  /// Whether rows that come are put in, or only counted: what is read must not move.
  isAtTop = true;
  /// More changed than was told.
  isStale = false;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  getVersion = (): number => this.version;

  get unseenCount(): number {
    return this.unseen.size;
  }

  isFresh(row: Row): boolean {
    return performance.now() - (this.toldAt.get(row) ?? -Infinity) < 1_200;
  }

  show(filters: Filters): void {
    if (JSON.stringify(filters) === JSON.stringify(this.filters) && this.pages.next !== undefined) return;
    const isSameCount = JSON.stringify({ ...filters, states: [] }) === JSON.stringify({ ...this.filters, states: [] });
    this.filters = filters;
    if (!isSameCount) this.counts = null;
    this.pages.clear();
    void this.reload();
  }

  /// Reads the list again from its top.
  async reload(): Promise<void> {
    this.reading?.abort();
    this.isReading = false;
    this.lastRead = performance.now();
    await Promise.all([this.readMore(true), this.readCounts()]);
  }

  /// Reads on, until there is a page more.
  async readMore(isFromTop = false): Promise<void> {
    if (this.isReading || (!isFromTop && this.pages.next === null)) return;
    const reading = new AbortController();
    this.reading = reading;
    this.isReading = true;
    this.isPaused = false;
    this.changed();
    try {
      let cursor = isFromTop ? null : this.pages.next ?? null;
      let found = 0;
      for (let call = 0; call < maximumCalls; call += 1) {
        const page = await this.fetchPage(cursor, reading.signal);
        if (isFromTop && call === 0) this.beginAgain();
        this.pages.append(cursor, page.workflows, page.next);
        found += page.workflows.length;
        cursor = page.next;
        this.changed();
        if (cursor === null || found >= pageSize / 2) break;
      }
      this.isPaused = cursor !== null && found < pageSize / 2;
      this.error = null;
    } catch (error) {
      if (isAbort(error)) return;
      this.error = error;
    }
    this.isReading = false;
    this.changed();
  }

  /// Sees that these rows are there, as far as they were read before.
  want(first: number, end: number): void {
    this.wanted = { first, end };
    for (const cursor of this.pages.missing(first, end)) void this.restore(cursor, (first + end) / 2);
    if (end + pageSize / 2 > this.pages.count && this.pages.next && !this.error && !this.isPaused) void this.readMore();
    this.pages.evict((first + end) / 2);
  }

  apply({ workflows }: Frame): void {
    if (!workflows) return;
    const now = serverNow();
    const glows = workflows.changed.length <= maximumGlowing;
    for (const row of workflows.changed) {
      if (glows) this.toldAt.set(row, performance.now());
      this.take(row, matches(this.filters, row, now));
    }
    workflows.removed.forEach((id) => this.pages.remove(id));
    if (!isFilteredButByState(this.filters)) this.counts = { counts: workflows.counts, isComplete: true };
    else this.countSoon();
    if (workflows.omitted > 0) this.isStale = true;
    const hasGrown = this.pages.firstPageCount > pageSize + maximumLive;
    if (this.isAtTop && (this.isStale || hasGrown) && performance.now() - this.lastRead > rereadMilliseconds) void this.reload();
    this.changed();
  }

  /// Something was missed: what is read stays where it is until it is left, with its rows as they are now.
  reset(): void {
    if (this.isAtTop) void this.reload();
    else {
      this.isStale = true;
      this.pages.outdate();
      this.want(this.wanted.first, this.wanted.end);
    }
    this.changed();
  }

  scrolled(isAtTop: boolean): void {
    if (isAtTop === this.isAtTop) return;
    this.isAtTop = isAtTop;
    if (isAtTop && (this.unseen.size > 0 || this.isStale)) void this.reload();
  }

  private take(row: Row, isMatch: boolean): void {
    const isShown = this.pages.row(row.id) !== undefined;
    if (isShown && (isMatch || !this.isAtTop)) this.pages.update(row);
    else if (isShown) this.pages.remove(row.id);
    else if (isMatch && this.isAtTop) this.pages.insert(row);
    else if (isMatch && row.createdAt > (this.pages.slice(0, 1)[0]?.createdAt ?? "")) this.unseen.add(row.id);
  }

  private beginAgain(): void {
    this.pages.clear();
    this.unseen = new Set();
    this.isStale = false;
  }

  private async restore(cursor: string | null, center: number): Promise<void> {
    if (this.restoring.has(cursor)) return;
    this.restoring.add(cursor);
    try {
      const page = await this.fetchPage(cursor);
      this.pages.restore(cursor, page.workflows);
      this.pages.evict(center);
      this.changed();
    } catch (error) {
      this.error = error;
    } finally {
      this.restoring.delete(cursor);
    }
  }

  private fetchPage(cursor: string | null, signal?: AbortSignal): Promise<RowPage> {
    const states = this.filters.states.length === workflowStates.length ? "" : this.filters.states.join(",");
    const query = { ...filtersToQuery(this.filters, serverNow()), state: states, limit: pageSize, cursor };
    return get<RowPage>("/workflows", query, signal);
  }

  private countSoon(): void {
    if (this.countTimer !== undefined) return;
    const wait = Math.max(0, this.lastCount + rereadMilliseconds - performance.now());
    this.countTimer = setTimeout(() => {
      this.countTimer = undefined;
      void this.readCounts();
    }, wait);
  }

  private async readCounts(): Promise<void> {
    this.lastCount = performance.now();
    const filters = this.filters;
    try {
      const counts = await get<CountAnswer>("/workflow-counts", filtersToQuery(filters, serverNow()));
      if (filters !== this.filters) return;
      this.counts = counts;
      this.changed();
    } catch {
      // The list itself says what is wrong.
    }
  }

  /// However much changes, the page is drawn once a frame.
  private changed(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.version += 1;
      this.listeners.forEach((listener) => listener());
    });
  }
}

/// Kept while another page is shown, so that going back is going back.
export const list = new ListStore();
