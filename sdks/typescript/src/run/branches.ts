import { CancellationError, NonRetryableError } from "../api/errors";
import type { Run } from "./Run";
import { Branch, inScope } from "./Scope";

export type BranchBody<T> = () => T | PromiseLike<T>;

/**
 * Runs branches side by side, each in a scope of its own.
 *
 * @param limit how many run at once.
 * @param ended is called in the order of their ends; `false` cancels the others and begins none.
 */
function run<T>(
  owner: Run,
  kind: string,
  bodies: readonly BranchBody<T>[],
  limit: number,
  ended: (index: number, outcome: PromiseSettledResult<T>) => boolean,
): Promise<void> {
  const scope = owner.scope(kind);
  const key = owner.nextKey(kind, "", scope);
  const branches: Branch[] = [];
  let [active, isStopped] = [0, false];

  return new Promise((resolve) => {
    const begin = (index: number, body: BranchBody<T>): void => {
      const branch = new Branch(scope.branch);
      branches.push(branch);
      active += 1;
      inScope({ ...scope, path: `${key}/${index}`, branch }, async () => body()).then(
        (value) => end(branch, index, { status: "fulfilled", value }),
        (reason: unknown) => end(branch, index, { status: "rejected", reason }),
      );
    };
    const beginNext = (): void => {
      for (let body = bodies[branches.length]; body && !isStopped && active < limit; body = bodies[branches.length]) begin(branches.length, body);
      if (active === 0) resolve();
    };
    const end = (branch: Branch, index: number, outcome: PromiseSettledResult<T>): void => {
      active -= 1;
      if (!isStopped && !ended(index, outcome)) {
        isStopped = true;
        for (const other of branches) if (other !== branch) owner.cancelBranch(other);
      }
      beginNext();
    };
    beginNext();
  });
}

export async function parallel<T>(owner: Run, bodies: readonly BranchBody<T>[], limit: number): Promise<T[]> {
  const values = new Array<T>(bodies.length);
  let failure: { reason: unknown } | undefined;
  await run(owner, "parallel", bodies, limit, (index, outcome) => {
    if (outcome.status === "fulfilled") values[index] = outcome.value;
    else failure = { reason: outcome.reason };
    return !failure;
  });
  if (failure) throw failure.reason;
  return values;
}

export async function settled<T>(owner: Run, bodies: readonly BranchBody<T>[], limit: number): Promise<PromiseSettledResult<T>[]> {
  const wasCancelRequested = owner.state.isCancelRequested;
  const { branch } = owner.scope("settled");
  const outcomes = new Array<PromiseSettledResult<T>>(bodies.length);
  await run(owner, "settled", bodies, limit, (index, outcome) => {
    outcomes[index] = outcome;
    return true;
  });
  // A cancel is delivered once: were it left among the outcomes, the workflow might never see it.
  const isCancelledSince = !wasCancelRequested && owner.state.isCancelRequested;
  if (branch?.isCancelled || (isCancelledSince && outcomes.some(isCancelled))) throw new CancellationError();
  return outcomes;
}

export async function race<T>(owner: Run, bodies: readonly BranchBody<T>[]): Promise<T> {
  if (bodies.length === 0) throw new NonRetryableError("a race needs at least one branch");
  let winner: PromiseSettledResult<T> | undefined;
  await run(owner, "race", bodies, bodies.length, (_, outcome) => {
    winner = outcome;
    return false;
  });
  if (winner?.status === "fulfilled") return winner.value;
  throw winner?.reason;
}

function isCancelled(outcome: PromiseSettledResult<unknown>): boolean {
  return outcome.status === "rejected" && outcome.reason instanceof CancellationError;
}
