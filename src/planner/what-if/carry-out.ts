import { evolveDeployment, type DeploymentEvent } from '../../domain/deployment/evolve.ts';
import type { ReplicaEvent, ReplicaState } from '../../domain/replica/evolve.ts';
import { deploymentEventOf } from '../deployment-event.ts';
import { afterActions, afterEvents } from '../outcome.ts';
import type { Plan } from '../plan.ts';
import { begunMoves } from '../rebalance/moving.ts';
import type { Snapshot } from '../snapshot.ts';

/** The snapshot once a plan is decided: what its actions say of the deployment, its replicas and the nodes. */
export function afterPlan(snapshot: Snapshot, plan: Plan): Snapshot {
  const { id: deploymentId } = snapshot.deployment;
  const own = [
    ...plan.actions.flatMap((action) => deploymentEventOf(action, deploymentId) ?? []),
    plannedOf(snapshot, plan),
  ];
  const deployment = own.reduce<Snapshot['deployment'] | undefined>(
    (state, event) => evolveDeployment(state, event, snapshot.now),
    snapshot.deployment,
  );
  const told = afterActions(snapshot, plan.actions);
  return { ...told, deployment: { ...(deployment ?? snapshot.deployment), status: plan.status } };
}

/** The snapshot once everything that is under way has come off well: what starts is ready, what stops is gone. */
export function afterWork(snapshot: Snapshot): Snapshot {
  return afterEvents(snapshot, snapshot.replicas.flatMap(endOf));
}

function endOf(replica: ReplicaState): readonly ReplicaEvent[] {
  const { id: replicaId, deploymentId, generation, status, reservation } = replica;
  const ids = { replicaId, deploymentId, generation };
  const containerId = replica.containerId ?? '';
  switch (status) {
    case 'Stopping':
      return [
        { type: 'ReplicaStopped', data: { ...ids, ...(reservation === undefined ? {} : { released: reservation }) } },
      ];
    case 'Scheduled':
    case 'Created':
    case 'Running':
      return [
        { type: 'ContainerStarted', data: { ...ids, containerId, ports: [] } },
        { type: 'ReplicaReady', data: ids },
      ];
    case 'Ready':
      if (replica.smoke === undefined || replica.smoke.passed !== undefined) return [];
      return [{ type: 'ReplicaSmoked', data: { ...ids, passed: true, milliseconds: 0 } }];
    case 'Failed':
    case 'Stopped':
      return [];
    default:
      return status satisfies never;
  }
}

function plannedOf({ deployment, position, seed, now }: Snapshot, { actions }: Plan): DeploymentEvent {
  const begun = begunMoves(actions);
  const data = { deploymentId: deployment.id, snapshotPosition: position, seed, now, actions: [], report: [], begun };
  return { type: 'DeploymentPlanned', data };
}
