import type { RecordedEvent } from '../domain/event.ts';

/** The tables that projections write. All have the same columns: id, since, version, state, and generated ones for look-ups. */
export const PROJECTION_NAMES = [
  'deployments',
  'definitions',
  'revisions',
  'replicas',
  'nodes',
  'allotments',
  'images',
  'instances',
  'users',
  'contacts',
  'permits',
  'enrolls',
  'routes',
  'secrets',
  'configs',
  'config_versions',
  'builds',
  'webhooks',
] as const;
export type ProjectionName = (typeof PROJECTION_NAMES)[number];

/**
 * Current state as a pure fold over events. The rows are written in the transaction that appends the events, and every
 * row that gives way is kept in `history` with the range of positions over which it was true.
 */
export interface Projection<State = unknown> {
  readonly name: ProjectionName;
  /**
   * `stream`: one row per stream, changed by that stream's events alone, so the stream's lock guards it.
   * `shared`: events of several streams change a row; the row itself is locked.
   */
  readonly ownership: 'stream' | 'shared';
  /** The row that an event changes, or undefined when it concerns this projection not at all. */
  keyOf(event: RecordedEvent): string | undefined;
  /** The row after the event; undefined when there is none. Does not look at the event's position. */
  evolve(state: State | undefined, event: RecordedEvent): State | undefined;
  /** What forbids this row, in words and numbers; the command that leads to it is refused. */
  violation?(state: State): string | undefined;
}

/** A row as stored. */
export interface Row<State> {
  readonly id: string;
  /** Position of the event that led to this state. */
  readonly since: number;
  /** Version of the stream that changed it last; of its own stream when it is owned by one. */
  readonly version: number;
  readonly state: State;
}
