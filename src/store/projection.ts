import type { RecordedEvent } from '../domain/event.ts';

/** The table that a projection writes. All have the same columns: id, since, version, state, and generated ones for look-ups. */
export type ProjectionName =
  | 'deployments'
  | 'definitions'
  | 'revisions'
  | 'replicas'
  | 'nodes'
  | 'allotments'
  | 'instances'
  | 'users';

/**
 * Current state as a pure fold over events. The rows are written in the transaction that appends the events, and every
 * row that gives way is kept in `history` with the range of positions over which it was true.
 */
export interface Projection<State = unknown> {
  readonly name: ProjectionName;
  /** The row that an event changes, or undefined when it concerns this projection not at all. */
  keyOf(event: RecordedEvent): string | undefined;
  /** The row after the event; undefined when there is none. */
  evolve(state: State | undefined, event: RecordedEvent): State | undefined;
  /** What forbids this row, in words and numbers; the command that leads to it is refused. */
  violation?(state: State): string | undefined;
}

/** A row as stored: `since` is the position of the event that led to it, `version` counts its changes. */
export interface Row<State> {
  readonly id: string;
  readonly since: number;
  readonly version: number;
  readonly state: State;
}
