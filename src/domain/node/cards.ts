import type { CardShare } from '../template.ts';
import type { NodeCapacity, NodeReserve } from './events.ts';

/** What of one card is given away. Bytes. */
export interface CardAllotment {
  readonly index: number;
  /** The card without its margin, or what was already reserved when the card shrank. */
  readonly limitBytes: number;
  readonly reservedBytes: number;
}

/** The cards of a node with what may be given away of each: its memory less the margin. By index. */
export function usableCards(
  { gpus }: NodeCapacity,
  reserve: NodeReserve | undefined,
): readonly { readonly index: number; readonly vramBytes: number }[] {
  return gpus
    .map(({ index, vramBytes }, place) => ({
      index: index ?? place,
      vramBytes: Math.max(0, vramBytes - (reserve?.gpuMarginBytes ?? 0)),
    }))
    .sort((left, right) => left.index - right.index);
}

/** The cards once these shares are taken (`sign` 1) or given back (-1). A card that is gone stays while somebody holds it. */
export function withShares(
  cards: readonly CardAllotment[],
  shares: readonly CardShare[],
  sign: 1 | -1,
): readonly CardAllotment[] {
  const byIndex = new Map(cards.map((card) => [card.index, card]));
  for (const { index, vramBytes } of shares) {
    const { limitBytes = 0, reservedBytes = 0 } = byIndex.get(index) ?? {};
    byIndex.set(index, { index, limitBytes, reservedBytes: reservedBytes + sign * vramBytes });
  }
  return [...byIndex.values()].sort((left, right) => left.index - right.index);
}

/** The cards of this capacity with what is reserved of them. Nobody is evicted: the limit is at least what is reserved. */
export function limitedCards(
  capacity: NodeCapacity,
  reserve: NodeReserve | undefined,
  reserved: readonly CardAllotment[],
): readonly CardAllotment[] {
  const there = usableCards(capacity, reserve).map(({ index, vramBytes }): CardAllotment => {
    return { index, limitBytes: vramBytes, reservedBytes: 0 };
  });
  const held = reserved.filter(({ reservedBytes }) => reservedBytes > 0);
  const shares = held.map(({ index, reservedBytes }) => ({ index, vramBytes: reservedBytes }));
  return withShares(there, shares, 1).map((card) => {
    return { ...card, limitBytes: Math.max(card.limitBytes, card.reservedBytes) };
  });
}
