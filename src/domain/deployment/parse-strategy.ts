import { shown, type Input } from '../input.ts';
import { suggestion } from '../nearest.ts';
import { partingOf } from '../replica/parting.ts';
import { STRATEGY_TYPES, type DeploymentSpec } from './events.ts';
import { REPLICA_COUNT } from './parse-count.ts';
import { flagOf } from './parse-flag.ts';
import { releaseOf } from './parse-release.ts';

/** Seconds without progress after which a rollout has failed: up to a week. */
const DEADLINE_SECONDS = { min: 1, max: 604_800 };

/** How the replicas are replaced. */
export function strategyOf(input: Input | undefined): DeploymentSpec['strategy'] {
  if (input === undefined) return undefined;
  const given = input.text('type');
  const type = STRATEGY_TYPES.find((strategy) => strategy === given);
  if (given !== undefined && type === undefined) {
    input.problem('type', `${shown(given)} is no strategy`, suggestion(given, STRATEGY_TYPES));
  }
  const maxUnavailable = input.integer('maxUnavailable', REPLICA_COUNT);
  const maxSurge = input.integer('maxSurge', REPLICA_COUNT);
  if (type !== 'Recreate' && maxUnavailable === 0 && maxSurge === 0) {
    input.problem('maxSurge', 'is 0 and maxUnavailable is 0 too: no replica could ever be replaced', 'maxSurge: 1');
  }
  return {
    type,
    maxUnavailable,
    maxSurge,
    autoRollback: flagOf(input, 'autoRollback'),
    progressDeadlineSeconds: input.integer('progressDeadlineSeconds', DEADLINE_SECONDS),
    ...partingOf(input),
    ...releaseOf(input, given === undefined ? 'RollingUpdate' : type),
  };
}
