import type { DeploymentSpec } from '../../domain/deployment/events.ts';
import { Conflict, InvalidInput } from '../../domain/problem.ts';
import { isSame } from '../../domain/same.ts';
import { describeAction, type Action } from '../../planner/plan.ts';
import { plan } from '../../planner/planner.ts';
import type { EventStore, SnapshotReader } from '../../store/event-store.ts';
import { imagine } from './imagine.ts';
import { movedSince } from './moved.ts';

/** `planPosition` of a save. Throws InvalidInput for what is no position. */
export function reviewedPosition(body: unknown): number | undefined {
  const given = (body as { readonly planPosition?: unknown } | undefined)?.planPosition ?? undefined;
  if (given === undefined) return undefined;
  if (typeof given === 'number' && Number.isSafeInteger(given) && given >= 0) return given;
  const hint = 'the position that oo deployment plan says it was made at';
  throw new InvalidInput([{ field: 'planPosition', message: 'must be a whole number from 0', hint }]);
}

export interface Review {
  readonly spec: DeploymentSpec;
  readonly app: string;
  /** The position that the reviewed plan was made at. */
  readonly reviewed: number;
  readonly now: Date;
}

/**
 * Throws Conflict, with what has moved, unless the same would be done now as at the reviewed position, and nobody has saved
 * since. Throws InvalidInput for a position that the log has not reached.
 */
export async function refuseOutdated(store: EventStore, { spec, app, reviewed, now }: Review): Promise<void> {
  const head = await store.head();
  if (reviewed > head) {
    throw new InvalidInput([{ field: 'planPosition', message: `is ${reviewed}, and the log ends at ${head}` }]);
  }
  const take = async (nodesKnownTo: object, from: SnapshotReader) => {
    const { snapshot, before } = await imagine(nodesKnownTo, from, now.getTime(), { spec, app });
    // Ties are broken as they were: only what has moved may make a difference.
    const { actions } = plan({ ...snapshot, seed: reviewed + 1 });
    return { actions: actions.map(essence), own: [before?.saves, before?.spec, before?.phase] };
  };
  const then = await take({}, store.asOf(reviewed));
  await store.snapshot(async (reader) => {
    if (isSame(then, await take(store, reader))) return;
    const moved = await movedSince(reader, reviewed, spec);
    throw new Conflict(
      `what was planned at position ${reviewed} is no longer what would be done (now ${reader.position}): ${moved}; ` +
        'look at it again: oo deployment plan FILE',
    );
  });
}

/** What is done, without why. */
function essence(action: Action): object {
  switch (action.type) {
    case 'revise':
      return [describeAction(action), action.fingerprint];
    case 'schedule':
      return [action.type, action.replicaId, action.generation, action.reservation];
    case 'stop':
    case 'lose':
      return [action.type, action.replicaId, action.generation];
    case 'shift':
      return [action.type, action.shares];
    case 'smoke':
      return [action.type, action.replicaId, action.generation, action.question];
    case 'roll back':
    case 'ask':
    case 'remove':
      return [describeAction(action)];
    default:
      return action satisfies never;
  }
}
