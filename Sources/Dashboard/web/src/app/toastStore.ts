import { ApiError } from "../api/client";
import { Store } from "../api/Store";

export interface Toast {
  id: number;
  tone: "completed" | "failed";
  text: string;
}

export const toasts = new Store<Toast[]>([]);
let last = 0;

/// Says that something was done, or was not.
export function toast(tone: Toast["tone"], text: string): void {
  const id = ++last;
  toasts.set([...toasts.get().slice(-2), { id, tone, text }]);
  setTimeout(() => dismiss(id), tone === "failed" ? 9_000 : 4_500);
}

export function dismiss(id: number): void {
  toasts.set(toasts.get().filter((toast) => toast.id !== id));
}

export function toastError(error: unknown): void {
  const remedy = error instanceof ApiError && error.remedy ? `: ${error.remedy}` : "";
  toast("failed", (error instanceof Error ? error.message : String(error)) + remedy);
}
