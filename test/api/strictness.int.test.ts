import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { OperationName } from '../../src/api/contract/operations.ts';
import { ROUTES } from '../../src/api/contract/routes.ts';
import { type GitServer, startGitServer } from '../support/git-server.ts';
import { modelOf, refusals } from '../support/wire-contract/decode.ts';
import { type Answer, type Asked, type Filled, openFilled } from '../support/wire-contract/filled.ts';
import { fraction, unknownField, variants, withoutRequired } from '../support/wire-contract/variants.ts';

let filled: Filled;
let git: GitServer;
beforeAll(async () => {
  git = await startGitServer();
  await git.commit({ Dockerfile: 'FROM scratch\n' });
  filled = await openFilled();
  await driveAll();
}, 120_000);
afterAll(async () => {
  await filled[Symbol.asyncDispose]();
  await git[Symbol.asyncDispose]();
});

interface Row {
  readonly operation: OperationName;
  readonly model: string;
  readonly status?: 201 | 204;
  readonly asked?: Asked | ((so: SoFar) => Asked);
}

/** What later requests are made of. */
interface SoFar {
  readonly nodeId: string;
  /** The latest answer of each operation. */
  readonly answers: ReadonlyMap<OperationName, string>;
}

/** A field of an earlier answer. */
function field({ answers }: SoFar, operation: OperationName, name: string): unknown {
  return (JSON.parse(answers.get(operation) ?? '{}') as Readonly<Record<string, unknown>>)[name];
}

const NODE = encodeURIComponent('simulated://gone');
const LABELS = [{ key: 'k', value: 'v' }];
const byHand = ({ nodeId }: SoFar): Asked => ({
  body: {
    nodeId,
    image: 'serves:1',
    names: ['by-hand'],
    ports: [{ internal: 8080, host: 0 }],
    labels: LABELS,
    hash: 'h',
  },
});
const onNode =
  (path: string) =>
  ({ nodeId }: SoFar): Asked => ({ path: `/container-svc/${path}?nodeId=${nodeId}` });
const ADMIN = { appHost: 'unnamed', device: 'strict', slug: '1backend', password: 'changeme' };
const ANN = { appHost: 'unnamed', slug: 'ann', name: 'Ann', password: 'ann-password' };
const GONE = { id: 'gone', image: { name: 'x', internalPorts: [1] } };

