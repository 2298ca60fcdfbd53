import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { afterEach, beforeAll, describe, expect, test } from 'vitest';

import { connectEngine } from '../../src/engine/connect.ts';
import { DEFAULT_PIDS_LIMIT } from '../../src/engine/docker/security.ts';
import { type ContainerSpec, type Engine, LABEL } from '../../src/engine/engine.ts';
import { buildWebImage, tarOf } from '../support/images.ts';
import { DOCKER_URL, docker, ignoreAbsent } from './docker-harness.ts';
import { collect } from './waiting.ts';

const RUN = randomUUID().slice(0, 8);
const WEB = 'deploy-svc-test/web:1';
const IMAGE = `deploy-svc-test/secured:${RUN}`;
const NUMBERED = `deploy-svc-test/secured-1000:${RUN}`;
const NAMED = `deploy-svc-test/secured-app:${RUN}`;
const NAME = `deploy-svc-test-security-${RUN}`;

let engine: Engine;
beforeAll(async () => {
  engine = connectEngine(DOCKER_URL);
  await buildWebImage(engine, WEB, '1');
  // A shell instead of the server, with accounts to drop to.
  const base = `FROM ${WEB}\nCOPY passwd /etc/passwd\nENTRYPOINT ["/bin/sh", "-c"]\n`;
  const files = { passwd: 'root:x:0:0::/:/bin/sh\napp:x:1000:1000::/:/bin/sh\n' };
  await engine.build(tarOf({ ...files, Dockerfile: base }), IMAGE);
  await engine.build(tarOf({ ...files, Dockerfile: `${base}USER 1000:1000\n` }), NUMBERED);
  await engine.build(tarOf({ ...files, Dockerfile: `${base}USER app\n` }), NAMED);
  return async () => {
    for (const image of [IMAGE, NUMBERED, NAMED]) await ignoreAbsent(docker.getImage(image).remove({ force: true }));
    await engine[Symbol.asyncDispose]();
  };
});
afterEach(() => ignoreAbsent(docker.getContainer(NAME).remove({ force: true })));

/** Runs a script in a new container until it ends, and returns what it says. */
async function run(script: string, changes: Partial<ContainerSpec> = {}): Promise<readonly string[]> {
  const labels = { [LABEL.replica]: 'r', [LABEL.generation]: '1' };
  const spec = { name: NAME, image: IMAGE, env: {}, ports: [], labels, command: [script], ...changes };
  const { containerId } = await engine.create(spec);
  await engine.start(containerId);
  await docker.getContainer(containerId).wait();
  return (await collect(engine.logs(containerId))).map(({ text }) => text);
}

/** What the kernel says of a process in the container. */
async function statusOf(changes: Partial<ContainerSpec> = {}): Promise<Readonly<Record<string, string>>> {
  const lines = await run('cat /proc/self/status', changes);
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  );
}

/** capability(7): the names by their bits. */
const BITS = { CHOWN: 0, DAC_OVERRIDE: 1, FOWNER: 3, KILL: 5, SETGID: 6, SETUID: 7, SETPCAP: 8, NET_BIND_SERVICE: 10 };
const maskOf = (bits: readonly number[]): string =>
  bits
    .reduce((mask, bit) => mask | (1n << BigInt(bit)), 0n)
    .toString(16)
    .padStart(16, '0');

const RESTRICTED = { security: { profile: 'restricted' as const } };

