/** What a worker can serve: a workflow or an activity. */
export abstract class Servable {
  /** Under which it is known to other processes. */
  abstract readonly name: string;
  /** Whether it has a function in this process. */
  abstract readonly isServedHere: boolean;
}
