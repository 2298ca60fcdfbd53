import type { DeploymentSpec } from '../../domain/deployment/events.ts';
import { evolveDeployment } from '../../domain/deployment/evolve.ts';
import { evolveAllotment, type AllotmentEvent } from '../../domain/node/allotment.ts';
import { evolveNode } from '../../domain/node/evolve.ts';
import { wantedReplicas } from '../../domain/deployment/wanted.ts';
import { formatBytes, formatCpu } from '../../domain/quantity.ts';
import type { Demand } from '../placement/demand.ts';
import { regionName } from '../placement/region.ts';
import type { Snapshot } from '../snapshot.ts';

export type Resource = 'cpu' | 'memory' | 'vram';

/** Something that somebody can do so that replicas fit. */
export type Change =
  /** Another request of each replica: CPU in thousandths of a core, memory and VRAM in mebibytes. */
  | { readonly type: 'request'; readonly resource: Resource; readonly from: number; readonly to: number }
  | { readonly type: 'replicas'; readonly to: number }
  | { readonly type: 'uncordon'; readonly nodeId: string }
  /** So many nodes more, each with room for so many replicas. */
  | { readonly type: 'nodes'; readonly nodes: number; readonly replicasEach: number; readonly demand: Demand };

/** The snapshot as it would be after the change, by the domain's own fold. */
export function withChange(snapshot: Snapshot, change: Change): Snapshot {
  const { deployment } = snapshot;
  switch (change.type) {
    case 'request': {
      const amount = change.resource === 'cpu' ? `${change.to}m` : `${change.to}Mi`;
      const resources = { ...deployment.spec.resources, [change.resource]: amount };
      return saved(snapshot, { ...deployment.spec, resources });
    }
    case 'replicas':
      return saved(snapshot, { ...deployment.spec, replicas: change.to }, true);
    case 'uncordon':
      return {
        ...snapshot,
        nodes: snapshot.nodes.map((view) =>
          view.node.id === change.nodeId ? { ...view, node: { ...view.node, scheduling: 'open' as const } } : view,
        ),
      };
    case 'nodes': {
      const more = Array.from({ length: change.nodes }, (_, index) => newNode(`new-node-${index + 1}`, change));
      return { ...snapshot, nodes: [...snapshot.nodes, ...more] };
    }
    default:
      return change satisfies never;
  }
}

/** The change in words, with its numbers. */
export function changeText(change: Change, { deployment }: Pick<Snapshot, 'deployment'>): string {
  switch (change.type) {
    case 'request': {
      const format = (amount: number): string => (change.resource === 'cpu' ? formatCpu(amount) : `${amount}Mi`);
      const less = format(change.from - change.to);
      return `-${less} ${change.resource} per replica: request ${format(change.to)} instead of ${format(change.from)}`;
    }
    case 'replicas':
      return `${change.to} ${change.to === 1 ? 'replica' : 'replicas'} instead of ${wantedReplicas(deployment)}: oo deployment scale ${deployment.id} ${change.to}`;
    case 'uncordon':
      return `open node ${change.nodeId} again: oo node uncordon ${change.nodeId}`;
    case 'nodes':
      return nodesText(change);
    default:
      return change satisfies never;
  }
}

function nodesText({ nodes, replicasEach, demand }: Extract<Change, { type: 'nodes' }>): string {
  const { cpuMillis, memoryBytes, gpus, cardBytes, regions, labels } = demand;
  const cards = gpus * replicasEach;
  const needs = [
    ...(cpuMillis > 0 ? [`${formatCpu(cpuMillis * replicasEach)} cpu`] : []),
    ...(memoryBytes > 0 ? [`${formatBytes(memoryBytes * replicasEach)} memory`] : []),
    ...(cards > 0 ? [`${cards} ${cards === 1 ? 'card' : 'cards'} of ${formatBytes(cardBytes)}`] : []),
  ];
  const [region] = regions;
  const named = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return [
    nodes === 1 ? 'one more node' : `${nodes} more nodes`,
    ...(needs.length === 0 ? [] : [`with ${needs.join(' and ')} free${nodes === 1 ? '' : ' each'}`]),
    ...(region === undefined ? [] : [`in ${regionName(region)}`]),
    ...(named.length === 0 ? [] : [`labelled ${named.join(', ')}`]),
  ].join(' ');
}

function saved(snapshot: Snapshot, spec: DeploymentSpec, scaled = false): Snapshot {
  const { deployment, now } = snapshot;
  const { app } = deployment;
  const data = {
    deploymentId: deployment.id,
    spec,
    ...(app === undefined ? {} : { app }),
    ...(scaled ? { scaled } : {}),
  };
  return {
    ...snapshot,
    deployment: evolveDeployment(deployment, { type: 'DeploymentSaved', data }, now) ?? deployment,
  };
}

function newNode(
  nodeId: string,
  { replicasEach, demand }: Extract<Change, { type: 'nodes' }>,
): Snapshot['nodes'][number] {
  const { cpuMillis, memoryBytes, gpus, cardBytes, regions, labels } = demand;
  const cards = Array.from({ length: gpus * replicasEach }, () => ({ name: 'card', vramBytes: cardBytes }));
  const capacity = { cpuMillis: cpuMillis * replicasEach, memoryBytes: memoryBytes * replicasEach, gpus: cards };
  const { cluster = '', zone = '' } = regions[0] ?? {};
  const event: AllotmentEvent & { type: 'NodeRegistered' } = {
    type: 'NodeRegistered',
    data: { nodeId, url: `new://${nodeId}`, cluster, zone, labels: { ...labels }, capacity },
  };
  const [node, allotment] = [evolveNode(undefined, event), evolveAllotment(undefined, event)];
  if (node === undefined || allotment === undefined) throw new Error(`${nodeId} is no node`);
  return { node, allotment };
}
