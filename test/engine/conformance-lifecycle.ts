import { describe, expect, it } from 'vitest';

import { LABEL } from '../../src/engine/engine.ts';
import { anyOf, containing, matching } from '../support/matchers.ts';
import { awaitLine, type Bench } from './bench.ts';

/** A port of the host that nobody else is likely to hold, below the ephemeral range. */
const somePort = (): number => 20_000 + Math.floor(Math.random() * 10_000);

export function lifecycleConformance(bench: Bench): void {
  describe('create', () => {
    creation(bench);
  });
  describe('start', () => {
    starting(bench);
  });
  describe('stop', () => {
    stopping(bench);
  });
  describe('remove', () => {
    removal(bench);
  });
  describe('list and inspect', () => {
    listing(bench);
  });
  describe('inspect', () => {
    identity(bench);
  });
  describe('stats', () => {
    statistics(bench);
  });
}

function creation(bench: Bench): void {
  it('creates a container with its labels and leaves it unstarted', async () => {
    const spec = bench.spec({ labels: { [LABEL.owner]: 'somebody' } });
    const { containerId, adopted } = await bench.engine.create(spec);
    expect(adopted).toBe(false);
    const state = await bench.engine.inspect(spec.name);
    expect(state).toMatchObject({ id: containerId, name: spec.name, image: spec.image, phase: 'created', ports: [] });
    expect(state?.labels).toMatchObject({ ...spec.labels, [LABEL.managed]: 'true' });
    expect(state?.startedAt).toBeUndefined();
    expect(state?.exitCode).toBeUndefined();
  });

  it('adopts the container of the same replica and generation', async () => {
    const spec = bench.spec();
    const first = await bench.engine.create(spec);
    const second = await bench.engine.create({ ...spec, env: { OTHER: 'value' } });
    expect(second).toEqual({ containerId: first.containerId, adopted: true });
  });

  it('makes one container of creations that race', async () => {
    const spec = bench.spec();
    const other = bench.harness.connect();
    const all = await Promise.all([bench.engine, other, bench.engine, other].map((engine) => engine.create(spec)));
    expect(new Set(all.map((created) => created.containerId)).size).toBe(1);
    expect(all.filter((created) => !created.adopted)).toHaveLength(1);
    await other[Symbol.asyncDispose]();
  });

  it('refuses a name that another generation has', async () => {
    const spec = bench.spec();
    await bench.engine.create(spec);
    const later = { ...spec, labels: { ...spec.labels, [LABEL.generation]: '2' } };
    await expect(bench.engine.create(later)).rejects.toMatchObject({
      code: 'name-taken',
      message: containing(spec.name),
    });
  });

  it('refuses a name that the same replica of another owner has', async () => {
    const spec = bench.spec();
    const owned = (owner: string) => ({ ...spec, labels: { ...spec.labels, [LABEL.owner]: owner } });
    await bench.engine.create(owned('one'));
    await expect(bench.engine.create(owned('other'))).rejects.toMatchObject({ code: 'name-taken' });
    expect((await bench.engine.create(owned('one'))).adopted).toBe(true);
  });

  it('refuses a name that a foreign container has, also without labels to compare', async () => {
    const { labels, ...spec } = bench.spec();
    await using _foreign = await bench.harness.runForeign(spec.name);
    await expect(bench.engine.create({ ...spec, labels })).rejects.toMatchObject({ code: 'name-taken' });
    await expect(bench.engine.create({ ...spec, labels: {} })).rejects.toMatchObject({ code: 'name-taken' });
  });

  it('tells that the image is absent, in the words of the engine', async () => {
    const spec = bench.spec({ image: 'deploy-svc-test/absent:1' });
    await expect(bench.engine.create(spec)).rejects.toMatchObject({
      code: 'image-not-found',
      message: matching(/no such image: deploy-svc-test\/absent:1/i),
    });
  });

  it('refuses limits that the host cannot give', async () => {
    const { cpuMillis } = await bench.engine.capacity();
    const tooMuch = bench.spec({ cpuMillis: cpuMillis + 1_000 });
    await expect(bench.engine.create(tooMuch)).rejects.toMatchObject({
      code: 'refused',
      message: containing('CPUs'),
    });
    const tooLittle = bench.spec({ memoryBytes: 1_000 });
    await expect(bench.engine.create(tooLittle)).rejects.toMatchObject({
      code: 'refused',
      message: containing('6MB'),
    });
  });
}

