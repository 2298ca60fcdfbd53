import { randomUUID } from 'node:crypto';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { type ContainerSpec, type Engine, LABEL } from '../../src/engine/engine.ts';
import { logConformance } from './conformance-logs.ts';
import { eventConformance } from './conformance-events.ts';
import { imageConformance } from './conformance-images.ts';
import { lifecycleConformance } from './conformance-lifecycle.ts';
import type { EngineHarness, SpecChanges } from './harness.ts';
import { collect, takeUntil } from './waiting.ts';

/** What the parts of the suite share: the engine, and containers that are removed after each test. */
export interface Bench {
  readonly harness: EngineHarness;
  readonly engine: Engine;
  /** A specification with a name of its own. */
  spec(changes?: SpecChanges & { readonly name?: string; readonly image?: string }): ContainerSpec;
  /** Creates and starts it. */
  run(spec: ContainerSpec): Promise<string>;
}

/** The one suite that every implementation of the port passes. */
export function engineConformance(name: string, makeHarness: () => Promise<EngineHarness>): void {
  describe(`${name} engine conforms to the port`, () => {
    const bench = createBench(makeHarness);
    lifecycleConformance(bench);
    logConformance(bench);
    eventConformance(bench);
    imageConformance(bench);
    hostConformance(bench);
  });
}

function createBench(makeHarness: () => Promise<EngineHarness>): Bench {
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

function hostConformance(bench: Bench): void {
  describe('host', () => {
    it('tells its name, version and clock', async () => {
      const info = await bench.engine.info();
      expect(info.name).not.toBe('');
      expect(info.version).not.toBe('');
      expect(Math.abs(info.now.getTime() - Date.now())).toBeLessThan(60_000);
    });

    it('tells its capacity', async () => {
      const capacity = await bench.engine.capacity();
      expect(capacity.cpuMillis).toBeGreaterThanOrEqual(1_000);
      expect(capacity.memoryBytes).toBeGreaterThan(2 ** 28);
    });

    it('rejects with the reason of a signal that is aborted', async () => {
      const reason = new Error('changed my mind');
      await expect(bench.engine.info(AbortSignal.abort(reason))).rejects.toBe(reason);
      await expect(bench.engine.create(bench.spec(), AbortSignal.abort(reason))).rejects.toBe(reason);
    });

    it('rejects with the reason of a signal that aborts on the way', async () => {
      const id = await bench.run(bench.spec({ env: { MODE: 'stubborn' } }));
      await awaitLine(bench, id, 'ignoring SIGTERM');
      const controller = new AbortController();
      const reason = new Error('changed my mind');
      const events = bench.engine.events({
        since: (await bench.engine.info()).now,
        signal: AbortSignal.timeout(15_000),
      });
      const stopping = bench.engine.stop(id, 60, controller.signal);
      const rejected = expect(stopping).rejects.toBe(reason);
      // The signal has arrived at the container: the stop is under way.
      for await (const event of events) if (event.type === 'kill' && event.containerId === id) break;
      controller.abort(reason);
      await rejected;
    });

    it('ends calls and streams of a handle that is closed', async () => {
      const handle = bench.harness.connect();
      const reading = handle.events({ since: (await handle.info()).now, signal: new AbortController().signal });
      const id = await bench.run(bench.spec());
      await takeUntil(reading, (event) => event.containerId === id);
      const ended = expect(collect(reading)).rejects.toMatchObject({ code: 'unreachable' });
      await handle[Symbol.asyncDispose]();
      await ended;
      await expect(handle.info()).rejects.toMatchObject({ code: 'unreachable' });
      await expect(bench.engine.inspect(id)).resolves.toMatchObject({ id });
    });
  });
}

/** Waits until the container has written the line. */
export async function awaitLine(bench: Bench, containerId: string, text: string): Promise<void> {
  const signal = AbortSignal.timeout(15_000);
  for await (const line of bench.engine.logs(containerId, { follow: true, signal })) if (line.text === text) return;
  throw new Error(`container ${containerId} did not write "${text}"`);
}
