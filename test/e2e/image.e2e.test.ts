import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv, promisify } from 'node:util';

import Docker from 'dockerode';
import { Network, type StartedTestContainer } from 'testcontainers';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { SETTINGS } from '../../src/config.ts';
import { connectEngine } from '../../src/engine/connect.ts';
import { LABEL, type ContainerState, type Engine } from '../../src/engine/engine.ts';
import { LOCAL_ENGINE } from '../../src/process/nodes.ts';
import { openShell, type Shell } from '../cli/support/oo.ts';
import { type Compose, readCompose } from '../image/compose.ts';
import { removeLeftOvers, startLike, waitForHttp, waitForLog } from '../image/containers.ts';
import { buildServiceImage, postgresImage, SERVICE_IMAGE } from '../image/images.ts';
import { buildWebImage } from '../support/images.ts';

// Its reaper is an image that has to be pulled; its idea of the host is the bridge's gateway.
process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
process.env['TESTCONTAINERS_HOST_OVERRIDE'] = '127.0.0.1';

const run = promisify(execFile);
const SOCKET = '/var/run/docker.sock';
const ID = `depl_image_${process.pid}`;
const WEB = 'deploy-svc-test/image-e2e:1';
const HEAL_DEADLINE_MS = 30_000;

const docker = new Docker({ socketPath: SOCKET });
const stack = new AsyncDisposableStack();
let compose: Compose;
let settings: Readonly<Record<string, string>>;
let engine: Engine;
let shell: Shell;
let workers: readonly StartedTestContainer[];
let api: StartedTestContainer;

beforeAll(async () => {
  await removeLeftOvers(docker);
  await buildServiceImage();
  engine = stack.use(connectEngine(LOCAL_ENGINE));
  await buildWebImage(engine, WEB, 'from the image');
  settings = await makeSettings();
  compose = await readCompose({ ...settings, DEPLOY_SVC_IMAGE: SERVICE_IMAGE });
  const network = await new Network().start();
  stack.defer(async () => void (await network.stop()));
  const { postgres, api: one, worker } = compose.services;
  await startService(
    startLike(postgres, {
      network,
      name: 'postgres',
      image: await postgresImage(postgres.image),
      waitFor: waitForLog('database system is ready to accept connections'),
    }),
  );
  api = await startService(
    startLike(one, {
      network,
      name: 'api',
      image: one.image,
      environment: settings,
      waitFor: waitForHttp('/healthz', 11_337),
      port: 11_337,
    }),
  );
  const start = (index: number): Promise<StartedTestContainer> =>
    startService(
      startLike(worker, {
        network,
        name: `worker-${index}`,
        image: worker.image,
        environment: settings,
        waitFor: waitForLog('"message":"ready"'),
      }),
    );
  workers = await Promise.all(Array.from({ length: worker.deploy?.replicas ?? 1 }, (_, index) => start(index)));
  stack.defer(async () => {
    for (const { id } of await containersOf(ID)) await engine.remove(id);
  });
  shell = stack.use(await openShell());
});
afterAll(() => stack.disposeAsync());

