import { readFile } from "node:fs/promises";
import { setImmediate as turn } from "node:timers/promises";
import { AetherSDKError } from "../api/errors";
import { silentLogger } from "../api/Logger";
import type { Workflow } from "../api/Workflow";
import { EntryKind, State, type Blockage, type JournalEntry } from "../generated/types";
import type { NewRecord } from "../run/NewRecord";
import { Run } from "../run/Run";
import type { RunReporting } from "../run/RunReporting";
import { Turns } from "../worker/Turns";
import { HistoryUnreadable, readHistoryLine } from "./historyLine";

/** Today's code does not fit a recorded history. */
export class ReplayFailed extends AetherSDKError {
  constructor(
    readonly workflow: string,
    /** What was expected, and what was found. */
    readonly reason: string,
  ) {
    super(`the code of workflow "${workflow}" does not fit the history: ${reason}`);
  }
}

/**
 * The history of a run that was recorded, as `aether workflow history ID --json` prints it: today's code can be tested with it before
 * runs under way are given to it, whatever language recorded it.
 *
 * ```ts
 * const history = await RecordedHistory.read("histories/order.jsonl");
 * await history.replay(handleOrder);
 * ```
 */
export class RecordedHistory {
  private readonly journal: JournalEntry[];
  /** How the run ended; `undefined` when it was open. */
  private readonly end: JournalEntry | undefined;

  /**
   * @param jsonLines one entry a line.
   * @throws HistoryUnreadable with the number of the line.
   */
  constructor(jsonLines: string) {
    const lines = jsonLines.split(/\r?\n/).filter((line) => line !== "");
    const entries = lines.map((line, index) => {
      const entry = readHistoryLine(line, index + 1);
      if (entry.sequence !== index + 1) throw new HistoryUnreadable(index + 1, `it has the sequence ${entry.sequence}`);
      return entry;
    });
    if (entries[0]?.kind !== EntryKind.ENTRY_KIND_STARTED) throw new HistoryUnreadable(1, "a history begins with STARTED");
    this.end = entries.find(({ kind }) => kind === EntryKind.ENTRY_KIND_CLOSED);
    this.journal = entries.filter((entry) => entry !== this.end);
  }

  /** Reads a file with one entry a line. Throws what reading throws, and HistoryUnreadable. */
  static async read(file: string): Promise<RecordedHistory> {
    return new RecordedHistory(await readFile(file, "utf8"));
  }

  /**
   * Replays the history with today's code. No function of a step or activity is called.
   *
   * @param workflow the code.
   * @param id the run's id, for code that uses it.
   * @throws ReplayFailed when the code does not fit: it calls something else, or ends otherwise.
   */
  async replay<A extends unknown[], R>(workflow: Workflow<A, R>, id = "replayed"): Promise<void> {
    const run = await this.run(workflow, id);
    const problem = this.problem(run);
    run.drop();
    if (problem !== undefined) throw new ReplayFailed(workflow.name, problem);
  }

  private async run<A extends unknown[], R>(workflow: Workflow<A, R>, workflowId: string): Promise<Run> {
    const turns = new Turns();
    const nothing = (): void => undefined;
    const reporting: RunReporting = {
      report: nothing,
      stepBegan: nothing,
      rested: nothing,
      wake: (run) => turns.wake(run),
      maximumValueBytes: Infinity,
    };
    const [start] = this.journal;
    const assignment = {
      taskId: "",
      workflowId,
      type: start?.workflowType ?? "",
      input: start?.payload ?? new Uint8Array(0),
      attempt: 1,
      journal: [...this.journal],
      stepsAhead: 0,
    };
    const run = new Run(assignment, reporting, silentLogger);
    // No function of a step begins.
    run.drain();
    run.state.occupy();
    void workflow.execute(run);
    turns.wake(run);
    do await turn();
    while (run.isWoken);
    return run;
  }

  /** What does not fit. */
  private problem({ state }: Run): string | undefined {
    if (state.blockage) return blockageText(state.blockage);
    const { records } = state.outbox;
    const last = records[records.length - 1];
    const { end } = this;
    if (last?.kind === EntryKind.ENTRY_KIND_CLOSED) {
      const [today, recorded] = [outcomeText(last), end && outcomeText(end)];
      return recorded === undefined || today === recorded ? undefined : `it ends as ${today}, and is recorded to have ended as ${recorded}`;
    }
    const isContinued = last?.kind === EntryKind.ENTRY_KIND_STARTED;
    if (!isContinued && state.isReplaying) return `after entry ${state.journal.next - 1} it waits for something that is not in the history`;
    if (!end || (!isContinued && this.isEndedFromOutside)) return undefined;
    return `it goes on, and is recorded to have ended as ${outcomeText(end)}`;
  }

  private get isEndedFromOutside(): boolean {
    return this.journal.some(({ kind }) => kind === EntryKind.ENTRY_KIND_TERMINATED);
  }
}

function blockageText({ sequence, expected, found }: Blockage): string {
  return `at entry ${sequence} the journal has ${expected}, the code called ${found.length === 0 ? "nothing more" : found.join(", ")}`;
}

function outcomeText({ state, payload, failure }: NewRecord | JournalEntry): string {
  if (state === State.COMPLETED) return `COMPLETED with ${Buffer.from(payload ?? []).toString() || "null"}`;
  if (state !== State.FAILED) return "CANCELLED";
  const cause = failure?.type ? `${failure.message} (${failure.type})` : failure?.message;
  return `FAILED with ${failure?.step ? `step "${failure.step}" failed: ` : ""}${cause}`;
}
