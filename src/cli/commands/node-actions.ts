import type { Node, NodeStanding } from '../../api/contract/registry-schemas.ts';
import { formatCpu } from '../../domain/quantity.ts';
import { openContext } from '../context.ts';
import { printListing, printValue } from '../output.ts';
import type { GlobalOptions } from '../session.ts';
import { formatHeartbeat } from '../text/duration.ts';
import type { ListOptions } from './options.ts';

/** Prints all nodes. */
export async function listNodes(options: ListOptions): Promise<void> {
  const context = await openContext(options);
  const { body } = await context.call('list nodes', 'listNodes', { body: {} });
  const now = Date.now();
  const withCards = body.nodes.some(({ gpus = [] }) => gpus.length > 0);
  await printListing(context.terminal, options.output, {
    items: body.nodes.map((node) => ({ ...node, standing: body.states?.find(({ id }) => id === node.id) })),
    header: [
      'NODE ID',
      'URL',
      'LAST HEARTBEAT',
      'STATUS',
      'REPLICAS',
      'CPU RESERVED',
      'MEMORY RESERVED',
      ...(withCards ? ['GPU MEMORY RESERVED'] : []),
    ],
    row: ({ id, url, lastHeartbeat, standing, usage, gpus = [] }) => [
      id,
      url,
      formatHeartbeat(lastHeartbeat, now),
      standing === undefined ? '' : statusOf(standing),
      standing === undefined ? '' : String(standing.replicas),
      usage?.cpu === undefined ? '' : `${formatCpu(usage.cpu.used)} of ${formatCpu(usage.cpu.total)}`,
      usage?.memory === undefined ? '' : `${inMebibytes(usage.memory.used)} of ${inMebibytes(usage.memory.total)}`,
      ...(withCards ? [gpus.map(cardText).join(', ')] : []),
    ],
    whenEmpty: 'No nodes yet. Register an engine with: oo node add unix:///var/run/docker.sock',
  });
}

/** `0: 76294Mi of 81559Mi`: the card's number, what replicas hold of it, and its memory. */
function cardText({ intraNodeId, memoryUsage, memoryTotal }: NonNullable<Node['gpus']>[number]): string {
  return `${intraNodeId}: ${memoryUsage}Mi of ${memoryTotal}Mi`;
}

function statusOf({ liveness, scheduling }: NodeStanding): string {
  if (liveness === 'lost') return scheduling === 'open' ? 'lost' : `lost, ${scheduling}`;
  return scheduling === 'open' ? 'ready' : scheduling;
}

function inMebibytes(bytes: number): string {
  return `${Math.floor(bytes / 2 ** 20)}Mi`;
}

/** Cordons or opens a node. */
export async function scheduleNode(
  node: string,
  scheduling: 'open' | 'cordoned',
  options: GlobalOptions,
): Promise<void> {
  const context = await openContext(options);
  const { body } = await context.call(`change node ${node}`, 'scheduleNode', {
    params: { id: node },
    body: { scheduling },
  });
  context.terminal.stdout.write(`${body.node.id} ${statusOf(body.node)}\n`);
}

interface AddOptions extends ListOptions {
  readonly cluster?: string;
  readonly zone?: string;
  readonly label?: Readonly<Record<string, string>>;
  readonly id?: string;
  readonly gpu?: { readonly name: string; readonly vram: string }[];
  readonly gpuMargin?: string;
  readonly reserveCpu?: string;
  readonly reserveMemory?: string;
}

/** Registers an engine; the server asks it for its capacity. */
export async function addNode(url: string, options: AddOptions): Promise<void> {
  const context = await openContext(options);
  const { id, cluster, zone, label: labels, gpu: gpus, gpuMargin, reserveCpu, reserveMemory } = options;
  const reserve = (reserveCpu ?? reserveMemory) ? { cpu: reserveCpu, memory: reserveMemory } : undefined;
  const { body } = await context.call(`add node ${url}`, 'saveNode', {
    body: { node: { url, id, cluster, zone, labels, gpus, gpuMargin, reserve } },
  });
  if (options.output !== 'table') return printValue(context.terminal, options.output, body.node);
  context.terminal.stdout.write(`${body.node.id}\n`);
}

/** Removes a node by its URL; one that does not exist is no error. */
export async function removeNode(url: string, options: GlobalOptions): Promise<void> {
  const context = await openContext(options);
  await context.call(`remove node ${url}`, 'deleteNode', { params: { url } });
}
