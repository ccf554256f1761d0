import { useSyncExternalStore } from "react";

let offset = 0;

/// The server's clock counts, as its instants are what is shown.
export function setServerTime(server: number, here: number): void {
  offset = Math.abs(server - here) < 100 ? 0 : server - here;
}

export function serverNow(): number {
  return Date.now() + offset;
}

class Ticker {
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setInterval> | undefined;
  private value = serverNow();

  constructor(private readonly milliseconds: number) {}

  subscribe = (listener: () => void): (() => void) => {
    if (this.listeners.size === 0) this.start();
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) clearInterval(this.timer);
    };
  };

  get = (): number => this.value;

  private start(): void {
    this.value = serverNow();
    this.timer = setInterval(() => {
      if (document.hidden) return;
      this.value = serverNow();
      this.listeners.forEach((listener) => listener());
    }, this.milliseconds);
  }
}

const everySecond = new Ticker(1_000);
const fast = new Ticker(100);

/// The time, again each second.
export function useSeconds(): number {
  return useSyncExternalStore(everySecond.subscribe, everySecond.get);
}

/// The time, ten times a second while `isRunning`.
export function useFastClock(isRunning: boolean): number {
  const fastNow = useSyncExternalStore(isRunning ? fast.subscribe : neverAgain, fast.get);
  return isRunning ? Math.max(fastNow, serverNow()) : serverNow();
}

function neverAgain(): () => void {
  return () => undefined;
}
