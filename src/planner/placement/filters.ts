import { formatBytes, formatCpu } from '../../domain/quantity.ts';
import type { Candidate } from './candidate.ts';
import type { Demand } from './demand.ts';
import { regionIndexOf, regionName } from './region.ts';

/** What a node lacks, in numbers. */
export interface Lack {
  readonly filter: string;
  readonly need: string;
  readonly have: string;
}

/** Why a node may not do. The words are made only for those that do not. */
export interface Filter {
  readonly name: string;
  readonly fits: (candidate: Candidate, demand: Demand) => boolean;
  readonly need: (demand: Demand, candidate: Candidate) => string;
  readonly have: (candidate: Candidate, demand: Demand) => string;
}

/** True when the node will do. */
export function fits(candidate: Candidate, demand: Demand): boolean {
  return FILTERS.every((filter) => filter.fits(candidate, demand));
}

/** Everything that a node lacks for this demand; empty when it will do. */
export function lacksOf(candidate: Candidate, demand: Demand): readonly Lack[] {
  return failing(candidate, demand).map(({ name, need, have }) => {
    return { filter: name, need: need(demand, candidate), have: have(candidate, demand) };
  });
}

/** The filters that leave a node out. */
export function failing(candidate: Candidate, demand: Demand): readonly Filter[] {
  return FILTERS.filter((filter) => !filter.fits(candidate, demand));
}

const health: Filter = {
  name: 'health',
  fits: ({ view: { node } }) => node.liveness === 'ready',
  need: () => 'an engine that answers',
  have: ({ view: { node } }) => node.liveness,
};

const cordon: Filter = {
  name: 'cordon',
  fits: ({ view: { node } }) => node.scheduling === 'open',
  need: () => 'open',
  have: ({ view: { node } }) => node.scheduling,
};

const region: Filter = {
  name: 'region',
  fits: ({ view: { node } }, { regions }) => regionIndexOf(node, regions) !== undefined,
  need: ({ regions }) => regions.map(regionName).join(' or '),
  have: ({ view: { node } }) => regionName(node),
};

const labels: Filter = {
  name: 'labels',
  fits({ view: { node } }, demand) {
    for (const key in demand.labels) if (!hasLabel(node, key, demand.labels[key] ?? '')) return false;
    return true;
  },
  need: (demand) => labelText(Object.entries(demand.labels)),
  have({ view: { node } }, demand) {
    const wrong = Object.keys(demand.labels).filter((key) => !hasLabel(node, key, demand.labels[key] ?? ''));
    const [set, absent] = [
      wrong.filter((key) => Object.hasOwn(node.labels, key)),
      wrong.filter((key) => !Object.hasOwn(node.labels, key)),
    ];
    const parts = [labelText(set.map((key) => [key, node.labels[key] ?? ''])), ...absent.map((key) => `no ${key}`)];
    return parts.filter((part) => part !== '').join(', ');
  },
};

const cpu: Filter = {
  name: 'cpu',
  fits: ({ cpuMillis }, demand) => demand.cpuMillis <= cpuMillis,
  need: ({ cpuMillis }) => formatCpu(cpuMillis),
  have: ({ cpuMillis, view: { node } }) =>
    `${formatCpu(cpuMillis)} free of ${formatCpu(node.capacity.cpuMillis)}${keptBack(node.reserve?.cpuMillis, formatCpu)}`,
};

const memory: Filter = {
  name: 'memory',
  fits: ({ memoryBytes }, demand) => demand.memoryBytes <= memoryBytes,
  need: ({ memoryBytes }) => formatBytes(memoryBytes),
  have: ({ memoryBytes, view: { node } }) =>
    `${inMebibytes(memoryBytes)} free of ${inMebibytes(node.capacity.memoryBytes)}${keptBack(node.reserve?.memoryBytes, inMebibytes)}`,
};

const vram: Filter = {
  name: 'vram',
  fits: ({ cards }, { gpus, cardBytes }) => gpus === 0 || sufficient(cards, cardBytes) >= gpus,
  need: ({ gpus, cardBytes }) =>
    gpus > 1 ? `${gpus} cards with ${formatBytes(cardBytes)} each` : formatBytes(cardBytes),
  have({ cards, view: { node } }, { gpus, cardBytes }) {
    if (cards.length === 0) return 'no GPU';
    const margin = keptBack(node.reserve?.gpuMarginBytes, inMebibytes, ' per card');
    if (gpus > 1) return `${sufficient(cards, cardBytes)} such of ${cards.length}${margin}`;
    const most = inMebibytes(Math.max(...cards.map(({ freeBytes }) => freeBytes)));
    const where = cards.length === 1 ? 'free on its card' : `free on the emptiest of ${cards.length} cards`;
    return `${most} ${where}${margin}`;
  },
};

const hostPorts: Filter = {
  name: 'host port',
  fits: ({ hostPorts: taken }, demand) => demand.hostPorts.every((port) => !taken.includes(port)),
  need: (demand, { hostPorts: taken }) => String(demand.hostPorts.find((port) => taken.includes(port))),
  have: () => 'taken',
};

const FILTERS: readonly Filter[] = [health, cordon, region, labels, cpu, memory, vram, hostPorts];

function hasLabel({ labels: own }: Candidate['view']['node'], key: string, value: string): boolean {
  return Object.hasOwn(own, key) && own[key] === value;
}

function labelText(entries: readonly (readonly [string, string])[]): string {
  return entries.map(([key, value]) => `${key}=${value}`).join(', ');
}

function sufficient(cards: Candidate['cards'], bytes: number): number {
  return cards.filter(({ freeBytes }) => freeBytes >= bytes).length;
}

function keptBack(amount: number | undefined, format: (amount: number) => string, what = ''): string {
  return amount === undefined || amount === 0 ? '' : `, ${format(amount)}${what} kept back`;
}

function inMebibytes(bytes: number): string {
  return `${Math.floor(bytes / 2 ** 20)}Mi`;
}
