import type { Move } from '../../domain/deployment/events.ts';
import { Conflict, NotFound } from '../../domain/problem.ts';
import { isSame } from '../../domain/same.ts';
import { streamOf } from '../../domain/stream.ts';
import { rebalance, type Rebalancing } from '../../planner/rebalance/rebalance.ts';
import { VersionConflict } from '../../store/command.ts';
import type { EventStore } from '../../store/event-store.ts';
import type { LoadedSnapshot } from '../../workers/plan/load-snapshot.ts';
import { callerOf, type Reply, type RequestOf } from '../handler.ts';
import { everyDeployment } from './load-fleet.ts';

interface Planned {
  readonly position: number;
  readonly fleet: readonly LoadedSnapshot[];
  readonly plan: Rebalancing;
}

/** What a rebalancing would move now. Throws NotFound for a deployment that does not exist. */
export async function planRebalancing(store: EventStore, now: Date, only: string | undefined): Promise<Planned> {
  return store.snapshot(async (reader) => {
    const fleet = await everyDeployment(store, reader, now.getTime());
    if (only !== undefined && !fleet.some(({ snapshot }) => snapshot.deployment.id === only)) {
      throw new NotFound(`deployment ${only} does not exist; oo deployment list shows those that do`);
    }
    const plan = rebalance(
      fleet.map(({ snapshot }) => snapshot),
      only,
    );
    return { position: reader.position, fleet, plan };
  });
}

/**
 * Has the reviewed moves made, if they are the ones that would be planned now. Throws Conflict when they are not: nobody
 * should get another plan than the one that was looked at.
 */
export async function carryOutRebalancing(
  store: EventStore,
  now: Date,
  request: RequestOf<'rebalance'>,
): Promise<Reply<'rebalance'>> {
  const { deploymentId: only, moves, position: reviewed } = request.body;
  const { position, fleet, plan } = await planRebalancing(store, now, only);
  const present = plan.deployments.flatMap((each) => each.moves);
  if (!isSame(moves.map(essence), present.map(essence))) throw outdated(reviewed, position);
  const versions = new Map(fleet.map(({ snapshot, deploymentVersion }) => [snapshot.deployment.id, deploymentVersion]));
  try {
    const { last } = await store.append({
      context: { actor: `user/${callerOf(request).slug}`, correlationId: request.correlationId },
      appends: plan.deployments.map(({ deploymentId, moves: own }) => ({
        stream: streamOf('deployment', deploymentId),
        expectedVersion: versions.get(deploymentId) ?? 0,
        events: [{ type: 'DeploymentRebalanced' as const, data: { deploymentId, moves: [...own] } }],
      })),
      idempotencyKey: request.idempotencyKey,
    });
    return { body: toView(last, plan), position: last };
  } catch (error) {
    if (error instanceof VersionConflict) throw outdated(reviewed, position);
    throw error;
  }
}

/** As the API shows it. */
export function toView(position: number, { deployments, left }: Rebalancing): Reply<'rebalancePlan'>['body'] {
  return {
    position,
    deployments: deployments.map(({ deploymentId, moves }) => ({ deploymentId, moves: [...moves] })),
    left: [...left],
  };
}

function essence({ replicaId, generation, from, to }: Pick<Move, 'replicaId' | 'generation' | 'from' | 'to'>): object {
  return { replicaId, generation, from, to };
}

function outdated(reviewed: number, position: number): Conflict {
  return new Conflict(
    `the fleet has changed since the plan was made (position ${reviewed}, now ${position}), and another one would be made now; ` +
      'look at it: oo node rebalance --dry-run',
  );
}
