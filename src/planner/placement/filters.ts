import { formatBytes, formatCpu } from '../../domain/quantity.ts';
import type { Candidate } from './candidate.ts';
import type { Demand } from './demand.ts';

/** What a node lacks, in numbers. */
export interface Lack {
  readonly filter: string;
  readonly need: string;
  readonly have: string;
}

type Filter = (candidate: Candidate, demand: Demand) => Lack | undefined;

/** Everything that a node lacks for this demand; empty when it will do. */
export function lacksOf(candidate: Candidate, demand: Demand): readonly Lack[] {
  return FILTERS.flatMap((filter) => filter(candidate, demand) ?? []);
}

const health: Filter = ({ view: { node } }) =>
  node.liveness === 'ready' ? undefined : { filter: 'health', need: 'an engine that answers', have: node.liveness };

const cordon: Filter = ({ view: { node } }) =>
  node.scheduling === 'open' ? undefined : { filter: 'cordon', need: 'open', have: node.scheduling };

const region: Filter = ({ view: { node } }, { regions }) => {
  const fits = regions.some(
    ({ cluster, zone }) => (cluster ?? node.cluster) === node.cluster && (zone ?? node.zone) === node.zone,
  );
  if (regions.length === 0 || fits) return undefined;
  const name = (cluster?: string, zone?: string): string => [cluster, zone].filter(Boolean).join('/');
  const need = regions.map((target) => name(target.cluster, target.zone)).join(' or ');
  return { filter: 'region', need, have: name(node.cluster, node.zone) };
};

const cpu: Filter = ({ cpuMillis, view }, demand) =>
  demand.cpuMillis <= cpuMillis
    ? undefined
    : {
        filter: 'cpu',
        need: formatCpu(demand.cpuMillis),
        have: `${formatCpu(cpuMillis)} free of ${formatCpu(view.node.capacity.cpuMillis)}`,
      };

const memory: Filter = ({ memoryBytes, view }, demand) =>
  demand.memoryBytes <= memoryBytes
    ? undefined
    : {
        filter: 'memory',
        need: formatBytes(demand.memoryBytes),
        have: `${inMebibytes(memoryBytes)} free of ${inMebibytes(view.node.capacity.memoryBytes)}`,
      };

const vram: Filter = ({ vramBytes, view }, demand) => {
  const { gpus } = view.node.capacity;
  const largest = Math.max(0, ...gpus.map((card) => card.vramBytes));
  if (demand.vramBytes <= Math.min(largest, vramBytes)) return undefined;
  const have = gpus.length === 0 ? 'no GPU' : `${inMebibytes(vramBytes)} free on ${gpus.length} cards`;
  return { filter: 'vram', need: formatBytes(demand.vramBytes), have };
};

const hostPorts: Filter = ({ hostPorts: taken }, demand) => {
  const port = demand.hostPorts.find((wanted) => taken.has(wanted));
  return port === undefined ? undefined : { filter: 'host port', need: String(port), have: 'taken' };
};

const FILTERS: readonly Filter[] = [health, cordon, region, cpu, memory, vram, hostPorts];

function inMebibytes(bytes: number): string {
  return `${Math.floor(bytes / 2 ** 20)}Mi`;
}