/** What the set-up's own script writes, as compose reads it. */
async function makeSettings(): Promise<Readonly<Record<string, string>>> {
  const folder = await mkdtemp(join(tmpdir(), 'deploy-svc-image-'));
  stack.defer(() => rm(folder, { recursive: true }));
  const file = join(folder, '.env');
  await run(join(import.meta.dirname, '../../scripts/environment.sh'), [file]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  return parseEnv(await readFile(file, 'utf8')) as Record<string, string>;
}

async function startService(starting: Promise<StartedTestContainer>): Promise<StartedTestContainer> {
  const started = await starting;
  stack.defer(async () => void (await started.stop({ timeout: 15_000 })));
  return started;
}

async function oo(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await shell.oo(args);
  expect(code, `oo ${args.join(' ')}\n${stdout}${stderr}`).toBe(0);
  return stdout;
}

async function save(kind: 'definition' | 'deployment', content: object, ...flags: string[]): Promise<string> {
  const file = join(shell.home, `${kind}.json`);
  await writeFile(file, JSON.stringify(content));
  return oo(kind, 'save', ...flags, file);
}

async function containersOf(deploymentId: string): Promise<readonly ContainerState[]> {
  return (await engine.list()).filter(({ labels }) => labels[LABEL.deployment] === deploymentId);
}

test('docker-compose.yml describes PostgreSQL, one API and two workers, with settings that exist', async () => {
  const { postgres, api: one, worker } = compose.services;
  for (const { environment } of [one, worker]) {
    expect(Object.keys(environment).filter((name) => !(name in SETTINGS.shape))).toEqual([]);
    const { POSTGRES_USER: user, POSTGRES_PASSWORD: password, POSTGRES_DB: database } = postgres.environment;
    expect(environment['DATABASE_URL']).toBe(`postgres://${user}:${password}@postgres:5432/${database}`);
  }
  expect([one.environment['ROLES'], worker.environment['ROLES']]).toEqual(['api', 'worker']);
  expect(worker.deploy?.replicas).toBe(2);
  // Only workers speak to engines: an API that is broken into has no socket to take.
  expect(worker.volumes).toEqual([`${SOCKET}:${SOCKET}`]);
  expect(one.volumes).toBeUndefined();
  expect(one.ports).toEqual(['127.0.0.1:11337:11337']);
  for (const { depends_on: needs } of [one, worker])
    expect(needs).toEqual({ postgres: { condition: 'service_healthy' } });
  await expect(readCompose({})).rejects.toThrow(
    'required variable POSTGRES_PASSWORD is missing a value: set it in .env',
  );
});

test('an .env that is there stays as it is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'deploy-svc-image-'));
  const file = join(folder, '.env');
  await writeFile(file, 'POSTGRES_PASSWORD=mine\n');
  await run(join(import.meta.dirname, '../../scripts/environment.sh'), [file]);
  expect(await readFile(file, 'utf8')).toBe('POSTGRES_PASSWORD=mine\n');
  await rm(folder, { recursive: true });
});

test('the image refuses to start with what everybody knows', async () => {
  const container = await docker.createContainer({ Image: SERVICE_IMAGE, Labels: { 'deploy-svc-test.refused': ID } });
  try {
    await container.start();
    expect(await container.wait()).toMatchObject({ StatusCode: 2 });
    const said = (await container.logs({ stdout: true, stderr: true })).toString();
    expect(said).toContain('openssl rand -base64 32');
    expect(said).toContain('ADMIN_PASSWORD is the password that everybody knows');
  } finally {
    await container.remove({ force: true });
  }
});

test('the image holds what runs and nothing else, and does not run as root', async () => {
  const { Config } = await docker.getImage(SERVICE_IMAGE).inspect();
  expect(Config.User).toBe('deploy-svc');
  const { exitCode, output } = await api.exec(['ls', '/app', '/app/node_modules/.bin']);
  expect(exitCode).toBe(0);
  expect(output).not.toMatch(/^(test|bench|demo|vitest|tsc|oxlint)$/m);
  expect(output).toMatch(/^migrations$/m);
});

test('the command line on the host deploys to it, and it goes on healing when a worker is killed', async () => {
  await oo('env', 'add', 'image', `http://127.0.0.1:${api.getMappedPort(11_337)}`);
  await oo('login', '1backend', settings['ADMIN_PASSWORD'] ?? '');
  expect(await oo('node', 'list')).toContain(LOCAL_ENGINE);
  await save('definition', { id: 'def_image', image: { name: WEB, internalPorts: [8080] } });
  expect(await save('deployment', { id: ID, definitionId: 'def_image', replicas: 2 }, '--wait')).toContain(
    'OK 2/2 ready',
  );
  const instances = JSON.parse(await oo('instance', 'list', '-o', 'json')) as { url: string }[];
  for (const { url } of instances) expect((await (await fetch(url)).text()).trim()).toBe('from the image');

  await docker.getContainer(workers[0]?.getId() ?? '').kill();
  const [victim] = await containersOf(ID);
  await docker.getContainer(victim?.id ?? '').kill();
  const healed = victim?.name.replace('-g1-', '-g2-');
  await expect
    .poll(async () => (await containersOf(ID)).filter(({ phase }) => phase === 'running').map(({ name }) => name), {
      timeout: HEAL_DEADLINE_MS,
    })
    .toContain(healed);
  await oo('deployment', 'watch', ID);
  expect(await containersOf(ID)).toHaveLength(2);

  await oo('deployment', 'remove', ID);
  await expect.poll(() => containersOf(ID), { timeout: HEAL_DEADLINE_MS }).toEqual([]);
});

test('a worker and the API end in order when they are asked to', async () => {
  for (const started of [workers[1], api]) {
    const container = docker.getContainer(started?.getId() ?? '');
    await container.stop({ t: 30 });
    expect((await container.inspect()).State).toMatchObject({ Running: false, ExitCode: 0 });
  }
});
