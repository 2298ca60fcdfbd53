import { setTimeout as pause } from 'node:timers/promises';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { type Client, createClient } from '../../src/api/client.ts';
import { OPERATIONS, type OperationName } from '../../src/api/contract/operations.ts';
import type { Route } from '../../src/api/contract/route.ts';
import { ROUTES } from '../../src/api/contract/routes.ts';
import { WITHOUT_PAST } from '../../src/api/contract/without-past.ts';
import { type TestService, testService } from '../support/service.ts';

type Read = readonly [OperationName, object];
/** What every route that has a past is asked. */
const READS: readonly Read[] = [
  ['listDeployments', { body: {} }],
  ['showDeployment', { params: { id: 'web' } }],
  ['listStandings', {}],
  ['listDefinitions', {}],
  ['listNodes', { body: {} }],
  ['listInstances', { query: {} }],
  ['describe', { params: { id: 'web' } }],
  ['describe', { params: { id: 'def' } }],
  ['describe', { params: { id: 'web-r1-0' } }],
  ['listBuilds', {}],
  ['showBuild', { params: { id: 'build_none' } }],
  ['listRoutes', { body: {} }],
  ['listPermits', { body: {} }],
  ['listEnrolls', { body: {} }],
  ['listEvents', { query: { limit: 1000 } }],
  ['deploymentHistory', { params: { id: 'web' }, query: {} }],
  ['deploymentHistory', { params: { id: 'web' }, query: { limit: 1 } }],
  ['diffDeployment', { params: { id: 'web' }, query: {} }],
  ['blameDeployment', { params: { id: 'web' } }],
  ['why', { params: { id: 'web' } }],
  ['why', { params: { id: 'web-r1-0' } }],
  ['why', { params: { id: '4' } }],
  ['trace', { params: { eventId: '4' } }],
  ['report', { params: { correlationId: 'web' }, query: { of: 'deployment' } }],
  ['selfNode', {}],
  ['listUsers', { body: {} }],
  ['listUsers', { body: { order: 'asc', limit: 1, count: true } }],
  ['listUsers', { body: { search: 'ada', orderBy: 'updatedAt' } }],
  ['listSecrets', { body: {} }],
  ['listSecrets', { body: { id: 'db', allApps: true } }],
  ['listConfigs', { body: { appHost: 'unnamed', scope: 'all' } }],
  ['listConfigs', { body: { appHost: 'unnamed', ids: ['shop'], selector: { shop: ['a'] } } }],
  ['listConfigVersions', { body: { appHost: 'unnamed' } }],
];

/** Between two looks at a log that stands still. */
const LOOK_MS = 50;

interface Recorded {
  readonly position: number;
  readonly answers: readonly unknown[];
}

let service: TestService;
let client: Client;
const recorded: Recorded[] = [];

beforeAll(async () => {
  service = await testService({ NODES: 'simulated://past-a,simulated://past-b' });
  const login = await createClient({ baseUrl: service.url }).call('login', {
    body: { slug: '1backend', password: 'changeme' },
  });
  client = createClient({ baseUrl: service.url, token: login.body.token.token });
  await makeHistory();
}, 120_000);
afterAll(() => service[Symbol.asyncDispose]());

async function head(): Promise<number> {
  return (await client.call('listEvents', { query: { type: 'None' } })).body.position;
}

/** The answer or the refusal, without what was heard and measured. */
async function ask([name, input]: Read, at?: string): Promise<unknown> {
  const answer = await client.call(name, input as never, { at }).then(
    ({ body }) => body as unknown,
    (error: unknown) => ({ refused: String(error) }),
  );
  const unkept = name === 'listSecrets' ? ['value', 'fingerprint', 'version'] : ['lastHeartbeat', 'scaling'];
  return JSON.parse(JSON.stringify(answer, (key, value: unknown) => (unkept.includes(key) ? undefined : value)));
}

