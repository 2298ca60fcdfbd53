import { randomUUID } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { virtualClock } from '../../clock.ts';
import { connectEngine } from '../connect.ts';
import { type ContainerSpec, type EngineEvent, LABEL } from '../engine.ts';
import type { SimulatedHost } from './host.ts';
import type { SimulatedHostOptions } from './host-options.ts';
import { NO_LATENCY } from './latency.ts';
import { createSimulatedHost, dropSimulatedHost, simulatedHost } from './registry.ts';
import { SERVER_IMAGE } from './script.ts';

const IMAGE = 'server:1';
const spec = (name: string, changes: Partial<ContainerSpec> = {}): ContainerSpec => ({
  name,
  image: IMAGE,
  env: {},
  ports: [],
  labels: { [LABEL.replica]: name, [LABEL.generation]: '1' },
  ...changes,
});

describe('a simulated host', () => {
  let name: string;
  let host: SimulatedHost;
  const clock = virtualClock();
  const setUp = (options: SimulatedHostOptions = {}): SimulatedHost =>
    createSimulatedHost(name, { clock, latencies: NO_LATENCY, images: { [IMAGE]: SERVER_IMAGE }, ...options });

  beforeEach(() => {
    name = `host-${randomUUID().slice(0, 8)}`;
  });
  afterEach(() => dropSimulatedHost(name));

  const run = async (container: ContainerSpec): Promise<string> => {
    const engine = connectEngine(`simulated://${name}`);
    const { containerId } = await engine.create(container);
    await engine.start(containerId);
    return containerId;
  };

  it('is shared by all handles, and outlives them', async () => {
    host = setUp();
    const id = await run(spec('a'));
    await connectEngine(`simulated://${name}`)[Symbol.asyncDispose]();
    expect(await connectEngine(`simulated://${name}`).inspect('a')).toMatchObject({ id, phase: 'running' });
    expect(simulatedHost(name)).toBe(host);
    expect(() => createSimulatedHost(name)).toThrow('already');
  });

  it('takes virtual time for its work', async () => {
    host = setUp({ latencies: { start: { p50: 200, p95: 200 } } });
    const engine = connectEngine(`simulated://${name}`);
    const { containerId } = await engine.create(spec('a'));
    const starting = engine.start(containerId);
    await clock.advance(199);
    expect(host.get('a').phase).toBe('created');
    await clock.advance(2);
    await starting;
    expect(host.get('a').phase).toBe('running');
  });

  it('kills after the grace in virtual time', async () => {
    host = setUp({ images: { [IMAGE]: { script: () => ({ ignoresSigterm: true }) } } });
    const id = await run(spec('a'));
    const stopping = connectEngine(`simulated://${name}`).stop(id, 30);
    await clock.advance(29_999);
    expect(host.get('a').phase).toBe('running');
    await clock.advance(1);
    await stopping;
    expect(host.get('a')).toMatchObject({ phase: 'exited', exitCode: 137 });
  });

  it('fails as told, and then no more', async () => {
    host = setUp();
    const engine = connectEngine(`simulated://${name}`);
    host.failNext('create', 'refused', { message: 'disk full', times: 2 });
    await expect(engine.create(spec('a'))).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('disk full'),
    });
    await expect(engine.create(spec('a'))).rejects.toMatchObject({ code: 'refused' });
    expect((await engine.create(spec('a'))).adopted).toBe(false);
  });

  it('can lose the answer to what it has done', async () => {
    host = setUp();
    const engine = connectEngine(`simulated://${name}`);
    host.failNext('create', 'unreachable', { afterEffect: true });
    await expect(engine.create(spec('a'))).rejects.toMatchObject({ code: 'unreachable' });
    expect((await engine.create(spec('a'))).adopted).toBe(true);
  });

  it('can hang: calls end at their deadline', async () => {
    host = setUp();
    const engine = connectEngine(`simulated://${name}`, { deadlines: { read: 5_000, change: 9_000 } });
    host.hang();
    const failures: string[] = [];
    const note = (call: Promise<unknown>): Promise<unknown> =>
      call.catch((error: Error & { code: string }) => failures.push(error.code));
    const all = [note(engine.info()), note(engine.create(spec('a')))];
    await clock.advance(5_000);
    expect(failures).toEqual(['timeout']);
    await clock.advance(4_000);
    await Promise.all(all);
    expect(failures).toEqual(['timeout', 'timeout']);
    host.heal();
    await expect(engine.info()).resolves.toMatchObject({ name });
  });

  it('can go away and come back; containers run on and the events are there', async () => {
    host = setUp();
    const engine = connectEngine(`simulated://${name}`);
    const id = await run(spec('a'));
    const seen: EngineEvent[] = [];
    const watch = async (since: Date): Promise<void> => {
      for await (const event of engine.events({ since, signal: new AbortController().signal })) seen.push(event);
    };
    const broken = watch(clock.now()).catch((error: unknown) => error);
    await clock.advance(10);
    host.disconnect();
    expect(await broken).toMatchObject({ code: 'unreachable' });
    await expect(engine.inspect(id)).rejects.toMatchObject({ code: 'unreachable' });
    host.kill('a', 3);
    host.heal();
    expect(await engine.inspect(id)).toMatchObject({ phase: 'exited', exitCode: 3 });
    const again = watch(seen.at(-1)?.at ?? new Date(0)).catch((error: unknown) => error);
    await clock.advance(1);
    host.breakStreams();
    expect(await again).toMatchObject({ code: 'unreachable' });
    expect(seen.at(-1)).toMatchObject({ type: 'die', exitCode: 3, containerId: id });
  });

  it('forgets its events and ends its containers when it restarts', async () => {
    host = setUp();
    const id = await run(spec('a'));
    host.reboot();
    expect(await connectEngine(`simulated://${name}`).inspect(id)).toMatchObject({ phase: 'exited', exitCode: 255 });
    expect(host.events.items).toEqual([]);
  });

  it('remembers only so many events', async () => {
    host = setUp({ eventMemory: 3 });
    await run(spec('a'));
    await run(spec('b'));
    expect(host.events.items.map((event) => `${event.labels[LABEL.replica]} ${event.type}`)).toEqual([
      'a start',
      'b create',
      'b start',
    ]);
  });

  it('gives ports that nobody has', async () => {
    host = setUp({ takenPorts: [80, 32_768] });
    await expect(run(spec('a', { ports: [{ internal: 8080, host: 80 }] }))).rejects.toMatchObject({
      code: 'port-taken',
    });
    const ports = [{ internal: 8080 }, { internal: 9090 }];
    const ids = [await run(spec('b', { ports })), await run(spec('c', { ports }))];
    expect(ids.flatMap((id) => host.get(id).ports.map((port) => port.host))).toEqual([32_769, 32_770, 32_771, 32_772]);
  });

  it('plays what its images do, and stops playing with the container', async () => {
    const script = () => ({
      steps: [
        { kind: 'log', text: 'connecting' },
        { kind: 'health', health: 'healthy', afterMs: 1_000 },
        { kind: 'stats', stats: { cpuMillis: 700, memoryBytes: 5 }, afterMs: 1_000 },
        { kind: 'oom', afterMs: 1_000 },
      ] as const,
    });
    host = setUp({ images: { [IMAGE]: { script } } });
    const engine = connectEngine(`simulated://${name}`);
    const id = await run(spec('a', { cpuMillis: 500 }));
    expect(await engine.inspect(id)).toMatchObject({ health: 'starting' });
    await clock.advance(1_000);
    expect(await engine.inspect(id)).toMatchObject({ health: 'healthy' });
    await clock.advance(1_000);
    // A limit is a limit.
    expect(await engine.stats(id)).toEqual({ cpuMillis: 500, memoryBytes: 5 });
    await clock.advance(1_000);
    expect(await engine.inspect(id)).toMatchObject({ phase: 'exited', exitCode: 137, oomKilled: true });
    await engine.start(id);
    await engine.stop(id, 1);
    expect(clock.sleeping).toBe(0);
  });

  it('pulls as fast as its line, and only what the registry has', async () => {
    host = setUp({
      registry: (reference) => (reference === 'big:1' ? { ...SERVER_IMAGE, bytes: 4_000 } : undefined),
      pullBytesPerSecond: 1_000,
    });
    const engine = connectEngine(`simulated://${name}`);
    const seen: (number | undefined)[] = [];
    const pulling = engine.pull('big:1', (progress) => seen.push(progress.current));
    await clock.advance(2_000);
    expect(seen).toEqual([undefined, 1_000, 2_000]);
    expect(await engine.hasImage('big:1')).toBe(false);
    await clock.advance(2_000);
    await pulling;
    expect(await engine.hasImage('big:1')).toBe(true);
    await expect(engine.pull('small:1')).rejects.toMatchObject({ code: 'image-not-found' });
  });

  it('has the GPUs that it is given', async () => {
    host = setUp({
      capacity: { cpuMillis: 8_000, memoryBytes: 2 ** 34, gpus: [{ name: 'L4', vramBytes: 24 * 2 ** 30 }] },
    });
    expect((await connectEngine(`simulated://${name}`).capacity()).gpus).toEqual([
      { name: 'L4', vramBytes: 24 * 2 ** 30 },
    ]);
  });
});
