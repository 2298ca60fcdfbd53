/** What is left of one card. */
export interface FreeCard {
  readonly index: number;
  freeBytes: number;
}

/**
 * Best fit: of the cards that have so much free, those that have the least, so that whole cards stay whole; then by index.
 * Fewer than `count` when there are not so many.
 */
export function chooseCards(cards: readonly FreeCard[], count: number, bytes: number): readonly FreeCard[] {
  if (count === 0) return [];
  return cards
    .filter(({ freeBytes }) => freeBytes >= bytes)
    .sort((left, right) => left.freeBytes - right.freeBytes || left.index - right.index)
    .slice(0, count)
    .sort((left, right) => left.index - right.index);
}
