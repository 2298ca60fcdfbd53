/** How long to wait for an engine. All in milliseconds. */
export interface Deadlines {
  /** Reads: info, list, inspect, and the opening of a stream. */
  readonly read: number;
  /** Changes: create, start, remove, and stop on top of its grace. A loaded engine takes seconds for them. */
  readonly change: number;
  /** For a free place among the calls in flight. */
  readonly queue: number;
  /** A pull without any progress. */
  readonly pullIdle: number;
  /** A build without any output: a single silent step may take minutes. */
  readonly buildIdle: number;
}

export const DEFAULT_DEADLINES: Deadlines = {
  read: 10_000,
  change: 30_000,
  queue: 60_000,
  pullIdle: 60_000,
  buildIdle: 300_000,
};
