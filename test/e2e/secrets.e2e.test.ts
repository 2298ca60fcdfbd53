import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type Docker from 'dockerode';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { addressOf } from '../../src/api/contract/operations.ts';
import { buildWebImage } from '../support/images.ts';
import { everyColumn } from '../support/every-column.ts';
import { formsIn } from '../support/forms.ts';
import { startProductProcess, type ProductProcess } from '../support/product-process.ts';
import { until } from '../support/until.ts';

const IMAGE = 'deploy-svc-test/secrets:1';
const ID = 'depl_secrets';
/** Below those that engines assign by themselves. */
const PORT = 20_000 + (process.pid % 10_000);
/** Nothing else has them, in any of the forms in which they might get away. */
const FIRST = `first-${randomBytes(12).toString('hex')}`;
const SECOND = `second-${randomBytes(12).toString('hex')}`;
const CRASHED = `crash/${randomBytes(12).toString('hex')}@x`;

let product: ProductProcess;

beforeAll(async () => {
  product = await startProductProcess({
    LOG_LEVEL: 'debug',
    ENV_ALLOW: 'DEPLOY_ENV,NOT_SET',
    DEPLOY_ENV: 'staging',
    SERVER_URL: 'http://10.0.0.5:11337',
    SECRET_KEY: randomBytes(32).toString('base64'),
  });
  await buildWebImage(product.installation.engine, IMAGE, 'secrets');
});
afterAll(() => product[Symbol.asyncDispose]());

async function save(kind: 'definition' | 'deployment', content: object, ...flags: string[]): Promise<Ran> {
  const file = join(product.shell.home, `${kind}.json`);
  await writeFile(file, JSON.stringify(content));
  return product.tryOo(kind, 'save', ...flags, file);
}
type Ran = Awaited<ReturnType<ProductProcess['tryOo']>>;

