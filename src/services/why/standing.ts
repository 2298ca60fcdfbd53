import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import type { RecordedEvent } from '../../domain/event.ts';
import { because, whoOf } from '../../domain/explain/sentence.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import { budgetOf, isUsedUp, retryAt } from '../../planner/recovery.ts';

/** Replicas that are told of one by one. */
const LISTED = 10;

/** What a deployment's standing is told from, as of one position. */
export interface Stood {
  readonly deployment: DeploymentState;
  readonly replicas: readonly ReplicaState[];
  /** The last save. */
  readonly saved: RecordedEvent | undefined;
  /** The last plan. */
  readonly planned: RecordedEvent | undefined;
}

/** Why a deployment is in its state, from its status to what each replica waits for. Pure; times are those of the log. */
export function standingOf({ deployment, replicas, saved, planned }: Stood): readonly string[] {
  const { id, status, details } = deployment;
  const kept = replicas.filter((replica) => replica.status !== 'Stopped');
  const waiting = kept.filter((replica) => replica.status !== 'Ready');
  const more = waiting.length - LISTED;
  return [
    `${id} is ${status}${because(details)}.`,
    ...savedText(deployment, saved),
    ...plannedText(planned),
    ...readyText(deployment, kept),
    ...waiting.slice(0, LISTED).map((replica) => waitText(deployment, replica)),
    ...(more > 0
      ? [`${more} more ${more === 1 ? 'replica is' : 'replicas are'} not ready; see: oo describe ${id}`]
      : []),
  ];
}

function savedText({ spec, revision }: DeploymentState, saved: RecordedEvent | undefined): readonly string[] {
  if (saved?.type !== 'DeploymentSaved') return [];
  const made = revision === 0 ? 'no revision yet' : `revision ${revision} is the latest`;
  const why = because(saved.data.reason);
  return [
    `${whoOf(saved.actor)} saved it last, at ${saved.at.toISOString()} [${saved.position}]${why}; ` +
      `it wants ${spec.replicas} of ${spec.definitionId}, ${made}.`,
  ];
}

function plannedText(planned: RecordedEvent | undefined): readonly string[] {
  if (planned?.type !== 'DeploymentPlanned') return [];
  const { actions, report } = planned.data;
  const did = `${actions.length} ${actions.length === 1 ? 'action' : 'actions'}`;
  const said = report.length === 0 ? 'nothing to report' : report.join('; ');
  return [`The last plan, at ${planned.at.toISOString()} [${planned.position}], had ${did}: ${said}.`];
}

function readyText({ spec }: DeploymentState, kept: readonly ReplicaState[]): readonly string[] {
  const ready = kept.filter(({ status }) => status === 'Ready');
  const byRevision = [...Map.groupBy(ready, ({ revision }) => revision)].toSorted(([left], [right]) => right - left);
  const parts = byRevision.map(([revision, all]) => {
    const nodes = [...Map.groupBy(all, ({ nodeId }) => nodeId)].map(([node, there]) => `${there.length} on ${node}`);
    return `${all.length} of revision ${revision} (${nodes.join(', ')})`;
  });
  return [`${ready.length} ready of ${spec.replicas} wanted${parts.length === 0 ? '' : `: ${parts.join(', ')}`}.`];
}

function waitText(deployment: DeploymentState, replica: ReplicaState): string {
  const { id, generation, nodeId, status, changedAt } = replica;
  const since = new Date(changedAt).toISOString();
  return `${id} (generation ${generation}) on ${nodeId} is ${status} since ${since}: ${waitsFor(deployment, replica)}.`;
}

function waitsFor(deployment: DeploymentState, replica: ReplicaState): string {
  const { status, unready, failure, failures } = replica;
  switch (status) {
    case 'Scheduled':
      return 'it waits for its image and its container';
    case 'Created':
      return 'its container waits to be started';
    case 'Running':
      return `it waits to be ready${because(unready?.reason)}`;
    case 'Stopping':
      return 'it waits for its container to end';
    case 'Failed': {
      const times = `${failures} ${failures === 1 ? 'time' : 'times'} in a row`;
      return `it failed ${times}${because(failure?.message)}; ${nextTry(deployment, replica)}`;
    }
    case 'Ready':
    case 'Stopped':
      return 'it waits for nothing';
    default:
      return status satisfies never;
  }
}

function nextTry(deployment: DeploymentState, replica: ReplicaState): string {
  const budget = budgetOf(deployment);
  if (isUsedUp(replica, budget)) return `its budget of ${budget} is used up`;
  const at = retryAt(replica, budget);
  return at === undefined ? 'trying again cannot help' : `it is tried again from ${new Date(at).toISOString()} on`;
}
