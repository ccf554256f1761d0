import type { Row } from "../api/types";

interface Page {
  /// What to ask for this page with; null for the first one.
  cursor: string | null;
  /// null when they were given up for memory.
  rows: Row[] | null;
  count: number;
  /// Whether something was missed since it was read.
  isOutdated: boolean;
}

/// How many pages are kept; those far from what is shown are given up and read again when they are wanted.
const maximumResident = 40;

/// The rows that were read so far, youngest first, in pages.
export class RowPages {
  private pages: Page[] = [];
  private readonly homes = new Map<string, Page>();
  /// How to go on; null at the end, undefined before the first answer.
  next: string | null | undefined = undefined;

  get count(): number {
    return this.pages.reduce((sum, page) => sum + page.count, 0);
  }

  get firstPageCount(): number {
    return this.pages[0]?.count ?? 0;
  }

  append(cursor: string | null, rows: Row[], next: string | null): void {
    const fresh = rows.filter((row) => !this.homes.has(row.id));
    const page: Page = { cursor, rows: fresh, count: fresh.length, isOutdated: false };
    this.pages.push(page);
    this.next = next;
    fresh.forEach((row) => this.homes.set(row.id, page));
  }

  clear(): void {
    this.pages = [];
    this.homes.clear();
    this.next = undefined;
  }

  row(id: string): Row | undefined {
    return this.homes.get(id)?.rows?.find((row) => row.id === id);
  }

  /// The rows from one place to another; undefined where they were given up.
  slice(first: number, end: number): (Row | undefined)[] {
    const result: (Row | undefined)[] = [];
    let start = 0;
    for (const page of this.pages) {
      for (let index = Math.max(first, start); index < Math.min(end, start + page.count); index += 1) {
        result.push(page.rows?.[index - start]);
      }
      start += page.count;
      if (start >= end) break;
    }
    return result;
  }

  indexOf(id: string): number {
    const home = this.homes.get(id);
    let start = 0;
    for (const page of this.pages) {
      if (page === home) return start + (page.rows?.findIndex((row) => row.id === id) ?? 0);
      start += page.count;
    }
    return -1;
  }

  update(row: Row): boolean {
    const rows = this.homes.get(row.id)?.rows;
    const index = rows?.findIndex((old) => old.id === row.id) ?? -1;
    if (!rows || index < 0) return false;
    rows[index] = row;
    return true;
  }

  /// Puts a row where its age belongs, if that is in the first page.
  insert(row: Row): boolean {
    const page = this.pages[0];
    if (!page?.rows) return false;
    const index = page.rows.findIndex((other) => isYounger(row, other));
    if (index < 0 && (this.pages.length > 1 || this.next !== null)) return false;
    page.rows.splice(index < 0 ? page.rows.length : index, 0, row);
    page.count = page.rows.length;
    this.homes.set(row.id, page);
    return true;
  }

  remove(id: string): void {
    const page = this.homes.get(id);
    if (!page?.rows) return;
    page.rows = page.rows.filter((row) => row.id !== id);
    page.count = page.rows.length;
    this.homes.delete(id);
  }

  /// Something was missed: each page has to be read again when it is shown.
  outdate(): void {
    for (const page of this.pages) page.isOutdated = true;
  }

  /// The pages of these rows which were given up or are outdated, by their cursors.
  missing(first: number, end: number): (string | null)[] {
    const cursors: (string | null)[] = [];
    let start = 0;
    for (const page of this.pages) {
      if ((!page.rows || page.isOutdated) && start < end && start + page.count > first) cursors.push(page.cursor);
      start += page.count;
    }
    return cursors;
  }

  /// Takes a page that was read again. The first one keeps its rows, which came live and may have moved on since, and what is read must
  /// not move: those of its rows that were read are put in their places.
  restore(cursor: string | null, rows: Row[]): void {
    const page = this.pages.find((page) => page.cursor === cursor);
    if (!page) return;
    page.isOutdated = false;
    if (cursor === null) {
      rows.forEach((row) => this.update(row));
      return;
    }
    page.rows?.forEach((row) => this.homes.delete(row.id));
    page.rows = rows.filter((row) => !this.homes.has(row.id));
    page.count = page.rows.length;
    page.rows.forEach((row) => this.homes.set(row.id, page));
  }

  /// Gives up what is farthest from the row at `center`. The first page stays: it holds rows that came live.
  evict(center: number): void {
    let start = 0;
    const resident: { page: Page; distance: number }[] = [];
    for (const page of this.pages) {
      if (page.rows && page.cursor !== null) resident.push({ page, distance: Math.abs(start + page.count / 2 - center) });
      start += page.count;
    }
    resident.sort((a, b) => a.distance - b.distance);
    for (const { page } of resident.slice(maximumResident)) {
      page.rows?.forEach((row) => this.homes.delete(row.id));
      page.rows = null;
    }
  }

  /// All rows that are here, in order.
  get resident(): Row[] {
    return this.pages.flatMap((page) => page.rows ?? []);
  }
}

function isYounger(row: Row, other: Row): boolean {
  return row.createdAt === other.createdAt ? row.id > other.id : row.createdAt > other.createdAt;
}