function environmentOf({ Config }: Docker.ContainerInspectInfo): Record<string, string> {
  return Object.fromEntries(
    Config.Env.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

const environments = async (): Promise<readonly Record<string, string>[]> =>
  (await product.inspectAll(ID)).filter(({ State }) => State.Running).map(environmentOf);

async function view(): Promise<{ revision: number; deployment: { status: string } }> {
  return JSON.parse(await product.oo('deployment', 'get', ID, '-o', 'json')) as Awaited<ReturnType<typeof view>>;
}

const DEPLOYMENT = {
  id: ID,
  definitionId: 'def_secrets',
  // The port on the host is fixed: two revisions cannot run side by side.
  strategy: { type: 'Recreate' },
  envars: {
    DATABASE_URL: 'postgres://u:{{secret:db-password}}@{{env:DEPLOY_ENV}}.db',
    LITERAL: '{{{{secret:db-password}}',
    OB_SERVER_URL: 'http://mine',
  },
};

test('a secret that does not exist stops the deployment with its name and the command, and saving it lets it go on', async () => {
  const image = { name: IMAGE, internalPorts: [8080] };
  const envars = [
    { key: 'API_KEY', value: '{{secret:api-key}}' },
    { key: 'DATABASE_URL', value: 'replaced' },
  ];
  await save('definition', { id: 'def_secrets', image, ports: [{ internal: 8080, host: PORT }], envars });
  const { code, stderr } = await save('deployment', DEPLOYMENT, '--wait');
  expect(code).toBe(6);
  expect(stderr).toContain(
    'secret api-key does not exist: oo secret save api-key VALUE; secret db-password does not exist',
  );
  expect(await product.inspectAll(ID)).toEqual([]);

  await product.oo('secret', 'save', 'api-key', CRASHED);
  expect((await product.tryOo('secret', 'save', 'db-password', FIRST)).stdout).toBe('');
  await product.reaches(ID, 'OK');
  expect(await environments()).toEqual([
    expect.objectContaining({
      DATABASE_URL: `postgres://u:${FIRST}@staging.db`,
      API_KEY: CRASHED,
      LITERAL: '{{secret:db-password}}',
      OB_SERVER_URL: 'http://mine',
      OB_SELF_URL: `http://127.0.0.1:${PORT}`,
    }),
  ]);
});

test('a changed secret rolls out whoever uses it; the same value again, and one that nobody uses, do nothing', async () => {
  await product.oo('secret', 'save', 'db-password', SECOND);
  await expect
    .poll(async () => (await environments()).map((env) => env['DATABASE_URL']), { timeout: 30_000 })
    .toEqual([`postgres://u:${SECOND}@staging.db`]);
  await product.reaches(ID, 'OK');
  await product.planned();
  const { revision: before } = await view();
  await product.oo('secret', 'save', 'db-password', SECOND);
  await product.oo('secret', 'save', 'unused', FIRST);
  const log = JSON.parse(await product.oo('events', '-o', 'json', '--limit', '1000')) as { type: string }[];
  expect(log.filter(({ type }) => type === 'SecretSaved')).toHaveLength(4);
  await product.planned();
  expect((await view()).revision).toBe(before);
});

test('a container that crashes with its secret on its lips tells the log only its name', async () => {
  const crashing = {
    ...DEPLOYMENT,
    envars: { ...DEPLOYMENT.envars, MODE: 'exit', MESSAGE: 'no way in with {{secret:api-key}}' },
  };
  const { code, stderr } = await save('deployment', crashing, '--wait');
  expect(code).toBe(6);
  expect(stderr).toContain('no way in with {{secret:api-key}}');
  expect(stderr).not.toContain(CRASHED);
});

test('a variable of the server that is not allowed, or not set, stops the deployment with its name', async () => {
  const { stderr } = await save(
    'deployment',
    { ...DEPLOYMENT, envars: { A: '{{env:HOME}}', B: '{{env:NOT_SET}}' } },
    '--wait',
  );
  expect(stderr).toContain('{{env:HOME}} is not allowed: list HOME in ENV_ALLOW of every worker');
  expect(stderr).toContain('{{env:NOT_SET}} is not set in the environment of the worker');
  expect((await save('deployment', DEPLOYMENT, '--wait')).code).toBe(0);
});

test('what runs goes on when a secret is removed under it; what has to be started again says what it lacks', async () => {
  await product.oo('secret', 'remove', 'api-key');
  const [running] = (await product.inspectAll(ID)).filter(({ State }) => State.Running);
  await product.planned();
  expect((await product.inspectAll(ID)).filter(({ State }) => State.Running).map(({ Id }) => Id)).toEqual([
    running?.Id,
  ]);
  expect((await view()).deployment.status).toBe('OK');
  await product.installation.engine.stop(running?.Id ?? '', 0);
  await product.reaches(ID, 'Failed');
  expect(JSON.stringify(await view())).toContain(
    'secret api-key has no value that this revision was made with any more: oo secret save api-key VALUE',
  );
  await product.oo('secret', 'save', 'api-key', CRASHED);
  await product.reaches(ID, 'OK');
});

test('a probe that finds the secret in the answer tells the log only its name', async () => {
  const command = ['sh', '-c', 'echo "it said $KEY"; exit 1'];
  const ready = { exec: { command }, periodSeconds: 1, failureThreshold: 1 };
  const probed = { ...DEPLOYMENT, envars: { ...DEPLOYMENT.envars, KEY: '{{secret:api-key}}' }, probes: { ready } };
  await save('deployment', probed);
  const told = async (): Promise<string> =>
    JSON.stringify(
      (JSON.parse(await product.oo('events', '-o', 'json', '--limit', '1000')) as { type: string }[]).filter(
        ({ type }) => type === 'ReplicaUnready',
      ),
    );
  await until('it is said to be out of service', 15_000, async () => (await told()) !== '[]');
  expect(await told()).toContain('it said {{secret:api-key}}');
  expect(await told()).not.toContain(CRASHED);
  expect(JSON.stringify(await view())).toContain('ready probe failed once: ');
  expect((await save('deployment', DEPLOYMENT, '--wait')).code).toBe(0);
});

test('the values are in the environment of the containers, and in no table, log line, label or answer', async () => {
  expect(JSON.stringify(await environments())).toContain(SECOND);
  // What is refused is told in the log at this level.
  expect((await product.tryOo('secret', 'save', 'no name', SECOND)).code).toBe(2);
  const values = [FIRST, SECOND, CRASHED];
  const [deployment, events, definitions, deployments, instances, nodes] = await Promise.all([
    product.get(addressOf('showDeployment').path.replace('{id}', ID)),
    product.get('/deploy-svc/events?limit=1000'),
    product.get('/registry-svc/definitions'),
    product.oo('deployment', 'list', '-o', 'json'),
    product.get('/registry-svc/instances'),
    product.oo('node', 'list', '-o', 'json'),
  ]);
  const listed = await product.oo('secret', 'list', '-o', 'json');
  const labels = JSON.stringify((await product.inspectAll(ID)).map(({ Config, Name }) => [Config.Labels, Name]));
  const tables = await everyColumn(product.installation.database);
  expect(tables).toContain('SecretSaved');
  expect(tables).toContain('{{secret:db-password}}');
  expect(product.installation.output()).toContain('"level":"debug"');
  const places = {
    deployment,
    events,
    definitions,
    deployments,
    instances,
    nodes,
    listed,
    labels,
    tables,
    log: product.installation.output(),
  };
  for (const [place, text] of Object.entries(places)) {
    expect(formsIn(text, values), `in ${place}`).toEqual([]);
  }
  expect(await product.oo('secret', 'list', '--show')).toContain(SECOND);
});
