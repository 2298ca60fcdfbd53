import type { CardAllotment } from '../../domain/node/cards.ts';
import type { Reservation } from '../../domain/template.ts';
import type { NodeView } from '../snapshot.ts';
import { chooseCards, type FreeCard } from './cards.ts';
import type { Demand } from './demand.ts';

/** A node as placement sees it: what is left of it goes down with every replica that is placed in the same plan. */
export interface Candidate {
  readonly view: NodeView;
  cpuMillis: number;
  memoryBytes: number;
  readonly cards: readonly FreeCard[];
  hostPorts: readonly number[];
  /** Replicas of the deployment that are on it. */
  siblings: number;
}

/** The nodes of one plan. They are made when somebody first asks for them: most plans place nothing. */
export interface Candidates {
  readonly all: readonly Candidate[];
}

/** The nodes with what is free on them. `siblings`: id of a node -> replicas of the deployment on it. */
export function candidatesOf(nodes: readonly NodeView[], siblings: ReadonlyMap<string, number>): Candidates {
  let made: readonly Candidate[] | undefined;
  return {
    get all() {
      made ??= nodes.map((view) => candidateOf(view, siblings.get(view.node.id) ?? 0));
      return made;
    },
  };
}

function candidateOf(view: NodeView, siblings: number): Candidate {
  const { limit, reserved, cards = [], hostPorts } = view.allotment;
  return {
    view,
    cpuMillis: limit.cpuMillis - reserved.cpuMillis,
    memoryBytes: limit.memoryBytes - reserved.memoryBytes,
    cards: cards.length === 0 ? NO_CARDS : cards.map(freeCard),
    hostPorts,
    siblings,
  };
}

/** Most nodes of a large fleet have none: one list does for all. */
const NO_CARDS: readonly FreeCard[] = [];

function freeCard({ index, limitBytes, reservedBytes }: CardAllotment): FreeCard {
  return { index, freeBytes: limitBytes - reservedBytes };
}

/** Takes what a replica needs of a node that has it, and says what it holds there. */
export function take(
  candidate: Candidate,
  { cpuMillis, memoryBytes, gpus, cardBytes, hostPorts }: Demand,
): Reservation {
  const cards = chooseCards(candidate.cards, gpus, cardBytes);
  for (const card of cards) card.freeBytes -= cardBytes;
  candidate.cpuMillis -= cpuMillis;
  candidate.memoryBytes -= memoryBytes;
  if (hostPorts.length > 0) candidate.hostPorts = [...candidate.hostPorts, ...hostPorts];
  candidate.siblings += 1;
  return {
    nodeId: candidate.view.node.id,
    cpuMillis,
    memoryBytes,
    vramBytes: gpus * cardBytes,
    ...(gpus > 0 && { cards: cards.map(({ index }) => ({ index, vramBytes: cardBytes })) }),
    hostPorts: [...hostPorts],
  };
}
