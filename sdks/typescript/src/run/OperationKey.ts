/**
 * What identifies one operation of a run over every replay: `key = (scope "/")* kind ":" name "#" occurrence`, for example
 * `parallel:#1/0/step:charge#1`. The occurrence counts from 1 per scope, kind and name.
 */
export function keyStem(scope: string, kind: string, name: string): string {
  return scope === "" ? `${kind}:${encodeName(name)}#` : `${scope}/${kind}:${encodeName(name)}#`;
}

/** The kind of the scope whose operations were added to the code. */
export const addedKind = "added";

/** Whether the operation was added to the code of runs under way. */
export function isAdded(key: string): boolean {
  return key.startsWith("added:") || key.includes("/added:");
}

/** The name the developer gave, decoded. */
export function keyName(key: string): string {
  const leaf = key.slice(key.lastIndexOf("/") + 1);
  const name = leaf.slice(leaf.indexOf(":") + 1, leaf.lastIndexOf("#"));
  return name.replace(/%(25|2F|23|3A)/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}

const reserved = /[%/#:]/;
const allReserved = /[%/#:]/g;

function encodeName(name: string): string {
  if (!reserved.test(name)) return name;
  return name.replace(allReserved, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