/** Keeps what every route answers, if the log stood still meanwhile. */
async function record(): Promise<void> {
  const position = await head();
  const answers = await Promise.all(READS.map((read) => ask(read)));
  if ((await head()) === position) recorded.push({ position, answers });
}

/** Records whenever the log has grown, until the deployment has come to rest, and then as well. */
async function settled(): Promise<void> {
  const deadline = AbortSignal.timeout(20_000);
  for (let last = -1, quiet = 0; quiet < 8;) {
    deadline.throwIfAborted();
    // What grew meanwhile was not kept.
    if (recorded.at(-1)?.position === (await head())) await pause(LOOK_MS);
    else await record();
    const { deployments } = (await client.call('listDeployments', { body: {} })).body;
    const position = await head();
    quiet = position === last && deployments.every(({ status }) => status === 'OK') ? quiet + 1 : 0;
    last = position;
  }
}

/** Accounts, what they were given, secrets and configs; the second time others, and changes of the first ones. */
async function makeMore(time: 'first' | 'second'): Promise<void> {
  const slug = time === 'first' ? 'ada' : 'ben';
  const password = `password-${time}`;
  const { token } = (await client.call('register', { body: { slug, password, name: `The ${time}` } })).body;
  await client.call('saveEnrolls', { body: { enrolls: [{ id: `enr_${slug}`, role: 'app:1', userId: token.userId }] } });
  const secrets = [{ id: 'db', value: `value-${time}` }, ...(time === 'first' ? [{ id: 'gone', value: 'v' }] : [])];
  await client.call('saveSecrets', { body: { secrets } });
  await client.call('saveConfig', { body: { id: 'shop', data: { a: time, [time]: 1 } } });
  if (time === 'second') await client.call('removeEnrolls', { body: { ids: ['enr_ada'] } });
  await record();
}

async function makeHistory(): Promise<void> {
  await record();
  const define = (image: string): Promise<unknown> =>
    client.call('saveDefinition', { body: { definition: { id: 'def', image: { name: image, internalPorts: [80] } } } });
  const save = (replicas: number): Promise<unknown> =>
    client.call('saveDeployment', { body: { deployment: { id: 'web', definitionId: 'def', replicas } } });
  await define('web:1');
  await record();
  await save(2);
  await settled();
  await client.call('saveRoutes', { body: { routes: [{ id: 'web.example.com', target: 'http://127.0.0.1:8080' }] } });
  await client.call('savePermits', {
    body: { permits: [{ id: 'perm_1', permission: 'deploy-svc:deployment:view', roles: ['app:1backend:viewer'] }] },
  });
  await record();
  await makeMore('first');
  await define('web:2');
  await settled();
  await save(1);
  await settled();
  await client.call('removeRoutes', { body: { ids: ['web.example.com'] } });
  await makeMore('second');
  await client.call('removeSecrets', { body: { ids: ['gone'] } });
  await record();
  await client.call('deleteDeployment', { body: { deploymentId: 'web' } });
  await settled();
}

test('every route that has a past answers for a position what it answered when the log was there', async () => {
  const byPosition = new Map(recorded.map(({ position, answers }) => [position, answers]));
  expect(byPosition.size).toBeGreaterThan(7);
  for (const [position, answers] of byPosition) {
    const then = await Promise.all(READS.map((read) => ask(read, String(position))));
    for (const [index, [name]] of READS.entries()) {
      expect(then[index], `${name} at ${position}`).toEqual(answers[index]);
    }
  }
});

test('of the past, secrets have no values, but versions and fingerprints that tell one value from another', async () => {
  const { events } = (await client.call('listEvents', { query: { type: 'SecretSaved', limit: 100 } })).body;
  const told = await Promise.all(
    events
      .filter(({ stream }) => stream === 'secret/unnamed/db')
      .map(async ({ position }) => {
        const { body } = await client.call('listSecrets', { body: { id: 'db' } }, { at: String(position) });
        return body.secrets[0];
      }),
  );
  expect(told.map((secret) => [secret?.value, secret?.version])).toEqual([
    ['', 1],
    ['', 2],
  ]);
  expect(new Set(told.map((secret) => secret?.fingerprint)).size).toBe(2);
  const after = await client.call('listSecrets', { body: { id: 'gone' } }, { at: String(await head()) });
  expect(after.body.secrets).toEqual([]);
});

