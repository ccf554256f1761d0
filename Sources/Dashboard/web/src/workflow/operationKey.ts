export interface OperationKey {
  /// `parallel:#1/0`; empty at the top.
  scope: string;
  kind: string;
  name: string;
  occurrence: number;
}

/// Takes `parallel:#1/0/step:charge#1` apart.
export function parseKey(key: string): OperationKey {
  const slash = key.lastIndexOf("/");
  const last = key.slice(slash + 1);
  const colon = last.indexOf(":");
  const hash = last.lastIndexOf("#");
  return {
    scope: slash < 0 ? "" : key.slice(0, slash),
    kind: colon < 0 ? last : last.slice(0, colon),
    name: decode(last.slice(colon + 1, hash < 0 ? undefined : hash)),
    occurrence: hash < 0 ? 1 : Number(last.slice(hash + 1)),
  };
}

/// The scopes around a key from the outside in, each without its branch: `parallel:#1/0/race:#1/2` has `parallel:#1` and
/// `parallel:#1/0/race:#1`.
export function groupsOf(scope: string): { group: string; branch: string }[] {
  const parts = scope === "" ? [] : scope.split("/");
  const groups: { group: string; branch: string }[] = [];
  for (let index = 0; index < parts.length; index += 2) {
    groups.push({ group: parts.slice(0, index + 1).join("/"), branch: parts[index + 1] ?? "" });
  }
  return groups;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
