import type { RecordedEvent } from '../../../src/domain/event.ts';
import type { Job } from '../../../src/jobs/catalogue.ts';
import { jobsFor } from '../../../src/jobs/reactions.ts';
import { PROJECTIONS } from '../../../src/projections/all.ts';
import { InvariantViolated, VersionConflict, type Command } from '../../../src/store/command.ts';
import type { ProjectionName, Row } from '../../../src/store/projection.ts';

/** Called after every single event. */
export type Observer = (event: RecordedEvent, world: World) => void;

/** A log in memory with the product's own projections and jobs, and nothing of its own in between. */
export interface World {
  now: number;
  readonly events: RecordedEvent[];
  readonly versions: Map<string, number>;
  readonly rows: Map<ProjectionName, Map<string, Row<unknown>>>;
  /** Sent and not yet carried out. */
  readonly jobs: Job[];
  /** When to plan again, milliseconds since the epoch. */
  readonly wakes: { readonly at: number; readonly deploymentId: string }[];
  readonly observers: Observer[];
}

export function newWorld(): World {
  const rows = new Map(PROJECTIONS.map(({ name }) => [name, new Map<string, Row<unknown>>()]));
  const now = Date.UTC(2030, 0, 1);
  return { now, events: [], versions: new Map(), rows, jobs: [], wakes: [], observers: [] };
}

export function rowsOf<State>(world: World, projection: ProjectionName): readonly Row<State>[] {
  return [...(world.rows.get(projection)?.values() ?? [])] as Row<State>[];
}

export function rowOf<State>(world: World, projection: ProjectionName, id: string): Row<State> | undefined {
  return world.rows.get(projection)?.get(id) as Row<State> | undefined;
}

/** Appends a command as the store does. Throws VersionConflict or InvariantViolated, and then nothing has happened. */
export function append(world: World, { appends, context }: Command): readonly RecordedEvent[] {
  for (const { stream, expectedVersion } of appends) {
    const actual = world.versions.get(stream) ?? 0;
    if (expectedVersion !== 'any' && expectedVersion !== actual)
      throw new VersionConflict(stream, expectedVersion, actual);
  }
  const drafts = appends.flatMap(({ stream, events }) => events.map((event) => ({ stream, event })));
  const versions = new Map(world.versions);
  const recorded = drafts.map(({ stream, event }, index): RecordedEvent => {
    const version = (versions.get(stream) ?? 0) + 1;
    versions.set(stream, version);
    const position = world.events.length + 1 + index;
    return { ...event, ...context, stream, version, position, id: `event-${position}`, at: new Date(world.now) };
  });
  const undo = [...world.rows].map(([name, table]) => [name, new Map(table)] as const);
  try {
    for (const event of recorded) fold(world, event);
  } catch (error) {
    for (const [name, table] of undo) world.rows.set(name, table);
    throw error;
  }
  // Again, one by one, so that observers see what the world is like in between.
  for (const [name, table] of undo) world.rows.set(name, table);
  for (const event of recorded) {
    world.events.push(event);
    world.versions.set(event.stream, event.version);
    fold(world, event);
    for (const observe of world.observers) observe(event, world);
  }
  world.jobs.push(...jobsFor(recorded));
  return recorded;
}

/** Applies one event to the rows. Throws InvariantViolated. */
export function fold({ rows }: World, event: RecordedEvent): void {
  for (const projection of PROJECTIONS) {
    const key = projection.keyOf(event);
    const table = rows.get(projection.name);
    if (key === undefined || table === undefined) continue;
    const state = projection.evolve(table.get(key)?.state, event);
    if (state === undefined) continue;
    const violation = projection.violation?.(state);
    if (violation !== undefined) throw new InvariantViolated(violation);
    table.set(key, { id: key, since: event.position, version: event.version, state });
  }
}
