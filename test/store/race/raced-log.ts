/** One command of the race. Each of its events carries one marker, which occurs nowhere else. */
export interface RacedCommand {
  readonly key: string;
  readonly kind: CommandKind;
  readonly stream: string;
  /** Of the stream when the command was made up; `any` for `blind` ones. */
  readonly expectedVersion: number | 'any';
  readonly markers: readonly string[];
}

/**
 * `own` and `contended`: on condition of the stream's version; `stale`: on condition of a version that has passed;
 * `blind`: on no condition; `reserve`: takes a share of a node that is too small for all of them;
 * `poison`: breaks its transaction after the log gave it positions.
 */
export const COMMAND_KINDS = ['own', 'contended', 'stale', 'blind', 'reserve', 'poison'] as const;
export type CommandKind = (typeof COMMAND_KINDS)[number];

/** `unknown`: the connection broke; asking again with the same command tells. */
export type Answer = 'accepted' | 'refused' | 'unknown';

export interface Seen {
  readonly position: number;
  readonly marker: string;
}

/** How one process sees a log that many write and read at the same time. */
export interface RacedLog extends AsyncDisposable {
  write(command: RacedCommand): Promise<Answer>;
  /** The present version of a stream. */
  versionOf(stream: string): Promise<number>;
  /** What comes after a position, for ever. `polling`: no notification reaches this reader. */
  follow(from: number, signal: AbortSignal, options: { readonly polling: boolean }): AsyncIterable<Seen>;
  head(): Promise<number>;
  /** All that is stored, in order: the truth at the end of the race. */
  all(): Promise<readonly Seen[]>;
}

/** Opens one process's view, with connections of its own that carry this name. */
export type OpenLog = (applicationName: string) => RacedLog;

/** What every connection of a race has at the beginning of its name; the killer looks for it. */
export const RACE_NAME = 'race-';
