import type { Failure } from "../generated/types";
import type { Record as WireRecord, RunAdvance } from "../generated/worker";
import type { Init } from "../wire/Init";

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

/** One thing that happened in a run, to be reported. */
export type NewRecord = Omit<Writable<Init<WireRecord>>, "failure"> & { failure?: Failure };

/** What a run reports in one call. */
export type NewReport = Omit<Writable<Init<RunAdvance>>, "records"> & { records?: readonly NewRecord[] };

/** The size of the value that a record carries, in bytes. */
export function payloadSize({ payload, failure }: NewRecord): number {
  return (payload?.length ?? 0) + (failure?.message?.length ?? 0);
}
