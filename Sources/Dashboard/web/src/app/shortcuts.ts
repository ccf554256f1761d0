import { useEffect, useRef } from "react";

export type Shortcuts = Record<string, (event: KeyboardEvent) => void>;

const layers: { current: Shortcuts }[] = [];

/// Keys that act while the component is shown: the newest component that knows a key gets it. `mod+k` is Ctrl or Command.
export function useShortcuts(shortcuts: Shortcuts): void {
  const current = useRef(shortcuts);
  current.current = shortcuts;
  useEffect(() => {
    layers.push(current);
    return () => void layers.splice(layers.indexOf(current), 1);
  }, []);
}

export function listenForShortcuts(): () => void {
  document.addEventListener("keydown", dispatch);
  return () => document.removeEventListener("keydown", dispatch);
}

function dispatch(event: KeyboardEvent): void {
  const key = nameOf(event);
  if (event.defaultPrevented || event.isComposing) return;
  const isGlobal = key.startsWith("mod+");
  if (!isGlobal && (event.altKey || isTyping(event.target) || document.querySelector("dialog[open]"))) return;
  for (const layer of [...layers].reverse()) {
    const action = layer.current[key];
    if (!action) continue;
    event.preventDefault();
    action(event);
    return;
  }
}

function nameOf(event: KeyboardEvent): string {
  return (event.ctrlKey || event.metaKey ? "mod+" : "") + event.key;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}
