import { NonRetryableError, UnstorableValue } from "./errors";

const nothing = Buffer.from("null");

/**
 * A value as JSON, canonically, so that equal values give equal bytes in every process and language: sorted names, no spaces, ISO 8601
 * dates; `undefined` reads as `null`.
 *
 * @throws UnstorableValue for what would not come back as it is.
 */
export function encodeValue(value: unknown): Uint8Array {
  if (value === undefined || value === null) return nothing;
  return Buffer.from(print(value, ""));
}

/**
 * A value as JSON that the server takes.
 *
 * @throws UnstorableValue; NonRetryableError for more bytes than the limit.
 */
export function encodeWithin(limit: number, value: unknown, what: string): Uint8Array {
  const bytes = encodeValue(value);
  if (bytes.length <= limit) return bytes;
  const problem = `${what} has ${bytes.length} bytes, the limit is ${limit}`;
  throw new NonRetryableError(`${problem}; store large data elsewhere and return a reference`);
}

/** What was stored; empty bytes read as `null`. */
export function decodeValue(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return null;
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
}

function print(value: unknown, path: string): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "boolean":
      return value ? "true" : "false";
    case "number":
      if (!Number.isFinite(value)) throw unstorable(path, `is ${value}`, "use null, or a string");
      return JSON.stringify(value);
    case "undefined":
      return "null";
    case "object":
      return value === null ? "null" : printObject(value, path);
    case "bigint":
      throw unstorable(path, "is a bigint", "store it as a string");
    default:
      throw unstorable(path, `is a ${typeof value}`, "return data only");
  }
}

function printObject(value: object, path: string): string {
  // A bound that data does not reach and a cycle does.
  if (path.length > 10_000) throw unstorable("", "refers to itself", "return data only");
  if (value instanceof Date) return printDate(value, path);
  if (hasToJSON(value)) return print(value.toJSON(), path);
  if (Array.isArray(value)) return `[${value.map((item, index) => print(item, `${path}[${index}]`)).join(",")}]`;
  if (value instanceof Map || value instanceof Set) throw unstorable(path, `is a ${value.constructor.name}`, "store it as an array");
  if (ArrayBuffer.isView(value)) throw unstorable(path, "is binary", "store it as a base64 string");
  const record = value as Record<string, unknown>;
  const members: string[] = [];
  for (const name of Object.keys(value).sort(byCodePoints)) {
    const member = record[name];
    if (member !== undefined) members.push(`${JSON.stringify(name)}:${print(member, `${path}.${name}`)}`);
  }
  return `{${members.join(",")}}`;
}

function printDate(date: Date, path: string): string {
  if (Number.isNaN(date.getTime())) throw unstorable(path, "is an invalid date", "use null");
  // Whole seconds as other languages write them.
  return `"${date.toISOString().replace(".000Z", "Z")}"`;
}

function hasToJSON(value: object): value is { toJSON(): unknown } {
  return typeof (value as { toJSON?: unknown }).toJSON === "function";
}

/** As UTF-8 orders bytes; the default order is that of UTF-16. */
function byCodePoints(a: string, b: string): number {
  for (let index = 0; index < a.length && index < b.length; index += 1) {
    const [left, right] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Surrogates are of characters behind all others. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}

function unstorable(path: string, problem: string, remedy: string): UnstorableValue {
  const place = path === "" ? "the value" : `the value at ${path.slice(0, 200)}`;
  return new UnstorableValue(`${place} ${problem}, which can't be stored; ${remedy}`);
}
