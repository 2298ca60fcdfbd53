import { courseOf } from '../../domain/deployment/course.ts';
import { wantedReplicas } from '../../domain/deployment/wanted.ts';
import type { Intent } from '../converge.ts';
import { drainingNodes } from '../losses.ts';
import { renewedOf } from '../recovery.ts';
import type { Snapshot } from '../snapshot.ts';
import { censusOf, isReady } from '../strategy/census.ts';
import { limitsOf } from '../strategy/limits.ts';
import { rollingUpdate } from '../strategy/rolling-update.ts';
import { templateOf } from '../template-of.ts';
import { readyOf, shareOf } from './sets.ts';

/**
 * A release that stands still: its base is kept whole, and what else there is stays as it is and is tried again when it fails.
 * On a drained node it goes only where the base can do without it; else the drain waits until the release goes on. Undefined
 * where nothing is released.
 */
export function heldRelease(snapshot: Snapshot): Intent | undefined {
  const { deployment, replicas } = snapshot;
  const { stable, traffic, spec } = deployment;
  if (courseOf(spec) === undefined || traffic === undefined || stable === undefined || stable === deployment.revision) {
    return undefined;
  }
  const wanted = wantedReplicas(deployment);
  const limits = limitsOf(deployment);
  const own = replicas.filter(({ revision }) => revision === stable);
  const base = censusOf(own, stable, drainingNodes(snapshot), undefined, renewedOf(snapshot));
  const whole = shareOf(traffic, stable) > 0 && readyOf(base) >= wanted - limits.maxUnavailable;
  const rest = censusOf(
    replicas.filter(({ revision }) => revision !== stable),
    undefined,
    whole ? drainingNodes(snapshot) : new Set(),
  );
  const steps = rollingUpdate(base, wanted, limits);
  const leaving = rest.old.map((replica) => ({ replica, reason: `node ${replica.nodeId} is drained` }));
  return {
    steps: {
      ...steps,
      stop: [...leaving.toSorted((a, b) => Number(isReady(a.replica)) - Number(isReady(b.replica))), ...steps.stop],
    },
    kept: [...base.current, ...rest.current],
    base: { revision: stable, template: templateOf(snapshot, stable) },
    reason: `${wanted} wanted`,
    beside: replicas,
  };
}
