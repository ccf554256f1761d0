type Primitive = string | number | boolean | null;

/**
 * What comes back of a value that was stored as JSON: dates as strings, `undefined` as `null`, and without what JSON has nothing for.
 * Types that are JSON already are themselves.
 */
export type Stored<T> = 0 extends 1 & T
  ? T
  : unknown extends T
  ? T
  : [T] extends [never]
  ? never
  : [T] extends [undefined]
  ? null
  : [T] extends [void]
  ? T
  : StoredValue<T>;

type StoredValue<T> = T extends Primitive
  ? T
  : T extends undefined | void
  ? null
  : T extends { toJSON(): infer Json }
  ? StoredValue<Json>
  : T extends (...parameters: never[]) => unknown
  ? never
  : T extends bigint | symbol
  ? never
  : T extends Map<unknown, unknown> | Set<unknown> | ArrayBufferView
  ? never
  : T extends readonly unknown[]
  ? { [Index in keyof T]: Stored<T[Index]> }
  : { [Name in keyof T]: undefined extends T[Name] ? Stored<Exclude<T[Name], undefined>> | Extract<T[Name], undefined> : Stored<T[Name]> };
