import type { Node, NodeStanding } from '../../api/contract/registry-schemas.ts';
import { formatCpu } from '../../domain/quantity.ts';
import type { Column, ListKind } from '../list/column.ts';
import { formatHeartbeat } from '../text/duration.ts';

/** A node with what the contract's strict object has no field for. */
export type ListedNode = Node & { readonly standing: NodeStanding | undefined };

const PLAIN: readonly Column<ListedNode>[] = [
  { name: 'NODE ID', cell: ({ id }) => id },
  { name: 'URL', cell: ({ url }) => url },
  {
    name: 'LAST HEARTBEAT',
    ages: true,
    cell: ({ lastHeartbeat }, now) => formatHeartbeat(lastHeartbeat, now),
    value: ({ lastHeartbeat }) => lastHeartbeat,
  },
  { name: 'STATUS', cell: ({ standing }) => (standing === undefined ? '' : statusOf(standing)) },
  {
    name: 'REPLICAS',
    cell: ({ standing }) => (standing === undefined ? '' : String(standing.replicas)),
    value: ({ standing }) => standing?.replicas,
  },
  {
    name: 'CPU RESERVED',
    cell: ({ usage }) =>
      usage?.cpu === undefined ? '' : `${formatCpu(usage.cpu.used)} of ${formatCpu(usage.cpu.total)}`,
    value: ({ usage }) => usage?.cpu?.used,
  },
  {
    name: 'MEMORY RESERVED',
    cell: ({ usage }) =>
      usage?.memory === undefined ? '' : `${inMebibytes(usage.memory.used)} of ${inMebibytes(usage.memory.total)}`,
    value: ({ usage }) => usage?.memory?.used,
  },
  {
    name: 'GPU MEMORY RESERVED',
    when: (nodes) => nodes.some(({ gpus = [] }) => gpus.length > 0),
    cell: ({ gpus = [] }) => gpus.map(cardText).join(', '),
  },
];

const WIDE: readonly Column<ListedNode>[] = [
  { name: 'REGION', wide: true, cell: ({ region }) => region ?? '' },
  { name: 'ZONE', wide: true, cell: ({ availabilityZone }) => availabilityZone ?? '' },
  { name: 'SCHEDULING', wide: true, cell: ({ standing }) => standing?.scheduling ?? '' },
  { name: 'LIVENESS', wide: true, cell: ({ standing }) => standing?.liveness ?? '' },
  {
    name: 'CPU SHARE',
    wide: true,
    cell: ({ usage }) => percentText(usage?.cpu?.percent),
    value: ({ usage }) => usage?.cpu?.percent,
  },
  {
    name: 'MEMORY SHARE',
    wide: true,
    cell: ({ usage }) => percentText(usage?.memory?.percent),
    value: ({ usage }) => usage?.memory?.percent,
  },
  {
    name: 'GPUS',
    wide: true,
    cell: ({ gpus = [] }) => gpusText(gpus),
    value: ({ gpus = [] }) => gpus.length,
  },
];

/** Nodes. */
export const nodeKind: ListKind<ListedNode> = {
  columns: [...PLAIN, ...WIDE],
  id: ({ id }) => id,
  whenEmpty: 'No nodes yet. Register an engine with: oo node add unix:///var/run/docker.sock',
};

/** `ready`, `cordoned`, `lost, draining`. */
export function statusOf({ liveness, scheduling }: NodeStanding): string {
  if (liveness === 'lost') return scheduling === 'open' ? 'lost' : `lost, ${scheduling}`;
  return scheduling === 'open' ? 'ready' : scheduling;
}

/** `0: 76294Mi of 81559Mi`: the card's number, what replicas hold of it, and its memory. */
function cardText({ intraNodeId, memoryUsage, memoryTotal }: NonNullable<Node['gpus']>[number]): string {
  return `${intraNodeId}: ${memoryUsage}Mi of ${memoryTotal}Mi`;
}

/** `2 x A100, 1 x L4`. */
function gpusText(gpus: NonNullable<Node['gpus']>): string {
  const names = Map.groupBy(gpus, ({ name }) => name);
  return [...names].map(([name, cards]) => `${cards.length} x ${name}`).join(', ');
}

function percentText(percent: number | undefined): string {
  return percent === undefined ? '' : `${percent} %`;
}

function inMebibytes(bytes: number): string {
  return `${Math.floor(bytes / 2 ** 20)}Mi`;
}
