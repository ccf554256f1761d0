import { Store } from "./Store";

export interface Connection {
  phase: "connecting" | "live" | "waiting";
  /// Why the server isn't reached.
  problem: string | null;
  retryAt: number | null;
  /// When the server was last known to be there and no longer was.
  lostAt: number | null;
  isReady: boolean;
  notReadyReason: string | null;
}

class ConnectionStore extends Store<Connection> {
  constructor() {
    super({ phase: "connecting", problem: null, retryAt: null, lostAt: null, isReady: true, notReadyReason: null });
  }

  trying(): void {
    this.set({ ...this.get(), phase: "connecting", retryAt: null });
  }

  live(): void {
    this.set({ ...this.get(), phase: "live", problem: null, retryAt: null, lostAt: null });
  }

  waiting(problem: string, retryAt: number): void {
    const lostAt = this.get().lostAt ?? Date.now();
    this.set({ ...this.get(), phase: "waiting", problem, retryAt, lostAt });
  }

  readiness(isReady: boolean, notReadyReason: string | null): void {
    this.set({ ...this.get(), isReady, notReadyReason });
  }
}

export const connection = new ConnectionStore();
