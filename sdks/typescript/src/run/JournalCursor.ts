import type { JournalEntry } from "../generated/types";

/** How far a run has come in its journal, which arrives in any order and is taken in its own. */
export class JournalCursor {
  /** What has arrived and is not taken, by sequence. */
  private readonly arrived = new Map<number, JournalEntry>();
  /** Entries behind `next` that were taken before their turn: of an operation added to the code, or gone on with early. */
  private readonly takenAhead = new Set<number>();
  /** Entries to be taken before another one, by that one's sequence: the run, in another worker, went on with them first. */
  private readonly earlier: Map<number, number[]>;
  /** The last entry of the journal the run came with. */
  readonly replayEnd: number;
  /** The sequence that comes next. */
  next = 1;

  /** @param journal in its order, as far as the run had come before. */
  constructor(journal: JournalEntry[]) {
    for (const entry of journal) this.arrived.set(entry.sequence, entry);
    this.replayEnd = journal[journal.length - 1]?.sequence ?? 0;
    this.earlier = earlierEntries(journal);
  }

  get isReplaying(): boolean {
    return this.next <= this.replayEnd;
  }

  get isEmpty(): boolean {
    return this.arrived.size === 0;
  }

  get hasNext(): boolean {
    return this.arrived.has(this.next);
  }

  /** The last entry that has arrived, all before included. */
  get lastKnown(): number {
    let last = this.next - 1;
    while (this.arrived.has(last + 1) || this.takenAhead.has(last + 1)) last += 1;
    return last;
  }

  /** Takes an entry in, however often it comes. */
  arrive(entry: JournalEntry): void {
    if (entry.sequence < this.next || this.takenAhead.has(entry.sequence)) return;
    // One that this worker made and has gone on with: the answer to the report was lost.
    if (entry.resolvedBehind > 0 && entry.sequence > this.replayEnd) this.pass(entry.sequence);
    else if (!this.arrived.has(entry.sequence)) this.arrived.set(entry.sequence, entry);
  }

  /** Passes over an entry that the run has gone on with. */
  pass(sequence: number): void {
    if (sequence === this.next && this.takenAhead.size === 0) this.next += 1;
    else if (sequence >= this.next) this.takenAhead.add(sequence);
  }

  /** The entry that is to be taken now, if it has arrived. */
  peek(): JournalEntry | undefined {
    while (this.takenAhead.delete(this.next)) this.next += 1;
    return this.arrived.get(this.place);
  }

  /** The entry that ``peek`` gave was taken. */
  took(entry: JournalEntry): void {
    this.arrived.delete(entry.sequence);
    if (entry.sequence === this.next) {
      this.next += 1;
      return;
    }
    this.takenAhead.add(entry.sequence);
    this.earlier.get(this.next)?.shift();
  }

  /** An entry behind the next one was taken before its turn. */
  tookAhead(entry: JournalEntry): void {
    this.arrived.delete(entry.sequence);
    this.takenAhead.add(entry.sequence);
  }

  /** The first entry that has arrived and of which something holds. */
  first(holds: (entry: JournalEntry) => boolean): JournalEntry | undefined {
    let first: JournalEntry | undefined;
    for (const entry of this.arrived.values()) {
      if ((first === undefined || entry.sequence < first.sequence) && holds(entry)) first = entry;
    }
    return first;
  }

  private get place(): number {
    return this.earlier.size === 0 ? this.next : this.earlier.get(this.next)?.[0] ?? this.next;
  }
}

function earlierEntries(journal: JournalEntry[]): Map<number, number[]> {
  const earlier = new Map<number, number[]>();
  const inPlace: number[] = [];
  for (const entry of journal) {
    if (entry.resolvedBehind === 0) {
      inPlace.push(entry.sequence);
      continue;
    }
    // The first of those that the run had not seen; few are, and close by.
    let index = inPlace.length;
    while (index > 0 && (inPlace[index - 1] ?? 0) > entry.resolvedBehind) index -= 1;
    const first = inPlace[index];
    if (first === undefined) continue;
    const entries = earlier.get(first);
    if (entries) entries.push(entry.sequence);
    else earlier.set(first, [entry.sequence]);
  }
  return earlier;
}