/** Each operation that the contract names, in an order in which each has something to answer. */
const ROWS: readonly Row[] = [
  {
    operation: 'saveDeployment',
    asked: { body: { deployment: { id: 'ok', definitionId: 'serves-1' } } },
    model: 'Nothing',
  },
  { operation: 'listDeployments', asked: { body: null }, model: 'ListDeployments' },
  { operation: 'deleteDeployment', asked: { body: { deploymentId: 'unknown' } }, model: 'Nothing' },
  { operation: 'saveDefinition', asked: { body: { definition: GONE } }, model: 'Nothing', status: 201 },
  { operation: 'listDefinitions', model: 'ListDefinitions' },
  { operation: 'deleteDefinition', asked: { path: '/registry-svc/definition/gone' }, model: 'Nothing', status: 204 },
  { operation: 'listNodes', asked: { body: null }, model: 'ListNodes' },
  { operation: 'selfNode', model: 'NodeSelf' },
  { operation: 'deleteNode', asked: { path: `/registry-svc/node/${NODE}` }, model: 'Nothing', status: 204 },
  {
    operation: 'registerInstance',
    asked: { body: { url: 'http://127.0.0.1:1', id: 'mine' } },
    model: 'Nothing',
    status: 201,
  },
  { operation: 'listInstances', model: 'ListInstances' },
  { operation: 'listInstances', asked: { path: '/registry-svc/instances?slug=nobody' }, model: 'ListInstances' },
  { operation: 'removeInstance', asked: { path: '/registry-svc/instance/mine' }, model: 'Nothing', status: 204 },
  { operation: 'echoGet', asked: { path: '/registry-svc/echo?a=b' }, model: 'Nothing' },
  { operation: 'echoPost', asked: { body: { a: [1] } }, model: 'Nothing' },
  { operation: 'echoPut', asked: { body: { a: { b: 1 } } }, model: 'Nothing' },
  { operation: 'runContainer', asked: byHand, model: 'RunContainer' },
  { operation: 'runContainer', asked: byHand, model: 'RunContainer' },
  { operation: 'listContainers', asked: ({ nodeId }) => ({ body: { nodeId } }), model: 'ListContainers' },
  { operation: 'listContainerLogs', asked: ({ nodeId }) => ({ body: { nodeId, limit: 10 } }), model: 'ListLogs' },
  {
    operation: 'containerIsRunning',
    asked: { path: '/container-svc/container/is-running?name=by-hand' },
    model: 'IsRunning',
  },
  {
    operation: 'containerSummary',
    asked: { path: '/container-svc/container/summary?name=ok&lines=5' },
    model: 'Summary',
  },
  { operation: 'getHost', asked: onNode('host'), model: 'Host' },
  { operation: 'containerDaemonInfo', asked: onNode('daemon/info'), model: 'DaemonInfo' },
  { operation: 'imagePullable', asked: onNode('image/serves%3A1/pullable'), model: 'ImagePullable' },
  { operation: 'stopContainer', asked: ({ nodeId }) => ({ body: { nodeId, name: 'by-hand' } }), model: 'Nothing' },
  { operation: 'checkoutRepo', asked: () => ({ body: { url: `${git.url}/repo.git` } }), model: 'Checkout' },
  {
    operation: 'buildImage',
    asked: (so) => ({ body: { nodeId: so.nodeId, name: 'built:1', contextPath: field(so, 'checkoutRepo', 'dir') } }),
    model: 'Nothing',
  },
  { operation: 'listConfigs', asked: { body: { appHost: 'unnamed' }, as: '' }, model: 'ListConfigs' },
  { operation: 'listConfigs', asked: { body: { appHost: 'unnamed', scope: 'all' }, as: '' }, model: 'ListConfigs' },
  {
    operation: 'listConfigVersions',
    asked: { body: { appHost: 'unnamed', limit: 1 }, as: '' },
    model: 'ListConfigVersions',
  },
  { operation: 'saveConfig', asked: { body: { id: 'my-svc', data: {} } }, model: 'Nothing' },
  { operation: 'listSecrets', asked: { body: { allApps: false, id: '' } }, model: 'ListSecrets' },
  { operation: 'listSecrets', asked: { body: { id: 'none' } }, model: 'ListSecrets' },
  { operation: 'saveSecrets', asked: { body: { secrets: [{ id: 'gone', value: 'x' }] } }, model: 'Nothing' },
  { operation: 'removeSecrets', asked: { body: { ids: ['gone'] } }, model: 'Nothing' },
  { operation: 'encryptValue', asked: { body: { value: 'x' } }, model: 'Sealed' },
  {
    operation: 'decryptValue',
    asked: (so) => ({ body: { value: field(so, 'encryptValue', 'value') } }),
    model: 'Sealed',
  },
  { operation: 'isSecure', model: 'IsSecure' },
  { operation: 'login', asked: { body: ADMIN, as: '' }, model: 'Login' },
  { operation: 'register', asked: { body: ANN, as: '' }, model: 'Login' },
  { operation: 'refreshToken', model: 'RefreshToken' },
  { operation: 'publicKey', asked: { as: '' }, model: 'PublicKey' },
  { operation: 'readSelf', asked: { body: { countTokens: true } }, model: 'ReadSelf' },
  {
    operation: 'hasPermission',
    asked: { path: '/user-svc/self/has/deploy-svc%3Adeployment%3Aview' },
    model: 'HasPermission',
  },
  { operation: 'hasPermission', asked: { path: '/user-svc/self/has/none' }, model: 'HasPermission' },
  { operation: 'listApps', asked: { body: { host: ['unnamed'] } }, model: 'ListApps' },
  { operation: 'readApp', asked: { body: { host: 'shop.example' } }, model: 'ReadApp' },
  { operation: 'exchangeToken', asked: { body: { newAppHost: 'shop.example' } }, model: 'Login' },
  { operation: 'listUsers', asked: { body: { count: true } }, model: 'ListUsers' },
  {
    operation: 'savePermits',
    asked: { body: { permits: [{ id: 'p', permission: 'ann:thing:view', slugs: ['ann'], roles: ['ann:editor'] }] } },
    model: 'Nothing',
  },
  { operation: 'listPermits', asked: { body: {} }, model: 'ListPermits' },
  {
    operation: 'saveEnrolls',
    asked: { body: { enrolls: [{ id: 'e', role: 'ann:editor', contactId: 'ann@shop.example' }] } },
    model: 'ListEnrolls',
  },
  { operation: 'listEnrolls', asked: { body: {} }, model: 'ListEnrolls' },
  {
    operation: 'saveRoutes',
    asked: { body: { routes: [{ id: 'shop.example', target: 'http://127.0.0.1:1' }] } },
    model: 'ListRoutes',
  },
  { operation: 'listRoutes', asked: { body: {} }, model: 'ListRoutes' },
  { operation: 'listCerts', asked: { body: {} }, model: 'ListCerts' },
  {
    operation: 'changePassword',
    asked: (so) => ({
      body: { currentPassword: ANN.password, newPassword: `${ANN.password}!` },
      as: (JSON.parse(so.answers.get('register') ?? '') as { token: { token: string } }).token.token,
    }),
    model: 'Nothing',
  },
  { operation: 'revokeTokens', asked: { body: { device: 'nothing' } }, model: 'Nothing' },
];

