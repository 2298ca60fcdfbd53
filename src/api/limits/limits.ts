/** What one process takes; see docs/limits.md. */
export interface Limits {
  /** Of a body, unpacked. */
  readonly maxBodyBytes: number;
  /** Requests in hand at the same time, those excepted whose answers stay open. */
  readonly maxInFlight: number;
  /** Answers that stay open. */
  readonly maxStreams: number;
}

export const DEFAULT_LIMITS: Limits = { maxBodyBytes: 2 ** 20, maxInFlight: 512, maxStreams: 512 };

/** Characters of a path with its query. */
export const MAX_URL_LENGTH = 8_192;
/** Bytes of all headers together, the first line included. */
export const MAX_HEADER_BYTES = 16_384;

/** What a JSON body may be: whatever walks one takes these for granted. */
export const JSON_LIMITS = {
  /** Levels of lists and objects in each other. */
  depth: 64,
  /** Elements of one list, and keys of one object. */
  length: 10_000,
  /** Values in all. */
  values: 100_000,
} as const;
