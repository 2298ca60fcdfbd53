import type { RecordedEvent } from '../domain/event.ts';
import type { StreamKind } from '../domain/stream.ts';
import type { ArchivedPart } from './archived.ts';
import type { Appended, Command } from './command.ts';
import type { EventScope } from './event-scope.ts';
import type { Finds, Looks, Neighbours } from './look-up.ts';
import type { ProjectionName, Row } from './projection.ts';
import type { RowFilter } from './row-filter.ts';

/** The event log and the rows that it keeps current. */
export interface EventStore extends LookUps, AsyncDisposable {
  /**
   * Commits one command; concurrent ones share a transaction.
   * Throws VersionConflict, InvariantViolated, Fenced or StoreUnavailable, each for this command alone.
   */
  append(command: Command): Promise<Appended>;

  /** One row of a projection; undefined when there is none. */
  row<State>(projection: ProjectionName, id: string): Promise<Row<State> | undefined>;
  /** Rows whose columns have these values, ordered by id; all rows without `where`. */
  rows<State>(projection: ProjectionName, where?: RowFilter): Promise<readonly Row<State>[]>;
  /** Several reads at one position of the log. Waits for commands that are committing at this moment. */
  snapshot<Result>(read: (reader: SnapshotReader) => Promise<Result>): Promise<Result>;

  /** The rows as they were when the event at that position had just been appended. */
  asOf(position: number): PastReader;
  /** The last position whose event had happened by that moment; 0 before the first. */
  positionAt(moment: Date): Promise<number>;
  /** The position of the event of that id. */
  positionOf(eventId: string): Promise<number | undefined>;

  /** When the event at that position happened, also of one that is archived; undefined when there is none. */
  timeOf(position: number): Promise<Date | undefined>;
  /** What of the log is in archives, with the file of that position; undefined: nothing is. */
  archived(position?: number): Promise<ArchivedPart | undefined>;

  /** Events after a position, in order. Throws `Archived` where the database does not have them any more. */
  read(options: ReadOptions): Promise<readonly RecordedEvent[]>;
  /** The position of the last event, 0 for an empty log. */
  head(): Promise<number>;
  /** Whether the log has come to that position. Asks the database only where this process has not seen so. */
  reaches(position: number): Promise<boolean>;
  /** Every event after `from`, once, in order, now and in future; ends when the signal aborts. Survives a restart of the database. Throws `Archived`. */
  subscribe(options: SubscribeOptions): AsyncIterable<RecordedEvent>;
  /**
   * Yields at once, then whenever streams of this kind may have grown, and at the latest every `pollMs`; ends when the
   * signal aborts. It reads nothing: for whoever would otherwise read rows again and again to see whether they have changed.
   */
  touched(options: TouchedOptions): AsyncIterableIterator<void>;
}

/** Looking for what somebody has named, without reading whole tables. */
export interface LookUps {
  /** What each look finds, in their order, ordered by id. */
  lookUp<States extends readonly unknown[]>(looks: Looks<States>): Promise<Finds<States>>;
  /** Ids that may have been meant by one that there is not: its neighbours in the order of ids, a bounded number from each projection. */
  idsNear(projections: readonly ProjectionName[], id: string): Promise<Neighbours>;
}

export interface SnapshotReader extends Pick<EventStore, 'row'> {
  readonly position: number;
  /** As `EventStore.rows`; with `after` only rows that have changed since that position. */
  rows<State>(projection: ProjectionName, where?: RowFilter, after?: number): Promise<readonly Row<State>[]>;
}

/** The rows as they were. */
export type PastReader = SnapshotReader & LookUps;

export interface ReadOptions {
  readonly after: number;
  readonly limit: number;
  /** Not after this position. */
  readonly until?: number | undefined;
  readonly filter?: EventFilter | undefined;
  readonly stream?: string | undefined;
  /** Events of the deployment, its replicas and its instances. */
  readonly deploymentId?: string | undefined;
  /** The last so many of them instead of the first; in order all the same. */
  readonly last?: boolean | undefined;
}

/** Which events; all of what is given has to hold. */
export interface EventFilter {
  /** Globs of types, one of which holds: `Replica*`. */
  readonly types?: readonly string[] | undefined;
  readonly actor?: string | undefined;
  readonly correlationId?: string | undefined;
  /** An id of anything: its own streams, and what tells of it as its deployment. */
  readonly entity?: string | undefined;
  /** What the reader may see; absent: everything. */
  readonly within?: EventScope | undefined;
}

export interface TouchedOptions {
  readonly kind: StreamKind;
  readonly pollMs: number;
  readonly signal: AbortSignal;
}

export interface SubscribeOptions {
  readonly from: number;
  readonly signal: AbortSignal;
  readonly deploymentId?: string | undefined;
  /** The database is away; the subscription goes on when it is back. */
  readonly onUnavailable?: (error: unknown) => void;
}