type Node = Readonly<Record<'id' | 'url', string>>;
const given: Answer[] = [];

/** Asks for each row, one after the other. */
async function driveAll(): Promise<void> {
  const { nodes } = JSON.parse((await filled.ask('listNodes')).text) as { nodes: Node[] };
  const nodeId = nodes.find(({ url }) => url === 'simulated://strict-a')?.id ?? '';
  const answers = new Map<OperationName, string>();
  for (const { operation, asked = {} } of ROWS) {
    const answer = await filled.ask(operation, typeof asked === 'function' ? asked({ nodeId, answers }) : asked);
    answers.set(operation, answer.text);
    given.push(answer);
  }
}

describe('what the strict client makes of each answer', () => {
  test.each(ROWS.map((row, index) => ({ ...row, index })))('$index $operation', ({ index, model, status = 200 }) => {
    const answer = given[index];
    // 204 has no body, and needs no type.
    const form = `${answer?.status} ${status === 204 ? '' : answer?.type}${answer?.text.slice(0, 1)}`;
    expect(form).toMatch(
      status === 204 ? /^204 $/ : new RegExp(String.raw`^${status} application/json(; ?charset=utf-8)?[{[]$`),
    );
    const body: unknown = JSON.parse(answer?.text || '{}');
    expect(refusals(body, { model })).toEqual([]);
  });

  test('no operation that existing clients call is left out', () => {
    expect([...new Set(ROWS.map(({ operation }) => operation))].toSorted()).toEqual(
      (Object.keys(ROUTES) as OperationName[]).filter((name) => !OWN.has(name)).toSorted(),
    );
  });
});

