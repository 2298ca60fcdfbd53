import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { createClient } from '../../src/api/client.ts';
import { addressOf, type OperationName } from '../../src/api/contract/operations.ts';
import { ROUTES } from '../../src/api/contract/routes.ts';
import { createSimulatedHost, dropSimulatedHost } from '../../src/engine/simulated/registry.ts';
import { SERVER_IMAGE } from '../../src/engine/simulated/script.ts';
import { sql } from '../../src/postgres/database.ts';
import { ADMIN, CAPACITY, testApi, type TestApi } from '../support/api.ts';
import { EXAMPLES } from '../support/fuzz/examples.ts';
import { faultsOf } from '../support/fuzz/judge.ts';
import { type FuzzRequest, requestsFor } from '../support/fuzz/requests.ts';
import { type FuzzSender, fuzzSender } from '../support/fuzz/send.ts';

/** Runs for each operation, and requests in each of them. More for a while: FUZZ_RUNS=500 FUZZ_SEED=2. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 5);
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const AT_ONCE = 4;

const NAMES = Object.keys(ROUTES) as OperationName[];
/** These speak to engines and repositories: what those do is told as 502 and 504. */
const GATEWAYS = /container|image|host|checkout|node/i;

let api: TestApi;
let sender: FuzzSender;
let folder: string;
let tokens: { admin: string; plain: string };
const prototype = Object.getOwnPropertyNames(Object.prototype);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deploy-svc-fuzz-'));
  createSimulatedHost('fuzz', { images: { 'web:1': SERVER_IMAGE }, capacity: CAPACITY });
  api = await testApi({ checkouts: folder, sources: { timeoutMs: 3_000 }, tokenLifeSeconds: 3_600 });
  sender = fuzzSender(api.url);
  await seed();
  await api.register('plain');
  tokens = { admin: await tokenOf(ADMIN), plain: await tokenOf({ slug: 'plain', password: 'plain-password' }) };
});
afterAll(async () => {
  sender[Symbol.dispose]();
  await api[Symbol.asyncDispose]();
  dropSimulatedHost('fuzz');
  await rm(folder, { recursive: true, force: true });
});

/** What requests name; some of them remove it. */
async function seed(): Promise<void> {
  const client = createClient({ baseUrl: api.url, token: await tokenOf(ADMIN) });
  await client.call('saveNode', { body: { node: { url: 'simulated://fuzz', id: 'fuzz-node' } } });
  const definition = { id: 'fuzz', image: { name: 'web:1', internalPorts: [8_080] } };
  await client.call('saveDefinition', { body: { definition } });
  await client.call('saveDeployment', { body: { deployment: { id: 'fuzz', definitionId: 'fuzz' } } });
  await client.call('saveSecrets', { body: { secrets: [{ id: 'fuzz-secret', value: 'x' }] } });
}

async function tokenOf(account: { slug: string; password: string }): Promise<string> {
  return (await api.anybody.call('login', { body: { ...account, device: 'fuzz' } })).body.token.token;
}

/** What is wrong with the answer, and with what was asked; empty for a good one. */
async function faultsAt(name: OperationName, wanted: FuzzRequest): Promise<string[]> {
  const token = wanted.as === 'none' ? undefined : wanted.as === 'garbage' ? 'a.b.c' : tokens[wanted.as];
  const answer = await sender.send(wanted, token);
  const faults = faultsOf(answer, wanted.method, GATEWAYS.test(name));
  if (faults.length === 0) return [];
  const said = [wanted.method, wanted.path, wanted.body, answer.status, answer.text];
  return [...faults, ...said.map((each) => String(each).slice(0, 500))];
}

/** Some requests take tokens and tries away; the next ones have to get in again. */
async function renew(): Promise<void> {
  api.errors.length = 0;
  await sql`truncate login_attempts`.execute(api.database.db);
  if ((await api.send('POST', '/user-svc/self', { token: tokens.admin })).status === 401)
    tokens.admin = await tokenOf(ADMIN);
}

/** What examples are refused for, where the world of this test has nothing that they could be about. */
const REFUSED: Partial<Record<OperationName, number>> = {
  buildImage: 400,
  checkoutRepo: 422,
  rebalance: 409,
  restartDeployment: 409,
};

test.each(Object.keys(EXAMPLES) as OperationName[])('the example for %s gets as far as the service', async (name) => {
  const { method, path } = addressOf(name);
  await renew();
  await seed();
  const at = path.replace('{id}', name === 'scheduleNode' ? 'fuzz-node' : 'fuzz');
  const { status, text } = await api.send(method, at, { token: tokens.admin, body: JSON.stringify(EXAMPLES[name]) });
  expect(status < 400 ? undefined : status, text).toBe(REFUSED[name]);
});

describe('whatever is sent to', () => {
  beforeEach(seed);

  test.each(NAMES)('%s is answered in order', async (name) => {
    const batch = fc.array(requestsFor(name), { minLength: AT_ONCE, maxLength: AT_ONCE });
    const property = fc.asyncProperty(batch, async (requests) => {
      await renew();
      const faults = await Promise.all(requests.map((each) => faultsAt(name, each)));
      expect([faults.flat(), api.errors]).toEqual([[], []]);
    });
    await fc.assert(property, { numRuns: RUNS, seed: SEED });
  });

  test('no address at all is answered in order', async () => {
    const path = fc.stringMatching(/^\/[!-~]{0,60}$/);
    const request = fc.record({
      method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'),
      path,
      headers: fc.constant({}),
      body: fc.constantFrom(undefined, '{}'),
      as: fc.constant('admin' as const),
    });
    const property = fc.asyncProperty(request, async (wanted) => {
      expect(await faultsAt('healthz', wanted)).toEqual([]);
    });
    await fc.assert(property, { numRuns: RUNS * 10, seed: SEED });
  });
});

test('afterwards everything is as it was, and the service serves', async () => {
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(prototype);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  await renew();
  expect((await api.anybody.call('readyz', {})).body.status).toBe('ok');
  const definition = { id: 'afterwards', image: { name: 'web:1', internalPorts: [8_080] } };
  const { status } = await api.send('PUT', '/registry-svc/definition', {
    token: tokens.admin,
    body: JSON.stringify({ definition }),
  });
  expect(status).toBe(201);
});