function starting(bench: Bench): void {
  it('starts once, however often it is asked', async () => {
    const spec = bench.spec({ ports: [{ internal: 8080 }] });
    const id = await bench.run(spec);
    const state = await bench.engine.inspect(id);
    await bench.engine.start(id);
    expect(state?.phase).toBe('running');
    expect(Math.abs((state?.startedAt?.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
    expect((await bench.engine.inspect(id))?.startedAt).toEqual(state?.startedAt);
  });

  it('publishes the ports that are asked for and assigns the others', async () => {
    const host = somePort();
    const id = await bench.run(bench.spec({ ports: [{ internal: 8080 }, { internal: 9090, host }] }));
    const ports = (await bench.engine.inspect(id))?.ports;
    expect(ports).toEqual([
      { internal: 8080, host: anyOf(Number) },
      { internal: 9090, host },
    ]);
    expect(ports?.[0]?.host).toBeGreaterThan(1_023);
  });

  it('tells that a port is taken, and starts once it is free', async () => {
    const ports = [{ internal: 8080, host: somePort() }];
    const holder = await bench.run(bench.spec({ ports }));
    const { containerId } = await bench.engine.create(bench.spec({ ports }));
    await expect(bench.engine.start(containerId)).rejects.toMatchObject({
      code: 'port-taken',
      message: containing(String(ports[0]?.host)),
    });
    await bench.engine.remove(holder);
    await bench.engine.start(containerId);
    expect((await bench.engine.inspect(containerId))?.ports).toEqual(ports);
  });

  it('tells that there is no such container', async () => {
    await expect(bench.engine.start('deploy-svc-test-absent')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('starts again what has ended', async () => {
    const id = await bench.run(bench.spec({ ports: [{ internal: 8080 }] }));
    await bench.engine.stop(id, 1);
    await bench.engine.start(id);
    expect(await bench.engine.inspect(id)).toMatchObject({
      phase: 'running',
      exitCode: undefined,
      finishedAt: undefined,
    });
  });
}

function stopping(bench: Bench): void {
  it('lets a container end by itself on SIGTERM', async () => {
    const id = await bench.run(bench.spec({ ports: [{ internal: 8080 }] }));
    await awaitLine(bench, id, 'serving 1 on 8080');
    await bench.engine.stop(id, 30);
    const state = await bench.engine.inspect(id);
    expect(state).toMatchObject({ phase: 'exited', exitCode: 0, oomKilled: false, ports: [] });
    expect(state?.finishedAt?.getTime()).toBeGreaterThanOrEqual(
      state?.startedAt?.getTime() ?? Number.POSITIVE_INFINITY,
    );
  });

  it('kills after the grace what ignores SIGTERM', async () => {
    const id = await bench.run(bench.spec({ env: { MODE: 'stubborn' } }));
    await awaitLine(bench, id, 'ignoring SIGTERM');
    const begin = performance.now();
    await bench.engine.stop(id, 1);
    expect(performance.now() - begin).toBeGreaterThan(900);
    expect(await bench.engine.inspect(id)).toMatchObject({ phase: 'exited', exitCode: 137 });
  });

  it('has no effect on what is stopped or absent', async () => {
    const id = await bench.run(bench.spec({ env: { MODE: 'sleep' } }));
    await bench.engine.stop(id, 0);
    const { finishedAt } = (await bench.engine.inspect(id)) ?? {};
    await bench.engine.stop(id, 10);
    expect((await bench.engine.inspect(id))?.finishedAt).toEqual(finishedAt);
    await bench.engine.stop('deploy-svc-test-absent', 10);
  });
}

function removal(bench: Bench): void {
  it('removes what runs, and has no effect on what is absent', async () => {
    const spec = bench.spec();
    const id = await bench.run(spec);
    await bench.engine.remove(id);
    expect(await bench.engine.inspect(id)).toBeUndefined();
    expect(await bench.engine.inspect(spec.name)).toBeUndefined();
    await bench.engine.remove(id);
  });

  it('has removed it when it returns, also while others remove it', async () => {
    const spec = bench.spec();
    const id = await bench.run(spec);
    const other = bench.harness.connect();
    const states = await Promise.all(
      [bench.engine, other, bench.engine].map(async (engine) => {
        await engine.remove(id);
        return engine.inspect(id);
      }),
    );
    expect(states).toEqual([undefined, undefined, undefined]);
    // The name is free at once.
    expect((await other.create(spec)).adopted).toBe(false);
    await other[Symbol.asyncDispose]();
  });
}

function listing(bench: Bench): void {
  it('tells the same of each container', async () => {
    const running = await bench.run(bench.spec({ ports: [{ internal: 8080 }] }));
    const ended = await bench.run(bench.spec({ env: { MODE: 'exit', CODE: '7' } }));
    const created = (await bench.engine.create(bench.spec({ ports: [{ internal: 8080 }] }))).containerId;
    await expect.poll(async () => (await bench.engine.inspect(ended))?.phase, { timeout: 10_000 }).toBe('exited');
    const list = await bench.engine.list();
    for (const id of [running, ended, created]) {
      expect(list.find((state) => state.id === id)).toEqual(await bench.engine.inspect(id));
    }
    expect(list.find((state) => state.id === ended)?.exitCode).toBe(7);
    expect(list.find((state) => state.id === running)?.ports).toHaveLength(1);
  });

  it('lists only what is ours', async () => {
    const { name } = bench.spec();
    await using _foreign = await bench.harness.runForeign(name);
    const own = await bench.run(bench.spec());
    const ids = await bench.engine.list();
    expect(ids.map((state) => state.id)).toContain(own);
    expect(ids.map((state) => state.name)).not.toContain(name);
    expect(await bench.engine.inspect(name)).toMatchObject({ name, phase: 'running' });
  });
}

function identity(bench: Bench): void {
  it('takes a part of an id for nothing', async () => {
    const { containerId } = await bench.engine.create(bench.spec());
    expect(await bench.engine.inspect(containerId.slice(0, 12))).toBeUndefined();
  });
}

function statistics(bench: Bench): void {
  it('samples CPU and memory', async () => {
    const busy = await bench.run(bench.spec({ env: { MODE: 'burn' }, cpuMillis: 500 }));
    const idle = await bench.run(bench.spec({ env: { MODE: 'sleep' } }));
    await awaitLine(bench, busy, 'burning');
    // Shared machines lend less than asked for at times; a wrong unit is off by far more.
    await expect.poll(async () => (await bench.engine.stats(busy)).cpuMillis, { timeout: 15_000 }).toBeGreaterThan(200);
    const sample = await bench.engine.stats(busy);
    expect(sample.cpuMillis).toBeLessThan(800);
    expect(sample.memoryBytes).toBeGreaterThan(10_000);
    expect(sample.memoryBytes).toBeLessThan(64 * 2 ** 20);
    expect((await bench.engine.stats(idle)).cpuMillis).toBeLessThan(100);
  }, 30_000);

  it('samples zeros of what does not run, and knows what is absent', async () => {
    const { containerId } = await bench.engine.create(bench.spec());
    expect(await bench.engine.stats(containerId)).toEqual({ cpuMillis: 0, memoryBytes: 0 });
    await expect(bench.engine.stats('deploy-svc-test-absent')).rejects.toMatchObject({ code: 'not-found' });
  });
}
