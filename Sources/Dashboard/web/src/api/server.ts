import { get } from "./client";
import { setServerTime } from "../ui/clock";
import { Store } from "./Store";
import type { ServerInfo } from "./types";

/// What the server says of itself; null until it has answered.
export const serverInfo = new Store<ServerInfo | null>(null);

export async function readServer(): Promise<void> {
  const before = Date.now();
  const info = await get<ServerInfo>("/server");
  setServerTime(Date.parse(info.now), (before + Date.now()) / 2);
  serverInfo.set(info);
}

/// Whether the role of this page's token allows changes; true where no tokens are in use.
export function mayChange(info: ServerInfo | null): boolean {
  return !info || info.role === null || info.role === "admin" || info.role === "client";
}

export function mayDelete(info: ServerInfo | null): boolean {
  return !info || info.role === null || info.role === "admin";
}
