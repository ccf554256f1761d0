import { Store } from "../api/Store";

/// What lies over the page.
export const overlay = new Store<"palette" | "help" | "start" | null>(null);
