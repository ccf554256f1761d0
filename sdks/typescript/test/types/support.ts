/** `true` when the two types are the same, not only assignable. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles when the type is `true`: `holds<Same<A, B>>()`. */
export function holds<Condition extends true>(): Condition | undefined {
  return undefined;
}
