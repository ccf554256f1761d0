import { CancellationError } from "../api/errors";
import { EntryKind, State } from "../generated/types";
import { failureOf } from "./failures";
import type { Run } from "./Run";
import { inScope } from "./Scope";

/** What ends the function of a run that goes on as a new one. Not an error, so that `catch (error)` which looks for one lets it through. */
export class ContinuedAsNew {
  constructor(
    /** The new run's input, as JSON. */
    readonly input: Uint8Array,
  ) {}
}

/** Executes a workflow's function to its end, and reports how it ended. */
export function execute(run: Run, body: () => Promise<unknown>): Promise<void> {
  return inScope({ run, path: "", branch: null, step: null }, async () => {
    try {
      const payload = run.encode(await body(), "the workflow's result");
      await awaitChildren(run);
      run.close({ kind: EntryKind.ENTRY_KIND_CLOSED, state: State.COMPLETED, payload });
    } catch (error) {
      await end(run, error);
    }
  });
}

async function end(run: Run, error: unknown): Promise<void> {
  if (error instanceof ContinuedAsNew) {
    await awaitChildren(run);
    return run.close({ kind: EntryKind.ENTRY_KIND_STARTED, payload: error.input });
  }
  const isCancelled = error instanceof CancellationError && run.state.isCancelRequested;
  await compensate(run);
  await awaitChildren(run);
  if (isCancelled) run.close({ kind: EntryKind.ENTRY_KIND_CLOSED, state: State.CANCELLED });
  else run.close({ kind: EntryKind.ENTRY_KIND_CLOSED, state: State.FAILED, failure: failureOf(error) });
}

/** Undoes what the function has registered, the last first. Errors are logged, and the others still run. */
async function compensate(run: Run): Promise<void> {
  for (let body = run.state.takeCompensation(); body; body = run.state.takeCompensation()) {
    try {
      await body();
    } catch (error) {
      if (!run.state.isReplaying) run.logger.error(`workflow ${run.info.id}: a compensation failed; the others still run: ${String(error)}`);
    }
  }
}

/** Waits for the children without which the run is not to end. */
async function awaitChildren(run: Run): Promise<void> {
  for (let child = run.state.operations.awaitedAtEnd; child; child = run.state.operations.awaitedAtEnd) await run.outcome(child.key);
}
