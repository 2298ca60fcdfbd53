import { canonical } from '../../domain/audit/body-hash.ts';
import { EVENT_SCHEMAS, type DomainEvent, type EventOf, type RecordedEvent } from '../../domain/event.ts';
import { plan } from '../../planner/planner.ts';
import type { EventStore } from '../../store/event-store.ts';
import { snapshotIn } from './load-snapshot.ts';
import { planCommand } from './plan-command.ts';

/** A recorded decision that the planner, given the same state, would not take again. */
export interface DifferentDecision {
  /** Of the recorded event that is different, or that would not follow. */
  readonly position: number;
  readonly deploymentId: string;
  /** Canonical JSON of what was recorded; undefined: nothing was. */
  readonly recorded: string | undefined;
  /** Canonical JSON of what would be now; undefined: nothing would. */
  readonly again: string | undefined;
}

export interface ReplayedDecisions {
  /** The last position that was looked at. */
  readonly until: number;
  readonly decisions: number;
  readonly differences: readonly DifferentDecision[];
}

/**
 * Takes every recorded decision after a position once more, among `limit` events: loads the state as of the position that it
 * was taken at, plans with the recorded time and seed, and holds every event that would follow against those that did.
 */
export async function replayDecisions(store: EventStore, after: number, limit: number): Promise<ReplayedDecisions> {
  const events = await store.read({ after, limit });
  // One after the other, so that of the nodes only what has changed in between is read.
  const nodes = {};
  const differences: DifferentDecision[] = [];
  let decisions = 0;
  for (const event of events) {
    if (event.type !== 'DeploymentPlanned') continue;
    decisions += 1;
    const difference = await decideAgain(store, nodes, event);
    if (difference !== undefined) differences.push(difference);
  }
  return { until: events.at(-1)?.position ?? after, decisions, differences };
}

type Planned = Extract<RecordedEvent, { type: 'DeploymentPlanned' }>;

async function decideAgain(
  store: EventStore,
  nodes: object,
  { position, data }: Planned,
): Promise<DifferentDecision | undefined> {
  const { deploymentId, snapshotPosition, now, seed } = data;
  const loaded = await snapshotIn(nodes, store.asOf(snapshotPosition), deploymentId, now);
  const again = loaded && eventsOf({ ...loaded, snapshot: { ...loaded.snapshot, seed } });
  const recorded = await store.read({ after: position - 1, limit: Math.max(1, again?.length ?? 0) });
  for (const [index, event] of recorded.entries()) {
    const expected = again?.[index];
    const [one, other] = [textOf(event), expected && textOf(expected)];
    if (one !== other) return { position: event.position, deploymentId, recorded: one, again: other };
  }
  const missing = again?.[recorded.length];
  if (missing === undefined) return undefined;
  return { position: position + recorded.length, deploymentId, recorded: undefined, again: textOf(missing) };
}

/** What a plan of that state appends; nobody is named in it. */
function eventsOf(loaded: NonNullable<Awaited<ReturnType<typeof snapshotIn>>>): readonly DomainEvent[] {
  const command = planCommand(
    plan(loaded.snapshot),
    loaded,
    { actor: 'replay', correlationId: 'replay' },
    { workerId: 'replay' },
  );
  return command?.appends.flatMap(({ events }) => events) ?? [];
}

function textOf({ type, data }: DomainEvent): string {
  return `${type} ${canonical(EVENT_SCHEMAS[type].parse(data) as EventOf<typeof type>['data'])}`;
}
