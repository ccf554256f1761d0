/** What a `bytes` field has when it is not set. */
export const noBytes: Uint8Array = Buffer.alloc(0);
