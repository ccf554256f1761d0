const actionsBySignal = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls the action when the signal is aborted, unless what it gives is called before.
 *
 * A signal gets one listener however many calls it is for: node warns of many, as if they had been forgotten.
 */
export function onAbort(signal: AbortSignal, action: () => void): () => void {
  const actions = actionsBySignal.get(signal) ?? listen(signal);
  actions.add(action);
  return () => {
    if (actions.delete(action) && actions.size === 0) forget(signal);
  };
}

function listen(signal: AbortSignal): Set<() => void> {
  const actions = new Set<() => void>();
  actionsBySignal.set(signal, actions);
  signal.addEventListener("abort", aborted);
  return actions;
}

function forget(signal: AbortSignal): void {
  actionsBySignal.delete(signal);
  signal.removeEventListener("abort", aborted);
}

function aborted(this: AbortSignal): void {
  const actions = actionsBySignal.get(this) ?? [];
  forget(this);
  for (const action of actions) action();
}
