import { currentScope } from "../run/Scope";

/** What the code inside a step can learn about the step. A step's function gets it, and `StepContext.current` has it anywhere below. */
export class StepContext {
  private controller: AbortController | undefined = undefined;

  /** @internal */
  constructor(
    /** The run the step is part of. */
    readonly workflowId: string,
    /** The step's name. */
    readonly name: string,
    private readonly key: string,
    /** Counts the attempts that failed before, and this one: from 1. An attempt that a crash ended is not counted. */
    readonly attempt: number,
  ) {}

  /** The step that the caller is part of; `undefined` outside of steps. */
  static get current(): StepContext | undefined {
    return currentScope()?.step ?? undefined;
  }

  /**
   * The same for every execution of this step of this run, and of no other: give it to services that can tell a repeated request by it.
   */
  get idempotencyKey(): string {
    return `${this.workflowId}/${this.key}`;
  }

  /** Aborted when nobody wants the attempt's result any more: it takes too long, or its caller was cancelled. */
  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    return this.controller.signal;
  }

  /** @internal */
  abort(): void {
    this.controller ??= new AbortController();
    this.controller.abort();
  }
}
