import { randomBytes } from 'node:crypto';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { createClient } from '../../src/api/client.ts';
import { createSimulatedHost, dropSimulatedHost } from '../../src/engine/simulated/registry.ts';
import { SERVER_IMAGE } from '../../src/engine/simulated/script.ts';
import { ADMIN, CAPACITY, testApi, type TestApi } from '../support/api.ts';
import { everyColumn } from '../support/every-column.ts';
import { formsIn, formsOf } from '../support/forms.ts';

/** Long, and with what is written otherwise in URLs, in JSON and in base64. */
const kept = (name: string): string => `${name}/+?"ü ${randomBytes(9).toString('base64')}`;
const SECRETS = ['first', 'second', 'shared', 'removed', 'sealed'].map(kept);
const PASSWORDS = ['registered', 'changed', 'wrong'].map(kept);
const VARIABLE = kept('variable');
const HOST = 'export-secrets';

let api: TestApi;
const tokens: string[] = [];
const refused: unknown[] = [];
let exported: string;
let head: number;

beforeAll(async () => {
  createSimulatedHost(HOST, { images: { 'web:1': SERVER_IMAGE }, capacity: CAPACITY });
  api = await testApi();
  await makeHistory();
  const { body } = await api.admin.call('exportLog', { query: { limit: 5_000 } });
  head = body.head;
  exported = body.events.map((event) => event.body).join('\n');
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  dropSimulatedHost(HOST);
});

/** Everything that is told a secret, a password or a token, and leads to an event. */
async function makeHistory(): Promise<void> {
  const { admin, anybody } = api;
  const [registered = '', changed = '', wrong = ''] = PASSWORDS;
  const [first = '', second = '', shared = '', removed = '', sealed = ''] = SECRETS;
  const { token } = (await anybody.call('register', { body: { slug: 'ada', password: registered } })).body;
  const ada = createClient({ baseUrl: api.url, token: token.token });
  tokens.push(token.token, api.adminToken);
  await anybody
    .call('login', { body: { slug: 'ada', password: wrong } })
    .catch((error: unknown) => refused.push(error));
  await ada.call('changePassword', { body: { currentPassword: registered, newPassword: changed } });
  tokens.push((await anybody.call('login', { body: { slug: 'ada', password: changed } })).body.token.token);
  tokens.push((await ada.call('exchangeToken', { body: { newAppHost: 'shop.example' } })).body.token.token);
  await admin.call('saveSecrets', { body: { secrets: [{ id: 'db', value: first }] } });
  await admin.call('saveSecrets', { body: { secrets: [{ id: 'db', value: second }] } });
  const { value } = (await admin.call('encryptValue', { body: { value: sealed } })).body;
  await admin.call('saveSecrets', {
    body: {
      secrets: [
        { id: 'shared', value: shared, readers: ['ada'] },
        { id: 'gone', value: removed },
        { id: 'sealed', value, encrypted: true },
      ],
    },
  });
  await admin.call('removeSecrets', { body: { ids: ['gone'] } });
  await admin.call('revokeTokens', { body: { allTokens: false, device: 'none' } });
  const node = { url: `simulated://${HOST}`, id: 'node_export' };
  await admin.call('saveNode', { body: { node } });
  const envars = [{ key: 'DB', value: '{{secret:db}}' }];
  const definition = { id: 'def', image: { name: 'web:1', internalPorts: [80] }, envars };
  await admin.call('saveDefinition', { body: { definition } });
  await admin.call('saveDeployment', { body: { deployment: { id: 'depl', definitionId: 'def' } } });
  await admin.call('runContainer', {
    body: { image: 'web:1', names: ['by-hand'], envs: [{ key: 'KEY', value: VARIABLE }], nodeId: 'node_export' },
  });
  await admin.call('saveConfig', { body: { id: 'shop', data: { public: kept('found') } } });
}

test('an export holds no value of a secret, no password and no token, in any form', () => {
  expect(exported.split('\n')).toHaveLength(head);
  expect(refused).toHaveLength(1);
  expect(exported).toContain('SecretSaved');
  expect(exported).toContain('{{secret:db}}');
  expect(exported).toContain('PasswordChanged');
  expect(formsIn(exported, [...SECRETS, ...PASSWORDS, ...tokens, ADMIN.password, VARIABLE])).toEqual([]);
});

test('neither does any answer of the history', async () => {
  const { admin } = api;
  const answers = await Promise.all([
    admin.call('listEvents', { query: { limit: 1000 } }),
    admin.call('why', { params: { id: 'depl' } }),
    admin.call('why', { params: { id: 'def' } }),
    admin.call('deploymentHistory', { params: { id: 'depl' }, query: {} }),
    admin.call('blameDeployment', { params: { id: 'depl' } }),
    admin.call('describe', { params: { id: 'depl' } }),
    admin.call('report', { params: { correlationId: 'depl' }, query: { of: 'deployment' } }),
  ]);
  const said = answers.map(({ body }) => JSON.stringify(body)).join('\n');
  expect(formsIn(said, [...SECRETS, ...PASSWORDS, ...tokens, ADMIN.password, VARIABLE])).toEqual([]);
});

test('the search finds what is there, in each of the forms', async () => {
  const [value = ''] = SECRETS;
  for (const form of formsOf(value)) expect(formsIn(`before ${form} after`, [value]).length).toBeGreaterThan(0);
  for (const before of ['', 'a', 'ab', 'abc']) {
    for (const encoding of ['base64', 'base64url', 'hex'] as const) {
      expect(formsIn(Buffer.from(`${before}${value}xyz`).toString(encoding), [value]).length).toBeGreaterThan(0);
    }
  }
  // A config is no secret: what it was saved with is in the export.
  expect(exported).toContain('found/+');
  expect(await everyColumn(api.database)).not.toContain(SECRETS[0]);
});
