import type { Entry } from "../api/entries";
import { printTree, stringify } from "../json/print";
import { parseTree } from "../json/tree";

export interface JsonLine {
  /// Which entry it belongs to, by its place.
  entry: number;
  text: string;
  /// Whether the entry folds here.
  isFirst: boolean;
}

const maximumLength = 2_000;

export function entryJson(entry: Entry): string {
  return printTree(parseTree(stringify(entry)));
}

/// How many lines entries take, and which lines are where; text is made only for what is in sight.
export class JsonLines {
  private readonly starts: number[] = [];
  readonly count: number;

  constructor(
    private readonly entries: readonly Entry[],
    private readonly isFolded: (index: number) => boolean,
    private readonly counts: Map<number, number>,
  ) {
    let count = 0;
    entries.forEach((_, index) => {
      this.starts.push(count);
      count += isFolded(index) ? 1 : this.lineCount(index);
    });
    this.count = count;
  }

  slice(first: number, end: number): JsonLine[] {
    const lines: JsonLine[] = [];
    for (let index = this.entryAt(first); index < this.entries.length; index += 1) {
      const start = this.starts[index] as number;
      if (start >= end) break;
      this.lines(index).forEach((text, offset) => {
        if (start + offset >= first && start + offset < end) lines.push({ entry: index, text, isFirst: offset === 0 });
      });
    }
    return lines;
  }

  private lines(index: number): string[] {
    const entry = this.entries[index] as Entry;
    if (this.isFolded(index)) return [stringify(entry).slice(0, maximumLength)];
    return entryJson(entry)
      .split("\n")
      .map((line) => (line.length > maximumLength ? line.slice(0, maximumLength) + "…" : line));
  }

  private lineCount(index: number): number {
    let count = this.counts.get(index);
    if (count === undefined) {
      count = this.lines(index).length;
      this.counts.set(index, count);
    }
    return count;
  }

  private entryAt(line: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.starts[middle] as number) <= line) low = middle;
      else high = middle - 1;
    }
    return Math.max(low, 0);
  }
}
