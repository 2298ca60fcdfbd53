import { statusPath } from '../../domain/deployment/status.ts';
import type { DomainEvent, EventContext } from '../../domain/event.ts';
import { streamOf } from '../../domain/stream.ts';
import { deploymentEventOf } from '../../planner/deployment-event.ts';
import { describeAction, type Action, type Plan } from '../../planner/plan.ts';
import { begunMoves } from '../../planner/rebalance/moving.ts';
import { replicaEventOf } from '../../planner/replica-event.ts';
import type { Command, Fence, StreamAppend } from '../../store/command.ts';
import type { LoadedSnapshot } from './load-snapshot.ts';

/** The one command that carries a plan out: the decision itself, and what it decides for each replica. Undefined when nothing changes. */
export function planCommand(
  plan: Plan,
  { snapshot, deploymentVersion, replicaVersions }: LoadedSnapshot,
  context: EventContext,
  fence: Fence,
): Command | undefined {
  const { deployment } = snapshot;
  const own = deploymentEvents(plan, snapshot);
  if (own.length === 0) return undefined;
  const replicas = plan.actions.flatMap((action) => replicaAppend(action, deployment.id, replicaVersions));
  const appends = [
    { stream: streamOf('deployment', deployment.id), expectedVersion: deploymentVersion, events: own },
    ...replicas,
  ];
  return { context, fence, appends };
}

function deploymentEvents(
  plan: Plan,
  { deployment, position, seed, now }: LoadedSnapshot['snapshot'],
): readonly DomainEvent[] {
  const deploymentId = deployment.id;
  const { actions, report, status, details } = plan;
  const path = statusPath(deployment.status, status);
  const further = plan.ready !== undefined && plan.ready > (deployment.progress?.ready ?? 0);
  const unchanged = details === deployment.details && !further;
  const statuses = path.length > 0 || unchanged ? path : [status];
  const begun = begunMoves(actions);
  const planned: DomainEvent = {
    type: 'DeploymentPlanned',
    data: {
      deploymentId,
      snapshotPosition: position,
      seed,
      now,
      actions: actions.map(describeAction),
      report: [...report],
      ...(begun.length === 0 ? {} : { begun }),
    },
  };
  return [
    // Every save gets its answer, also when there is nothing to do: whoever waits for it has to learn so.
    ...(actions.length === 0 && deployment.savedAtPlan === deployment.saves ? [] : [planned]),
    ...actions.flatMap((action) => deploymentEventOf(action, deploymentId) ?? []),
    ...statuses.map((next): DomainEvent => {
      const last = next === status;
      const ready = last && further ? { ready: plan.ready } : {};
      return {
        type: 'DeploymentStatusChanged',
        data: { deploymentId, status: next, details: last ? details : '', ...ready },
      };
    }),
  ];
}

function replicaAppend(
  action: Action,
  deploymentId: string,
  versions: ReadonlyMap<string, number>,
): readonly StreamAppend[] {
  const event = replicaEventOf(action, deploymentId);
  if (event === undefined) return [];
  const { replicaId } = event.data;
  return [{ stream: streamOf('replica', replicaId), expectedVersion: versions.get(replicaId) ?? 0, events: [event] }];
}