describe('without a profile', () => {
  test('root has eight capabilities, gains no more, and is under the seccomp filter', async () => {
    const mask = maskOf(Object.values(BITS));
    expect(await statusOf()).toMatchObject({
      CapEff: mask,
      CapBnd: mask,
      NoNewPrivs: '1',
      // 2: a filter.
      Seccomp: '2',
    });
  });

  test('an entry point makes its folder its own, drops to its user and serves on port 80, as official images do', async () => {
    const script = [
      'mkdir -p /data /www && touch /data/x && chown -R app /data && chmod 700 /data',
      'su app -s /bin/sh -c "id -u; touch /data/y && echo wrote"',
      'httpd -p 80 -h /www && echo listens',
      'sleep 100 & kill $! && echo signals',
    ].join('\n');
    const said = await run(script);
    expect(said).toEqual(expect.arrayContaining(['1000', 'wrote', 'listens', 'signals']));
  });

  test('neither devices are made, nor another root entered, nor anything mounted', async () => {
    const said = await run(
      'mknod /dev/x b 1 1 || echo no device; chroot / true || echo no chroot; mount -t tmpfs x /mnt || echo no mount',
    );
    expect(said).toEqual(expect.arrayContaining(['no device', 'no chroot', 'no mount']));
  });

  test('processes are limited, to as many as are asked for where any are', async () => {
    const limit = 'cat /sys/fs/cgroup/pids/pids.max 2>/dev/null || cat /sys/fs/cgroup/pids.max';
    expect(await run(limit)).toEqual([String(DEFAULT_PIDS_LIMIT)]);
    await ignoreAbsent(docker.getContainer(NAME).remove({ force: true }));
    const bomb = 'i=0; while [ $i -lt 40 ]; do sleep 5 & i=$((i+1)); done; echo made $i';
    const said = await run(`(${bomb}) 2>&1 | head -n 1; echo still here`, { security: { pidsLimit: 16 } });
    expect(said.join('\n')).toMatch(/can't fork|cannot fork/i);
    expect(said.join('\n')).not.toContain('made 40');
  });
});

describe('the profile restricted', () => {
  test('leaves no capability, no root and no way to either', async () => {
    const status = await statusOf(RESTRICTED);
    expect(status).toMatchObject({
      CapEff: maskOf([]),
      CapPrm: maskOf([]),
      CapBnd: maskOf([]),
      NoNewPrivs: '1',
      Seccomp: '2',
    });
    expect(status['Uid']?.split(/\s+/)).toEqual(['65532', '65532', '65532', '65532']);
    expect(status['Gid']?.split(/\s+/)).toEqual(['65532', '65532', '65532', '65532']);
  });

  test("keeps the image's user where that is a number other than 0, and no name: it may stand for root", async () => {
    const uidOf = async (image: string): Promise<string | undefined> => {
      const { Uid } = await statusOf({ ...RESTRICTED, image });
      await ignoreAbsent(docker.getContainer(NAME).remove({ force: true }));
      return Uid?.split(/\s+/)[0];
    };
    expect([await uidOf(NUMBERED), await uidOf(NAMED)]).toEqual(['1000', '65532']);
  });

  test('has a root that nobody writes to, and a /tmp in memory that holds no programs', async () => {
    const script =
      'touch /x || echo read-only; echo "echo ran" > /tmp/x && chmod +x /tmp/x && echo wrote; /tmp/x || echo refused';
    expect(await run(`(${script}) 2>&1`, RESTRICTED)).toEqual([
      expect.stringContaining('Read-only file system'),
      'read-only',
      'wrote',
      expect.stringContaining('Permission denied'),
      'refused',
    ]);
  });

  test('serves on port 80 all the same, with a volume to write to', async () => {
    const volume = `${NAME}-data`;
    try {
      const volumes = [{ source: volume, target: '/tmp' }];
      const { Mounts } = await inspected({ ...RESTRICTED, volumes, command: ['sleep 100'] });
      expect(Mounts).toEqual([
        expect.objectContaining({ Type: 'volume', Name: volume, Destination: '/tmp', RW: true }),
      ]);
      await ignoreAbsent(docker.getContainer(NAME).remove({ force: true }));
      expect(await run('httpd -p 80 -h /tmp && echo listens', RESTRICTED)).toEqual(['listens']);
    } finally {
      await ignoreAbsent(docker.getContainer(NAME).remove({ force: true }));
      await ignoreAbsent(docker.getVolume(volume).remove());
    }
  });
});

async function inspected(
  changes: Partial<ContainerSpec>,
): ReturnType<ReturnType<typeof docker.getContainer>['inspect']> {
  const labels = { [LABEL.replica]: 'r', [LABEL.generation]: '1' };
  const { containerId } = await engine.create({ name: NAME, image: IMAGE, env: {}, ports: [], labels, ...changes });
  await engine.start(containerId);
  return docker.getContainer(containerId).inspect();
}

describe('volumes', () => {
  const volume = `${NAME}-data`;
  afterEach(async () => {
    await ignoreAbsent(docker.getContainer(NAME).remove({ force: true }));
    await ignoreAbsent(docker.getVolume(volume).remove());
  });

  test('by name outlive their container, and are read-only where that is said', async () => {
    await run('echo kept > /data/x', { volumes: [{ source: volume, target: '/data' }] });
    await engine.remove(NAME);
    const readOnly = [{ source: volume, target: '/data', readOnly: true }];
    expect(await run('cat /data/x; touch /data/y 2>/dev/null || echo refused', { volumes: readOnly })).toEqual([
      'kept',
      'refused',
    ]);
  });

  test('by path show what the node has there; a path that it does not have is refused, and not made', async () => {
    const name = [{ source: '/etc/hostname', target: '/node-name', readOnly: true }];
    expect(await run('cat /node-name', { volumes: name })).toEqual([(await readFile('/etc/hostname', 'utf8')).trim()]);
    await ignoreAbsent(docker.getContainer(NAME).remove({ force: true }));
    const missing = [{ source: `/nowhere-${RUN}`, target: '/x' }];
    await expect(run('true', { volumes: missing })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining(`/nowhere-${RUN}`),
    });
  });
});

describe('networks', () => {
  test("in the host's network the ports are the container's own, from list and inspect alike", async () => {
    const port = 20_000 + (process.pid % 10_000);
    const { HostConfig } = await inspected({
      network: 'host',
      ports: [{ internal: port, host: port }],
      command: [`mkdir /www; echo mine > /www/index.html; httpd -f -p ${port} -h /www`],
    });
    expect([HostConfig.NetworkMode, HostConfig.PortBindings]).toEqual(['host', {}]);
    const ports = [{ internal: port, host: port }];
    expect((await engine.inspect(NAME))?.ports).toEqual(ports);
    expect((await engine.list()).find(({ name }) => name === NAME)?.ports).toEqual(ports);
    const answer = async (): Promise<string> => {
      const response = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
      return (await response?.text())?.trim() ?? '';
    };
    await expect.poll(answer, { timeout: 10_000 }).toBe('mine');
    await engine.stop(NAME, 0);
    expect((await engine.inspect(NAME))?.ports).toEqual([]);
  });

  test('without a network there is nothing but the loopback', async () => {
    const ports = [{ internal: 8080 }];
    expect(await run("grep -c : /proc/net/dev; grep -o 'lo:' /proc/net/dev", { network: 'none', ports })).toEqual([
      '1',
      'lo:',
    ]);
  });

  test('of a name that the node has, or an error with the name', async () => {
    const network = await docker.createNetwork({ Name: `${NAME}-net` });
    try {
      const { NetworkSettings } = await inspected({ network: `${NAME}-net`, command: ['sleep 100'] });
      expect(Object.keys(NetworkSettings.Networks)).toEqual([`${NAME}-net`]);
    } finally {
      await ignoreAbsent(docker.getContainer(NAME).remove({ force: true }));
      await network.remove();
    }
    await expect(run('true', { network: `${NAME}-none` })).rejects.toMatchObject({
      code: 'start-failed',
      message: expect.stringContaining(`network ${NAME}-none not found`),
    });
  });
});
