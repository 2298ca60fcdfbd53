import type { RecordedEvent } from '../domain/event.ts';
import type { Appended, Command } from './command.ts';
import type { ProjectionName, Row } from './projection.ts';

/** The event log and the rows that it keeps current. */
export interface EventStore extends AsyncDisposable {
  /**
   * Commits one command; concurrent ones share a transaction.
   * Throws VersionConflict, InvariantViolated, Fenced, InvalidInput or StoreUnavailable, each for this command alone.
   */
  append(command: Command): Promise<Appended>;

  /** One row of a projection and the version of the stream of the same name kind; undefined when there is none. */
  row<State>(projection: ProjectionName, id: string): Promise<Row<State> | undefined>;
  /** Rows whose generated column has that value, ordered by id; all rows without `where`. */
  rows<State>(projection: ProjectionName, where?: Readonly<Record<string, string>>): Promise<readonly Row<State>[]>;

  /** Events after a position, in order. */
  read(options: ReadOptions): Promise<readonly RecordedEvent[]>;
  /** The position of the last event, 0 for an empty log. */
  head(): Promise<number>;
  /** Every event after `from`, once, in order, now and in future; ends when the signal aborts. Survives a restart of the database. */
  subscribe(options: SubscribeOptions): AsyncIterable<RecordedEvent>;
}

export interface ReadOptions {
  readonly after: number;
  readonly limit: number;
  readonly stream?: string | undefined;
  /** Events of the deployment, its replicas and its instances. */
  readonly deploymentId?: string | undefined;
}

export interface SubscribeOptions {
  readonly from: number;
  readonly signal: AbortSignal;
  readonly deploymentId?: string | undefined;
}
