import { randomUUID } from 'node:crypto';

import { afterAll, afterEach, beforeAll } from 'vitest';

import { type ContainerSpec, type Engine, LABEL } from '../../src/engine/engine.ts';
import type { EngineHarness, SpecChanges } from './harness.ts';

/** What the parts of the suite share: the engine, and containers that are removed after each test. */
export interface Bench {
  readonly harness: EngineHarness;
  readonly engine: Engine;
  /** A specification with a name of its own. */
  spec(changes?: SpecChanges & { readonly name?: string; readonly image?: string }): ContainerSpec;
  /** Creates and starts it. */
  run(spec: ContainerSpec): Promise<string>;
}

/** The bench of the enclosing describe. */
export function createBench(makeHarness: () => Promise<EngineHarness>): Bench {
  let harness: EngineHarness | undefined;
  let engine: Engine | undefined;
  let names: string[] = [];
  const present = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('the harness is not ready');
    return value;
  };
  beforeAll(async () => {
    harness = await makeHarness();
    engine = harness.connect();
  }, 60_000);
  afterEach(async () => {
    await present(harness).clean(names);
    names = [];
  });
  afterAll(async () => {
    await engine?.[Symbol.asyncDispose]();
    await harness?.dispose();
  });
  const bench: Bench = {
    get harness() {
      return present(harness);
    },
    get engine() {
      return present(engine);
    },
    spec(changes = {}) {
      const name = changes.name ?? `deploy-svc-test-${randomUUID().slice(0, 8)}`;
      names.push(name);
      const labels = { [LABEL.replica]: name, [LABEL.generation]: '1' };
      return {
        image: present(harness).image,
        env: {},
        ports: [],
        ...changes,
        name,
        labels: { ...labels, ...changes.labels },
      };
    },
    async run(spec) {
      const { containerId } = await bench.engine.create(spec);
      await bench.engine.start(containerId);
      return containerId;
    },
  };
  return bench;
}

/** Waits until the container has written the line. */
export async function awaitLine(bench: Bench, containerId: string, text: string): Promise<void> {
  const signal = AbortSignal.timeout(15_000);
  for await (const line of bench.engine.logs(containerId, { follow: true, signal })) if (line.text === text) return;
  throw new Error(`container ${containerId} did not write "${text}"`);
}
