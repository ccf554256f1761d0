import { useMemo, useSyncExternalStore } from "react";

export type Route =
  | { page: "workflows" }
  | { page: "workflow"; id: string }
  | { page: "metrics" }
  | { page: "workers" }
  | { page: "open" }
  | { page: "none" };

const changed = "aether:navigated";

export function parseRoute(pathname: string): Route {
  const [first = "", second, ...rest] = pathname.split("/").slice(1);
  if (rest.length > 0) return { page: "none" };
  if (first === "workflows" && second) {
    try {
      return { page: "workflow", id: decodeURIComponent(second) };
    } catch {
      return { page: "none" };
    }
  }
  if (second) return { page: "none" };
  switch (first) {
    case "":
    case "workflows":
      return { page: "workflows" };
    case "metrics":
    case "workers":
    case "open":
      return { page: first };
    default:
      return { page: "none" };
  }
}

export function workflowURL(id: string, query = ""): string {
  return `/workflows/${encodeURIComponent(id)}${query}`;
}

export function navigate(url: string, options: { replace?: boolean } = {}): void {
  if (url === location.pathname + location.search) return;
  if (options.replace) history.replaceState(history.state, "", url);
  else history.pushState(null, "", url);
  window.dispatchEvent(new Event(changed));
}

/// Changes parameters of the address and keeps the others; null or "" removes one.
export function setQuery(changes: Record<string, string | null>, options: { replace?: boolean } = { replace: true }): void {
  const parameters = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") parameters.delete(name);
    else parameters.set(name, value);
  }
  const text = parameters.toString();
  navigate(location.pathname + (text === "" ? "" : `?${text}`), options);
}

function subscribe(listener: () => void): () => void {
  window.addEventListener("popstate", listener);
  window.addEventListener(changed, listener);
  return () => {
    window.removeEventListener("popstate", listener);
    window.removeEventListener(changed, listener);
  };
}

export function useRoute(): Route {
  const pathname = useSyncExternalStore(subscribe, () => location.pathname);
  return useMemo(() => parseRoute(pathname), [pathname]);
}

export function useQuery(): URLSearchParams {
  const search = useSyncExternalStore(subscribe, () => location.search);
  return useMemo(() => new URLSearchParams(search), [search]);
}
