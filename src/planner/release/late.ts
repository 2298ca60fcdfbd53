import { deadlineSeconds } from '../failing.ts';
import type { Snapshot } from '../snapshot.ts';
import type { Target } from '../target.ts';
import type { Going } from './going.ts';
import { readyOf, type Release, type Sets } from './sets.ts';

/** From when on a release has failed for want of progress, milliseconds since the epoch, and what it waited for. */
export interface Late {
  readonly at: number;
  readonly text: string;
}

interface Given {
  readonly release: Release;
  readonly going: Going;
  readonly sets: Sets;
}

/**
 * Nothing that has to come by itself is waited for without end: replicas, answers to a smoke test, a verdict. What a person has
 * to do, and a time that was asked for, is.
 */
export function lateOf(snapshot: Snapshot, target: Target, { release, going, sets }: Given): Late | undefined {
  const { deployment, now } = snapshot;
  if (release.next === undefined) return undefined;
  const { stage, smoke } = going;
  const seconds = deadlineSeconds(deployment);
  const after = (at: number, text: string): Late => ({ at: at + seconds * 1_000, text: `${text} within ${seconds} s` });
  const begins = target.revise.length > 0;
  const ready = readyOf(sets.next);
  const most = begins ? 0 : (deployment.progress?.ready ?? 0);
  // One more that is ready is progress, of which this plan takes note.
  const since = begins || ready > most ? now : (deployment.progress?.at ?? now);
  switch (stage.type) {
    case 'restoring':
      return after(since, `revision ${release.base} could not carry all requests`);
    case 'preparing': {
      if (Math.max(ready, most) >= stage.needed) {
        const askedAt = smoke.ask.length > 0 ? now : smoke.askedAt;
        return askedAt === undefined ? undefined : after(Math.max(since, askedAt), 'the smoke test was not answered');
      }
      return after(Math.max(since, stage.since ?? since), 'no further replica became ready');
    }
    case 'watching': {
      if (stage.until === undefined || release.course.type !== 'Canary') return undefined;
      const reason = deployment.analysed?.step === stage.step ? deployment.analysed.reason : 'nobody has looked at it';
      // Whoever saves gives it its time anew.
      return after(Math.max(since, stage.until), `step ${stage.step + 1} was not found good (${reason})`);
    }
    case 'keeping':
    case 'leaving':
      return undefined;
    default:
      return stage satisfies never;
  }
}
