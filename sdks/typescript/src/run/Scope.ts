import { AsyncLocalStorage } from "node:async_hooks";
import type { StepContext } from "../api/StepContext";
import type { Run } from "./Run";

/** One branch of `parallel`, `race` or `settled`, which can be cancelled without the others. */
export class Branch {
  private isCancelledItself = false;

  constructor(private readonly parent: Branch | null) {}

  get isCancelled(): boolean {
    return this.isCancelledItself || (this.parent?.isCancelled ?? false);
  }

  cancel(): void {
    this.isCancelledItself = true;
  }

  /** Whether this is a branch, or is somewhere in it. */
  isIn(branch: Branch): boolean {
    return this === branch || (this.parent?.isIn(branch) ?? false);
  }
}

/** Where in a workflow's code the caller is. */
export interface Scope {
  readonly run: Run;
  /** The path of the branch, as operation keys begin with it; empty at the top of the workflow. */
  readonly path: string;
  /** `null` at the top of the workflow. */
  readonly branch: Branch | null;
  /** The step whose closure this is; `null` in the workflow's own code. */
  readonly step: StepContext | null;
}

const storage = new AsyncLocalStorage<Scope | undefined>();

/** The scope of the code that calls; `undefined` outside of workflows. */
export function currentScope(): Scope | undefined {
  return storage.getStore();
}

/** Calls a function, with all that follows of it, in a scope; `undefined` takes it out of all. */
export function inScope<T>(scope: Scope | undefined, body: () => T): T {
  return storage.run(scope, body);
}
