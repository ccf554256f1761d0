const errorsOfRuns = new WeakSet<object>();

/**
 * Calls an operation of a workflow. When it fails and the workflow awaits it only later, or never, that must not end the process, which
 * has other runs: its promise counts as handled, and promises made of it are known by their error, see `endsNoProcess`.
 */
export function guarded<T>(operation: () => Promise<T>): Promise<T> {
  const promise = operation();
  promise.catch((error: unknown) => {
    if (typeof error === "object" && error !== null) errorsOfRuns.add(error);
  });
  return promise;
}

/** Whether a promise that was rejected and that nobody awaits is of a workflow. */
export function endsNoProcess(reason: unknown): boolean {
  return typeof reason === "object" && reason !== null && errorsOfRuns.has(reason);
}
