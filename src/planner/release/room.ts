import { wantedReplicas } from '../../domain/deployment/wanted.ts';
import type { Snapshot } from '../snapshot.ts';
import type { Going } from './going.ts';
import type { Release } from './sets.ts';

/** What a second set needs beside the first, and what to do where it does not fit. */
export function roomText(
  { deployment }: Snapshot,
  { course, base, next }: Release,
  { unplaced, going: { stage } }: { readonly unplaced: readonly string[]; readonly going: Going },
): readonly string[] {
  if (unplaced.length === 0 || next === undefined || stage.type !== 'preparing') return [];
  const wanted = wantedReplicas(deployment);
  const smaller =
    course.type === 'BlueGreen'
      ? 'or save strategy.type Canary or RollingUpdate, which need room for fewer at a time'
      : stage.needed > 1
        ? 'or save strategy.type RollingUpdate, which stops earlier ones as it goes'
        : 'or make resources smaller';
  const what = `${course.type} needs room for ${stage.needed} of revision ${next} beside ${wanted} of revision ${base}`;
  return [`${what}: add a node (oo node add URL), ${smaller}`];
}