test('every other operation has a reason, and says it', async () => {
  const reasons = Object.entries(WITHOUT_PAST);
  const both = reasons.filter(([name]) => (ROUTES[name as OperationName] as Route).asOf === true);
  expect([both, reasons.length + new Set(READS.map(([name]) => name)).size]).toEqual([[], Object.keys(ROUTES).length]);
  for (const [name, reason] of reasons) expect([name, reason.length > 10]).toEqual([name, true]);
  await expect(client.call('listWorkers', {}, { at: '1' })).rejects.toThrow(WITHOUT_PAST.listWorkers);
});

test('no route that has a past is left out here, and any other says which have', async () => {
  const having = Object.entries<Route>(ROUTES).flatMap(([name, { asOf }]) => (asOf === true ? [name] : []));
  expect(new Set(READS.map(([name]) => name as string))).toEqual(new Set(having));
  const refusal = client.call('listWorkers', {}, { at: '1' });
  await expect(refusal).rejects.toMatchObject({ status: 400 });
  await expect(refusal).rejects.toThrow(OPERATIONS.listDeployments);
});

test('a moment is a position, a time or an event; the answer says at which position it was read', async () => {
  const { body } = await client.call('listEvents', { query: { type: 'DefinitionSaved' } });
  const [first] = body.events;
  for (const at of [String(first?.position), first?.id ?? '']) {
    const answer = await client.call('listDefinitions', {}, { at });
    expect(answer.position).toBe(first?.position);
    expect(answer.body.definitions).toMatchObject([{ id: 'def', image: { name: 'web:1' } }]);
  }
  const long = await client.call('listDefinitions', {}, { at: '2020-01-01T00:00:00Z' });
  expect([long.position, long.body.definitions]).toEqual([0, []]);
  const now = await client.call('listDefinitions', {}, { at: new Date(Date.now() - 1).toISOString() });
  expect(now.position).toBe(await head());
});

test.each([
  ['999999999', /position 999999999 is in the future: the log's head is \d+/],
  ['2999-01-01T00:00:00Z', /s in the future; the log's head is \d+/],
  ['yesterday', /"yesterday" is no moment of the log, whose head is \d+/],
  ['2026-13-45T00:00:00Z', /is no moment of the log/],
  ['0198c7aa-1111-7777-8888-123456789abc', /there is no event 0198c7aa/],
])('at=%s is refused with the head of the log', async (at, message) => {
  await expect(client.call('listDefinitions', {}, { at })).rejects.toMatchObject({ status: 400 });
  await expect(client.call('listDefinitions', {}, { at })).rejects.toThrow(message);
});

test('who may not see the present may not see the past', async () => {
  const anybody = createClient({ baseUrl: service.url });
  await expect(anybody.call('listDeployments', { body: {} }, { at: '1' })).rejects.toMatchObject({ status: 401 });
});

test('oo reads the past, and refuses to watch it', async () => {
  const position = recorded.find(({ answers }) => JSON.stringify(answers[0]).includes('"web"'))?.position ?? 0;
  expect(await service.oo('deployment', 'list', '--at', String(position))).toContain('web');
  expect(await service.oo('deployment', 'list')).not.toContain('web');
  expect(await service.oo('definition', 'list', '--at', '10h')).not.toContain('def');
  expect(await service.oo('describe', 'web', '--at', String(position))).toContain('deployment web');
  const watched = await service.tryOo('deployment', 'list', '--at', '10m', '--watch');
  expect([watched.code, watched.stderr]).toEqual([2, expect.stringContaining('the past does not change')]);
});
