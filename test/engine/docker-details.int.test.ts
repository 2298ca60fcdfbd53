import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { connectEngine } from '../../src/engine/connect.ts';
import { type ContainerSpec, type Engine, LABEL } from '../../src/engine/engine.ts';
import { buildWebImage, tarOf } from '../support/images.ts';
import { anyOf, containing } from '../support/matchers.ts';
import { startRegistry } from '../support/registry.ts';
import { DOCKER_URL, docker, ignoreAbsent, pushImage } from './docker-harness.ts';
import { collect, takeUntil } from './waiting.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

const IMAGE = 'deploy-svc-test/web:1';
const NAME = `deploy-svc-test-details-${process.pid}`;

describe('Docker containers', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = connectEngine(DOCKER_URL);
    await buildWebImage(engine, IMAGE, '1');
    return () => engine[Symbol.asyncDispose]();
  });
  afterEach(() => ignoreAbsent(docker.getContainer(NAME).remove({ force: true })));

  const spec = (changes: Partial<ContainerSpec> = {}): ContainerSpec => ({
    name: NAME,
    image: IMAGE,
    env: {},
    ports: [],
    labels: { [LABEL.replica]: 'r', [LABEL.generation]: '1' },
    ...changes,
  });
  const run = async (changes: Partial<ContainerSpec>): Promise<string> => {
    const { containerId } = await engine.create(spec(changes));
    await engine.start(containerId);
    return containerId;
  };

  it('carry what was specified, and take no decisions of their own', async () => {
    const ports = [{ internal: 8080, host: 18_080 + (process.pid % 1_000) }, { internal: 9090 }];
    await engine.create(
      spec({
        env: { A: '1', B: 'x=y z' },
        cpuMillis: 250,
        memoryBytes: 64 * 2 ** 20,
        ports,
        command: ['one', 'two words'],
      }),
    );
    const { Config, HostConfig } = await docker.getContainer(NAME).inspect();
    expect(Config.Env).toEqual(expect.arrayContaining(['A=1', 'B=x=y z']));
    expect(Config.Cmd).toEqual(['one', 'two words']);
    expect(Config.Labels).toEqual({ [LABEL.replica]: 'r', [LABEL.generation]: '1', [LABEL.managed]: 'true' });
    expect(HostConfig).toMatchObject({
      NanoCpus: 250_000_000,
      Memory: 64 * 2 ** 20,
      SecurityOpt: ['no-new-privileges'],
      Privileged: false,
    });
    expect(HostConfig.RestartPolicy?.Name).toBe('no');
    expect(HostConfig.PortBindings).toEqual({
      '8080/tcp': [{ HostIp: '0.0.0.0', HostPort: String(ports[0]?.host) }],
      '9090/tcp': [{ HostIp: '0.0.0.0', HostPort: '' }],
    });
  });

  it('serve on the published port', async () => {
    const id = await run({ ports: [{ internal: 8080 }], env: { VERSION: '42' } });
    await takeUntil(engine.logs(id, { follow: true }), (line) => line.text.startsWith('serving'));
    const port = (await engine.inspect(id))?.ports[0]?.host;
    await expect.poll(async () => (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('42\n');
  });

  it('log with a terminal as without', async () => {
    const container = await docker.createContainer({
      name: NAME,
      Image: IMAGE,
      Tty: true,
      Env: ['MODE=lines', 'COUNT=3'],
    });
    await container.start();
    const lines = await collect(engine.logs(container.id, { follow: true }));
    expect(lines).toEqual(
      [1, 2, 3].map((count) => ({ at: anyOf(Date), time: anyOf(String), stream: 'stdout', text: `line ${count}` })),
    );
  });

  it('log lines longer than the buffer of the engine in one piece', async () => {
    // The engine's own log file replaces characters that its 16 KiB pieces cut in two, so only the end has one.
    const long = `${'0123456789'.repeat(5_000)}€`;
    const id = await run({ env: { MODE: 'exit', MESSAGE: long } });
    const lines = await collect(engine.logs(id, { follow: true }));
    expect(lines.find((line) => line.stream === 'stdout')?.text === long).toBe(true);
  });

  it('tell why they cannot be started', async () => {
    const container = await docker.createContainer({
      name: NAME,
      Image: IMAGE,
      Entrypoint: ['/bin/absent'],
      Labels: { [LABEL.managed]: 'true' },
    });
    await expect(engine.start(container.id)).rejects.toMatchObject({
      code: 'start-failed',
      message: containing('/bin/absent'),
    });
    expect(await engine.inspect(container.id)).toMatchObject({
      phase: 'created',
      error: containing('/bin/absent'),
    });
  });

  it('tell that they were killed for their memory', async () => {
    const since = (await engine.info()).now;
    const container = await docker.createContainer({
      name: NAME,
      Image: IMAGE,
      Entrypoint: ['/bin/sh', '-c', 'x=a; while :; do x="$x$x"; done'],
      Labels: { [LABEL.managed]: 'true' },
      HostConfig: { Memory: 16 * 2 ** 20, MemorySwap: 16 * 2 ** 20 },
    });
    await container.start();
    const events = await takeUntil(
      engine.events({ since, signal: new AbortController().signal }),
      (each) => each.type === 'die' && each.containerId === container.id,
    );
    expect(events.filter((each) => each.containerId === container.id).map((each) => each.type)).toContain('oom');
    expect(await engine.inspect(container.id)).toMatchObject({ phase: 'exited', oomKilled: true, exitCode: 137 });
  });
});

describe('a reference without a tag', () => {
  it('pulls the latest image, and not every one there is', async () => {
    await using registry = await startRegistry();
    await using engine = connectEngine(DOCKER_URL);
    const repository = `${registry.address}/deploy-svc-test/many`;
    const tags = [`${repository}:latest`, `${repository}:other`] as const;
    for (const tag of tags) {
      await engine.build(tarOf({ Dockerfile: `FROM scratch\nLABEL tag=${tag}\nCOPY file /file\n`, file: tag }), tag);
      await pushImage(tag);
      await docker.getImage(tag).remove();
    }
    await engine.pull(repository);
    expect(await Promise.all(tags.map((tag) => engine.hasImage(tag)))).toEqual([true, false]);
    await docker.getImage(tags[0]).remove();
  });
});
