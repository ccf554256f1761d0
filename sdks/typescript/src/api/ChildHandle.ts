import { guarded } from "../run/guarded";
import type { ChildOperation } from "../run/remote";
import type { Stored } from "./Stored";
import { decodeValue } from "./values";

/** A child that was started with `context.startChild`, for the workflow that started it. */
export class ChildHandle<R> {
  /** @internal */
  constructor(private readonly child: ChildOperation) {}

  get id(): string {
    return this.child.id;
  }

  /**
   * Waits for the child's end. May be called more than once, and after the end.
   *
   * @throws WorkflowFailed when the child failed or can't be started; WorkflowCancelled when it was cancelled or terminated;
   *   CancellationError when this run, or the branch that waits, is cancelled: the child is then dealt with as its policy says.
   */
  result(): Promise<Stored<R>> {
    return guarded(async () => decodeValue(await this.child.result()) as Stored<R>);
  }
}
