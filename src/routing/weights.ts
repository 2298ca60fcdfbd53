import type { TrafficShare } from '../domain/deployment/traffic.ts';

/** What the weights of a deployment's ready replicas sum to, whenever there is one: parts in a million. */
export const WHOLE = 1_000_000;

/**
 * The weight of each ready replica, given their revisions: each revision's share, divided evenly within it. What a revision
 * without ready replicas should get goes to the others in proportion to their own shares; where all that is ready has a
 * share of nothing, it counts evenly, for an answer of the wrong version is better than none. Whole numbers, which sum to
 * `WHOLE` exactly, and within one revision differ by 1 at most.
 */
export function weightsOf(
  revisions: readonly number[],
  shares: readonly TrafficShare[] | undefined,
): readonly number[] {
  if (revisions.length === 0) return [];
  const counts = new Map<number, number>();
  for (const revision of revisions) counts.set(revision, (counts.get(revision) ?? 0) + 1);
  const present = [...counts].map(([revision, count]) => ({ revision, count, share: shareOf(revision, shares) }));
  const named = present.reduce((sum, { share }) => sum + share, 0);
  const portions = present.map(({ revision, count, share }) => {
    return { revision, count, portion: named > 0 ? share / named : count / revisions.length };
  });
  const ofRevision = new Map<number, number[]>();
  let given = 0;
  let promised = 0;
  for (const { revision, count, portion } of portions.toSorted((a, b) => a.revision - b.revision)) {
    // Rounded at the borders between revisions, so that nothing is lost or given twice.
    promised += portion;
    const border = Math.round(promised * WHOLE);
    ofRevision.set(revision, evenly(border - given, count));
    given = border;
  }
  return revisions.map((revision) => ofRevision.get(revision)?.shift() ?? 0);
}

function shareOf(revision: number, shares: readonly TrafficShare[] | undefined): number {
  if (shares === undefined) return 0;
  return shares.reduce((sum, share) => sum + (share.revision === revision ? Math.max(0, share.weight) : 0), 0);
}

function evenly(total: number, count: number): number[] {
  const each = Math.floor(total / count);
  const more = total - each * count;
  return Array.from({ length: count }, (_, index) => each + (index < more ? 1 : 0));
}
