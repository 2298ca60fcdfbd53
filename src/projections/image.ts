import type { EventOf } from '../domain/event.ts';

/** Nodes that are remembered for one image: the row is written with every pull, so it has to stay small. */
export const REMEMBERED_NODES = 100;

/** Where an image was pulled or built. A hint for placement: an image that was removed from a node since is still here. */
export interface ImageState {
  readonly id: string;
  /** The latest first. */
  readonly nodes: readonly string[];
}

/** One pull further. Pulls from before the event said where are nowhere. */
export function evolveImage(
  state: ImageState | undefined,
  { data: { image, nodeId } }: Pick<EventOf<'ImagePulled' | 'BuildSucceeded'>, 'data'>,
): ImageState | undefined {
  if (nodeId === undefined) return state;
  const others = (state?.nodes ?? []).filter((id) => id !== nodeId);
  return { id: image, nodes: [nodeId, ...others].slice(0, REMEMBERED_NODES) };
}
