import type { RecordedEvent } from '../../src/domain/event.ts';
import type { PlacementDecision } from '../../src/domain/replica/events.ts';
import type { Db } from '../../src/postgres/database.ts';
import { readEvents } from '../../src/store/read.ts';
import { UPCASTS } from '../../src/store/upcast.ts';

/** The events that tell of a placement or of a refusal. */
const TOLD = ['ReplicaScheduled', 'DeploymentPlanned', 'DeploymentStatusChanged', 'DeploymentRebalanced'];
/** Filters whose need and have are amounts; the others are about names. */
const AMOUNTS: ReadonlySet<string> = new Set(['cpu', 'memory', 'vram']);
const REFUSED = /\b\d+ replicas? fits? (?:no node|none of \d+ nodes): ([^;]*(?:;[^;]*)*)/g;

/** Throws when a placement or a refusal in the log does not carry its numbers. */
export async function expectNumbered(db: Db): Promise<void> {
  const events = await readEvents(db, { after: 0, limit: 1_000_000, filter: { types: TOLD } }, UPCASTS);
  const without = events.flatMap((event) => missingNumbers(event).map((what) => `${event.position}: ${what}`));
  if (without.length > 0) throw new Error(`decisions without their numbers:\n${without.slice(0, 20).join('\n')}`);
}

/** What an event that tells of a placement or a refusal should say of it and does not. Pure. */
export function missingNumbers(event: RecordedEvent): readonly string[] {
  switch (event.type) {
    case 'ReplicaScheduled': {
      const { decision, reservation, reason } = event.data;
      const { scores } = decision;
      const chosen = scores.find(({ nodeId }) => nodeId === reservation.nodeId);
      return [
        ...(reason === '' ? ['no reason'] : []),
        ...(chosen === undefined ? [`${reservation.nodeId} was chosen and has no score`] : []),
        ...ofDecision(decision, reservation.nodeId),
      ];
    }
    case 'DeploymentPlanned':
      return event.data.report.flatMap(ofRefusals);
    case 'DeploymentStatusChanged':
      return ofRefusals(event.data.details);
    case 'DeploymentRebalanced':
      return event.data.moves.flatMap(({ replicaId, before, after, why }) =>
        Number.isFinite(before) && after > before && why !== ''
          ? []
          : [`${replicaId} moves from ${before} to ${after}`],
      );
    default:
      return [];
  }
}

function ofDecision({ considered, excluded, excludedBy = [], scores }: PlacementDecision, chosen: string): string[] {
  const lacking = new Set(excluded.map(({ nodeId }) => nodeId));
  const counted = Math.max(lacking.size, ...excludedBy.map(({ nodes }) => nodes));
  const badScores = scores.filter(({ total, parts }) => {
    const values = Object.values(parts);
    return values.length === 0 || ![total, ...values].every((value) => Number.isFinite(value));
  });
  const lacks = [
    ...excluded.map((lack) => ({ ...lack, of: lack.nodeId })),
    ...excludedBy.flatMap(({ filter, need, examples }) =>
      examples.map(({ nodeId, have }) => ({ filter, need, have, of: nodeId })),
    ),
  ];
  return [
    ...(considered < 1 + counted ? [`${considered} nodes considered, ${counted} left out and one chosen`] : []),
    ...(lacking.has(chosen) ? [`${chosen} was left out and chosen`] : []),
    ...badScores.map(({ nodeId }) => `${nodeId} has a score without its parts`),
    ...excludedBy.flatMap(({ filter, examples }) => (examples.length === 0 ? [`${filter} has no example`] : [])),
    ...lacks.flatMap(({ filter, need, have, of }) =>
      saysHowMuch(filter, need) && saysHowMuch(filter, have)
        ? []
        : [`${of} lacks ${filter}: needs "${need}", has "${have}"`],
    ),
  ];
}

function saysHowMuch(filter: string, text: string): boolean {
  return AMOUNTS.has(filter) ? /\d|^no GPU$/.test(text) : text.trim() !== '';
}

/** `2 replicas fit no node: a cpu needs 2, has 0.5 free of 4; …` */
function ofRefusals(text: string): readonly string[] {
  return [...text.matchAll(REFUSED)].flatMap(([whole, why = '']) => {
    const none = why.startsWith('there is none');
    const listed = /\w needs [^,]+, has \S/.test(why);
    const summed = /\w needs [^:]+: \d+ nodes? lacks? it \(.*has \S/.test(why);
    return none || listed || summed ? [] : [`a refusal without need and have: ${whole}`];
  });
}
