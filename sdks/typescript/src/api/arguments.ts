import { decodeValue } from "./values";

/**
 * The arguments of a workflow or an activity as one value: none is `null`, one is itself, more are an array. That is how workflows and
 * activities of other languages, which take one value, get and give them.
 *
 * @param parameters how many the function declares; `undefined` for one that is declared elsewhere.
 * @throws TypeError when there are more than the function declares: it would get them as one array.
 */
export function packArguments(values: readonly unknown[], parameters: number | undefined, what: string): unknown {
  if (parameters !== undefined && values.length > 1 && parameters < 2) {
    const problem = `${what} was given ${values.length} arguments and its function declares ${parameters}`;
    throw new TypeError(`${problem}; if some have defaults or are a rest parameter, give the option parameters`);
  }
  if (values.length === 0) return null;
  // One array for a function of several would be spread over them.
  if (values.length === 1 && !(Array.isArray(values[0]) && (parameters ?? 0) > 1)) return values[0];
  return values;
}

/** The arguments that a function is called with. */
export function unpackArguments(input: Uint8Array, parameters: number): unknown[] {
  const value = decodeValue(input);
  if (parameters > 1 && Array.isArray(value)) return value;
  return value === null && parameters === 0 ? [] : [value];
}

/** How many arguments a function declares behind its context. */
export function parameterCount(body: { length: number }): number {
  return Math.max(0, body.length - 1);
}
