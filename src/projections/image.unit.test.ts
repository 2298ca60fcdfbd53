import fc from 'fast-check';
import { expect, test } from 'vitest';

import { evolveImage, REMEMBERED_NODES, type ImageState } from './image.ts';

function pulled(nodeIds: readonly (string | undefined)[]): ImageState | undefined {
  const attempt = { replicaId: 'r', deploymentId: 'd', generation: 1, image: 'web:1', milliseconds: 1 };
  return nodeIds.reduce<ImageState | undefined>(
    (state, nodeId) => evolveImage(state, { data: { ...attempt, nodeId } }),
    undefined,
  );
}

test('the latest nodes are remembered, each once, and never more than fit', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(150).map(String), { minLength: 1, maxLength: 400 }), (nodeIds) => {
      const latest = [...new Set(nodeIds.toReversed())].slice(0, REMEMBERED_NODES);
      expect(pulled(nodeIds)).toEqual({ id: 'web:1', nodes: latest });
    }),
  );
});

test('a pull that does not say where is no news', () => {
  expect(pulled([undefined])).toBeUndefined();
  expect(pulled(['n', undefined])).toEqual({ id: 'web:1', nodes: ['n'] });
});
