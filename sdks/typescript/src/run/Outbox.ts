import { EntryKind, type Blockage, JournalEntry } from "../generated/types";
import { noBytes } from "../wire/noBytes";
import type { NewRecord, NewReport } from "./NewRecord";

/** Where a record of this worker's stands in the journal. */
export interface RecordPlace {
  sequence: number;
  /** Milliseconds since 1970. */
  time: number;
}

/** What a run has to report: everything that the server has not acknowledged. */
export class Outbox {
  readonly records: NewRecord[] = [];
  /** The number of the first of `records` within the lease. */
  private firstRecord = 1;
  private isReporting = false;
  /** Whether the answer to the report under way is not to be heeded. */
  private isAnswerLate = false;
  /** The name of the step last told to the server as running; empty when none was. */
  private toldStep = "";
  private stepToTell: string | undefined = undefined;
  /** The place in the journal where the run was last said to wait only. */
  private toldWaiting: number | undefined = undefined;
  private waitingToTell: number | undefined = undefined;
  /** Whether the run is to be given back: the worker makes room, or the code does not fit the journal. */
  isGivingBack = false;
  private isGiveBackReported = false;

  /** Whether there is something to report, and no report under way. */
  get isReady(): boolean {
    const hasNews = this.stepToTell !== undefined || this.waitingToTell !== undefined || this.isGivingBack;
    return !this.isReporting && (this.records.length > 0 || hasNews);
  }

  /** Whether nothing is to be reported, and nothing under way. */
  get isEmpty(): boolean {
    return !this.isReporting && this.records.length === 0;
  }

  /**
   * What is to be reported now. Until `acknowledge` or `failed` there is nothing more to take.
   *
   * @param place the last entry of the journal that the run has seen.
   */
  take(taskId: string, place: number, blockage: Blockage | undefined): NewReport | undefined {
    if (!this.isReady) return undefined;
    this.isReporting = true;
    const isIdle = this.records.length === 0;
    this.isGiveBackReported = isIdle && this.isGivingBack;
    const report: NewReport = { taskId, firstRecord: this.firstRecord, records: this.records.slice(), giveBack: this.isGiveBackReported };
    if (this.stepToTell !== undefined) report.currentStep = this.stepToTell;
    const waitingAt = this.isGivingBack ? place : this.waitingToTell;
    if (isIdle && !blockage && waitingAt !== undefined) report.waitingAt = waitingAt;
    if (this.isGiveBackReported && blockage) report.blockage = blockage;
    this.stepToTell = undefined;
    this.waitingToTell = undefined;
    return report;
  }

  /**
   * The server has stored the first records, at these places.
   *
   * @param arrive takes the entries that they became, but for steps that the run has gone on with, whose places `pass` takes.
   * @returns whether the run has ended with them, or is given back.
   */
  acknowledge(places: RecordPlace[], arrive: (entry: JournalEntry) => void, pass: (sequence: number) => void): boolean {
    const hasGivenBack = this.isGiveBackReported;
    this.isReporting = false;
    if (this.isAnswerLate) {
      [this.isAnswerLate, this.isGiveBackReported] = [false, false];
      return false;
    }
    let hasEnded = hasGivenBack;
    const count = Math.min(places.length, this.records.length);
    for (let index = 0; index < count; index += 1) {
      const [record, place] = [this.records[index], places[index]];
      if (!record || !place) break;
      if (record.kind === EntryKind.ENTRY_KIND_CLOSED || record.kind === EntryKind.ENTRY_KIND_STARTED) hasEnded = true;
      else if (record.resolvedBehind) pass(place.sequence);
      else arrive(entryOf(record, place));
    }
    this.records.splice(0, count);
    this.firstRecord += count;
    return hasEnded;
  }

  /** The report did not get through: it is made again. */
  failed(): void {
    this.isReporting = false;
  }

  /**
   * How many records are acknowledged, as it is told to a server that the worker comes back to. From now on that holds: an answer to the
   * report under way is of another server, or of this one before, and comes too late. The records are reported again.
   */
  takeAcknowledged(): number {
    this.isAnswerLate = this.isReporting;
    return this.firstRecord - 1;
  }

  /** The oldest step that has been running for a while; empty when there is none. */
  tellStep(name: string): boolean {
    if (name === this.toldStep) return false;
    this.toldStep = name;
    this.stepToTell = name;
    return true;
  }

  get hasToldStep(): boolean {
    return this.toldStep !== "";
  }

  tellWaiting(place: number): void {
    if (this.toldWaiting === place) return;
    this.toldWaiting = place;
    this.waitingToTell = place;
  }

  tellWaitingAgain(place: number): void {
    this.waitingToTell = place;
  }
}

const emptyEntry = JournalEntry.decode(noBytes);

/** The entry that a record becomes. */
function entryOf(record: NewRecord, { sequence, time }: RecordPlace): JournalEntry {
  const { delayMilliseconds, dueTime } = record;
  return {
    ...emptyEntry,
    sequence,
    time,
    kind: record.kind ?? 0,
    key: record.key ?? "",
    payload: record.payload ?? noBytes,
    failure: record.failure,
    attempt: record.attempt ?? 0,
    dueTime: delayMilliseconds === undefined ? dueTime ?? 0 : time + delayMilliseconds,
    name: record.name ?? "",
    version: record.version ?? 0,
  };
}