/** What we answer beside the contract, under addresses that its clients never call. */
const OWN: ReadonlySet<OperationName> = new Set<OperationName>([
  'showDeployment',
  'pauseDeployment',
  'resumeDeployment',
  'promoteDeployment',
  'abortDeployment',
  'restartDeployment',
  'scaleDeployment',
  'promoteDeployment',
  'listEvents',
  'listWorkers',
  'listRouters',
  'saveNode',
  'scheduleNode',
  'drainPlan',
  'planDeployment',
  'rebalancePlan',
  'rebalance',
  'checkoutByQuery',
  'listStandings',
  'deploymentHistory',
  'diffDeployment',
  'blameDeployment',
  'diffFleet',
  'listWebhooks',
  'saveWebhook',
  'removeWebhook',
  'testWebhook',
  'webhookDeliveries',
  'rollbackDeployment',
  'tagRevision',
  'untagRevision',
  'why',
  'whyNot',
  'trace',
  'report',
  'deploymentLogs',
  'replicaLogs',
  'execReplica',
  'openExecSession',
  'describe',
  'usage',
  'listBuilds',
  'showBuild',
  'listDeadJobs',
  'retryDeadJobs',
  'verifyLog',
  'exportLog',
  'listCheckpoints',
  'listArchives',
  'replayDecisions',
  'auditKeys',
  'removePermits',
  'removeEnrolls',
  'removeRoutes',
  'metrics',
  'discoverInstances',
  'discoverServices',
  'traefikConfiguration',
  'healthz',
  'readyz',
]);

/** The answer of the first row of the operation. */
const answerOf = (operation: OperationName): Readonly<Record<string, unknown>> =>
  JSON.parse(given[ROWS.findIndex((row) => row.operation === operation)]?.text ?? '') as Readonly<
    Record<string, unknown>
  >;

describe('the installation is filled', () => {
  test('a deployment in each state, and one with everything', () => {
    const { deployments } = answerOf('listDeployments') as { deployments: Readonly<Record<string, unknown>>[] };
    expect(new Set(deployments.map(({ status }) => status))).toEqual(
      new Set(['OK', 'Error', 'Pending', 'Failed', 'Deploying']),
    );
    const whole = deployments.find(({ id }) => id === 'whole') ?? {};
    const { fields } = modelOf('Deployment');
    expect(Object.keys(fields).filter((key) => !(key in whole))).toEqual(['targetRegions']);
    expect(deployments.find(({ id }) => id === 'none')).toHaveProperty('targetRegions');
  });

  test.each([
    ['listDefinitions', 'definitions', 7],
    ['listNodes', 'nodes', 3],
    ['listInstances', 'instances', 4],
    ['listContainers', 'containers', 2],
    ['listContainerLogs', 'logs', 1],
    ['listSecrets', 'secrets', 2],
    ['listConfigVersions', 'versions', 1],
    ['listApps', 'apps', 1],
  ] as const)('%s: %s has at least %i', (operation, key, least) => {
    expect((answerOf(operation)[key] as unknown[]).length).toBeGreaterThanOrEqual(least);
  });

  test('nodes with usage, cards and a heartbeat', () => {
    const { nodes } = answerOf('listNodes') as { nodes: Readonly<Record<string, unknown>>[] };
    const node = nodes.find(({ url }) => url === 'simulated://strict-a');
    expect(node).toMatchObject({ usage: { cpu: {}, memory: {} }, gpus: [{ name: 'A100' }] });
    expect(node).toHaveProperty('lastHeartbeat');
  });
});

describe('the check sees what it is there for', () => {
  test.each([
    ['a field too many', unknownField, 100],
    ['a required field too few', withoutRequired, 100],
    ['a fraction where none may be', fraction, 200],
  ] as const)('%s, at every place of every answer, is refused', (_, change, least) => {
    const broken = ROWS.flatMap(({ model }, index) => {
      const text = given[index]?.text ?? '';
      return text === '' ? [] : variants(JSON.parse(text), { model }, change).map((body) => ({ model, body }));
    });
    expect(broken.length).toBeGreaterThan(least);
    expect(broken.filter(({ body, model }) => refusals(body, { model }).length === 0)).toEqual([]);
  });
});
