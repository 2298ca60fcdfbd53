import { afterAll, beforeAll, expect, test } from 'vitest';

import { virtualClock } from '../../src/clock.ts';
import { command, definitionSaved, testStore, type TestStore } from '../support/store.ts';

let world: TestStore;
beforeAll(async () => {
  world = await testStore();
});
afterAll(() => world[Symbol.asyncDispose]());

const DEADLINE_MS = 10_000;
let names = 0;

async function define(): Promise<void> {
  names += 1;
  await world.store.append(command(`definition/d${names}`, 0, [definitionSaved(`d${names}`)]));
}

async function register(): Promise<void> {
  names += 1;
  const nodeId = `node_${names}`;
  const capacity = { cpuMillis: 1_000, memoryBytes: 2 ** 30, gpus: [] };
  const data = { nodeId, url: `simulated://${nodeId}`, cluster: 'c', zone: 'z', labels: {}, capacity };
  await world.store.append(command(`node/${nodeId}`, 0, [{ type: 'NodeRegistered', data }]));
}

/** Of another process, whose poll is never due: only what it is told wakes it. */
function follow(kind: 'node' | 'definition') {
  const store = world.another({ clock: virtualClock() });
  return store.touched({ kind, pollMs: 1_000, signal: AbortSignal.timeout(DEADLINE_MS) });
}

test('it yields at once, and then when a stream of that kind has grown', async () => {
  const nodes = follow('node');
  // The second one is that of the connection: what was said before it was there may have been missed.
  for (let n = 0; n < 2; n += 1) expect(await nodes.next()).toEqual({ done: false, value: undefined });
  const third = nodes.next();
  await register();
  expect(await third).toEqual({ done: false, value: undefined });
});

test('what is said while the consumer works is yielded when it comes back', async () => {
  const nodes = follow('node');
  await nodes.next();
  await nodes.next();
  const definitions = follow('definition');
  await definitions.next();
  await definitions.next();
  await register();
  await define();
  await definitions.next();
  expect(await nodes.next()).toEqual({ done: false, value: undefined });
});

test('events of other kinds do not wake it', async () => {
  const store = world.another({ clock: virtualClock() });
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const nodes = store.touched({ kind: 'node', pollMs: 1_000, signal });
  const definitions = store.touched({ kind: 'definition', pollMs: 1_000, signal });
  for (const each of [nodes, definitions]) await each.next();
  for (const each of [nodes, definitions]) await each.next();
  let woken = false;
  const waiting = nodes.next().then(() => {
    woken = true;
  });
  const heard = definitions.next();
  await define();
  await heard;
  expect(woken).toBe(false);
  await register();
  await waiting;
  expect(woken).toBe(true);
});

test('one poll without a signal yields as well, and the abort ends it', async () => {
  const clock = virtualClock();
  const stop = new AbortController();
  const nodes = world.another({ clock }).touched({ kind: 'node', pollMs: 60_000, signal: stop.signal });
  await nodes.next();
  await nodes.next();
  const polled = nodes.next();
  await clock.advance(60_000);
  expect(await polled).toEqual({ done: false, value: undefined });
  const last = nodes.next();
  stop.abort();
  expect((await last).done).toBe(true);
});
