import { afterAll, beforeAll, expect, test } from 'vitest';

import type { ImageState } from '../../src/projections/image.ts';
import { command, testStore, type TestStore } from '../support/store.ts';

const IMAGES = 20;
const NODES = 12;

let world: TestStore;
beforeAll(async () => {
  world = await testStore();
});
afterAll(() => world[Symbol.asyncDispose]());

test('a row that several streams share is made once, by whoever comes first: nobody overwrites what another has written', async () => {
  const { store } = world;
  const stores = [store, world.another(), world.another(), world.another()];
  for (let image = 0; image < IMAGES; image += 1) {
    await Promise.all(
      Array.from({ length: NODES }, (_, node) => {
        const replicaId = `r-${image}-${node}`;
        const ids = { replicaId, deploymentId: 'web', generation: 1 };
        const data = { ...ids, image: `web:${image}`, milliseconds: 1, nodeId: `node_${node}` };
        const pulled = command(`replica/${replicaId}`, 0, [{ type: 'ImagePulled', data }]);
        return (stores[node % stores.length] ?? store).append(pulled);
      }),
    );
    const row = await store.row<ImageState>('images', `web:${image}`);
    expect(row?.state.nodes.toSorted()).toEqual(Array.from({ length: NODES }, (_, node) => `node_${node}`).toSorted());
  }
});
