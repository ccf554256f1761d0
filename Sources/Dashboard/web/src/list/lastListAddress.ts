let address = "/";

/// Where the list was left, with its filters: where back leads.
export function lastListAddress(): string {
  return address;
}

export function rememberListAddress(): void {
  address = location.pathname + location.search;
}
