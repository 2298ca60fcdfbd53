import type { OperationName } from '../../src/api/contract/operations.ts';
import { type Marker, MARKERS, type PermissionWorld, type Role } from './permission-world.ts';

/** One way to ask for an operation, and for whom it is. */
export interface Case {
  /** When there are several. */
  readonly what?: string;
  /** Who is let in. Everybody else is refused with 401. */
  readonly for: readonly Role[];
  /** Aimed at what belongs to others. Absent: `x` in the path and nothing else. */
  readonly input?: (world: PermissionWorld) => Parts;
  /** What of others one is shown who is let in, the administrator aside; nothing by default. */
  readonly sees?: readonly Marker[];
  /** Instead of 401 without a token. */
  readonly withoutToken?: number;
}

interface Parts {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const EVERYBODY: readonly Role[] = ['none', 'malformed', 'revoked', 'plain', 'elsewhere', 'service', 'admin'];
const KNOWN: readonly Role[] = ['plain', 'elsewhere', 'service', 'admin'];

const open: Case = { for: EVERYBODY };
const known: Case = { for: KNOWN };
/** What a route is taken for that has no row of its own. */
export const ADMIN_ONLY: Case = { for: ['admin'] };

const deployment: Case = { ...ADMIN_ONLY, input: () => ({ params: { id: 'depl-of-others' }, body: {} }) };
const onNode: Case = { ...ADMIN_ONLY, input: ({ nodeId }) => ({ query: { name: 'of-others', nodeId } }) };
const listed: Case = { ...ADMIN_ONLY, input: ({ nodeId }) => ({ body: { nodeId } }) };
const echo: Case = { ...open, input: () => ({ body: { a: 1 } }) };

/**
 * Every operation, in the order of the contract. A new one is refused by the compiler, and by the test, until it has a row
 * here: `[ADMIN_ONLY]` for what administrators alone may do.
 */
export const PERMISSION_TABLE: Readonly<Record<OperationName, readonly Case[]>> = {
  saveDeployment: [
    { ...ADMIN_ONLY, input: () => ({ body: { deployment: { id: 'depl-of-others', definitionId: 'def-of-others' } } }) },
  ],
  listDeployments: [ADMIN_ONLY],
  deleteDeployment: [{ ...ADMIN_ONLY, input: () => ({ body: { deploymentId: 'depl-of-others' } }) }],
  showDeployment: [{ ...ADMIN_ONLY, input: () => ({ params: { id: 'depl-of-others' } }) }],
  pauseDeployment: [deployment],
  resumeDeployment: [deployment],
  promoteDeployment: [deployment],
  abortDeployment: [deployment],
  restartDeployment: [deployment],
  scaleDeployment: [{ ...deployment, input: () => ({ params: { id: 'depl-of-others' }, body: { replicas: 9 } }) }],
  // Of what each may see as it is now, as test/api/history-sight.int.test.ts has it: definitions and configs are for everybody.
  listEvents: [
    { ...known, input: () => ({ query: { limit: '1000' } }), sees: ['config', 'definition'] },
    { ...known, what: 'of one deployment', input: () => ({ query: { deploymentId: 'depl-of-others' } }) },
    { ...known, what: 'of an account', input: ({ ownerId }) => ({ query: { entity: ownerId } }) },
  ],
  diffFleet: [{ ...ADMIN_ONLY, input: () => ({ query: { from: '0' } }) }],
  listWebhooks: [ADMIN_ONLY],
  saveWebhook: [{ ...ADMIN_ONLY, input: () => ({ params: { id: 'hook-of-others' }, body: {} }) }],
  removeWebhook: [{ ...ADMIN_ONLY, input: () => ({ params: { id: 'hook-of-others' } }) }],
  testWebhook: [{ ...ADMIN_ONLY, input: () => ({ params: { id: 'hook-of-others' } }) }],
  webhookDeliveries: [{ ...ADMIN_ONLY, input: () => ({ params: { id: 'hook-of-others' } }) }],
  deploymentHistory: [{ ...ADMIN_ONLY, input: () => ({ params: { id: 'depl-of-others' } }) }],
  diffDeployment: [{ ...ADMIN_ONLY, input: () => ({ params: { id: 'depl-of-others' } }) }],
  blameDeployment: [{ ...ADMIN_ONLY, input: () => ({ params: { id: 'depl-of-others' } }) }],
  rollbackDeployment: [deployment],
  tagRevision: [{ ...deployment, input: () => ({ params: { id: 'depl-of-others' }, body: { name: 'taken' } }) }],
  untagRevision: [{ ...deployment, input: () => ({ params: { id: 'depl-of-others' }, body: { name: 'taken' } }) }],
  planDeployment: [
    { ...ADMIN_ONLY, input: () => ({ body: { deploymentId: 'depl-of-others' } }) },
    {
      ...ADMIN_ONLY,
      what: 'of a file',
      input: () => ({ body: { deployment: { id: 'depl-of-others', definitionId: 'def-of-others' } } }),
    },
  ],
  listWorkers: [ADMIN_ONLY],
  listRouters: [ADMIN_ONLY],
  deploymentLogs: [{ ...ADMIN_ONLY, input: () => ({ params: { id: 'depl-of-others' } }) }],
  replicaLogs: [{ ...ADMIN_ONLY, input: () => ({ params: { id: 'depl-of-others-r1-0' } }) }],
  execReplica: [
    { ...ADMIN_ONLY, input: () => ({ params: { id: 'depl-of-others-r1-0' }, body: { command: ['true'] } }) },
  ],
  openExecSession: [{ ...ADMIN_ONLY, input: () => ({ params: { id: 'depl-of-others-r1-0' } }) }],
  describe: [{ ...ADMIN_ONLY, input: () => ({ params: { id: 'depl-of-others' } }) }],
  why: [{ ...ADMIN_ONLY, input: () => ({ params: { id: 'depl-of-others' } }) }],
  whyNot: [{ ...ADMIN_ONLY, input: () => ({ params: { id: 'depl-of-others' } }) }],
  trace: [{ ...ADMIN_ONLY, input: () => ({ params: { eventId: '1' } }) }],
  report: [
    {
      ...ADMIN_ONLY,
      input: () => ({ params: { correlationId: 'depl-of-others' }, query: { of: 'deployment' } }),
      for: KNOWN,
    },
  ],
  usage: [ADMIN_ONLY],
  listBuilds: [ADMIN_ONLY],
  showBuild: [ADMIN_ONLY],
  listStandings: [ADMIN_ONLY],
  listDeadJobs: [ADMIN_ONLY],
  retryDeadJobs: [{ ...ADMIN_ONLY, input: () => ({ body: { ids: [] } }) }],
  verifyLog: [ADMIN_ONLY],
  exportLog: [ADMIN_ONLY],
  listCheckpoints: [ADMIN_ONLY],
  replayDecisions: [ADMIN_ONLY],
  auditKeys: [ADMIN_ONLY],
  listArchives: [ADMIN_ONLY],

  // The contract gives the list to every account: its clients are generated from it.
  listDefinitions: [{ ...known, sees: ['definition'] }],
  saveDefinition: [
    {
      ...ADMIN_ONLY,
      input: () => ({ body: { definition: { id: 'def-of-others', image: { name: 'x', internalPorts: [1] } } } }),
    },
  ],
  deleteDefinition: [{ ...ADMIN_ONLY, input: () => ({ params: { id: 'def-of-others' } }) }],
  listNodes: [ADMIN_ONLY],
  selfNode: [ADMIN_ONLY],
  saveNode: [{ ...ADMIN_ONLY, input: ({ nodeUrl }) => ({ body: { node: { url: nodeUrl, cluster: 'taken' } } }) }],
  scheduleNode: [
    { ...ADMIN_ONLY, input: ({ nodeId }) => ({ params: { id: nodeId }, body: { scheduling: 'draining' } }) },
  ],
  drainPlan: [{ ...ADMIN_ONLY, input: ({ nodeId }) => ({ params: { id: nodeId } }) }],
  rebalancePlan: [ADMIN_ONLY],
  rebalance: [ADMIN_ONLY],
  deleteNode: [{ ...ADMIN_ONLY, input: ({ nodeUrl }) => ({ params: { url: nodeUrl } }) }],
  // Those of their own name, and nobody else's.
  listInstances: [
    known,
    { ...known, what: 'by id', input: ({ instanceId }) => ({ query: { id: instanceId } }) },
    { ...known, what: 'by slug', input: () => ({ query: { slug: 'owner' } }) },
  ],
  registerInstance: [
    { ...known, what: 'of their own', input: () => ({ body: { url: 'http://127.0.0.1:2' } }) },
    {
      ...known,
      what: 'under the id of another',
      input: ({ instanceId }) => ({ body: { url: 'http://127.0.0.1:3', id: instanceId } }),
    },
  ],
  removeInstance: [{ ...ADMIN_ONLY, input: ({ instanceId }) => ({ params: { id: instanceId } }) }],
  echoGet: [{ ...open, input: () => ({ query: { a: '1' } }) }],
  echoPost: [echo],
  echoPut: [echo],

  // Anybody may read configs, by contract: secrets are for what nobody may.
  listConfigs: [{ ...open, input: () => ({ body: { appHost: 'theirs.app', scope: 'all' } }), sees: ['config'] }],
  saveConfig: [
    { ...known, what: 'of their own', input: () => ({ body: { id: undefined, data: { a: 1 } } }) },
    {
      ...ADMIN_ONLY,
      what: 'on behalf',
      input: () => ({ body: { appHost: 'theirs.app', id: 'owner', data: { mark: 'taken' } } }),
    },
  ],
  listConfigVersions: [{ ...open, input: () => ({ body: { appHost: 'theirs.app' } }), sees: ['config'] }],

  runContainer: [
    { ...ADMIN_ONLY, input: ({ nodeId }) => ({ body: { image: 'web:1', names: ['of-others'], nodeId } }) },
  ],
  stopContainer: [{ ...ADMIN_ONLY, input: ({ containerId }) => ({ body: { id: containerId } }) }],
  listContainers: [listed],
  listContainerLogs: [listed],
  containerIsRunning: [onNode],
  containerSummary: [onNode],
  buildImage: [ADMIN_ONLY],
  imagePullable: [{ ...ADMIN_ONLY, input: ({ nodeId }) => ({ params: { imageName: 'web:1' }, query: { nodeId } }) }],
  getHost: [onNode],
  containerDaemonInfo: [onNode],

  checkoutRepo: [ADMIN_ONLY],
  checkoutByQuery: [ADMIN_ONLY],

  login: [open],
  register: [open],
  refreshToken: [known],
  publicKey: [open],
  readSelf: [known],
  hasPermission: [{ ...known, withoutToken: 422 }],
  revokeTokens: [
    { ...known, what: 'of their own', input: () => ({ body: { device: 'no such device' } }) },
    { ...ADMIN_ONLY, what: 'of another', input: ({ ownerId }) => ({ body: { userId: ownerId, allTokens: true } }) },
  ],
  listApps: [
    { ...ADMIN_ONLY, what: 'all of them' },
    { ...known, what: 'by host', input: () => ({ body: { host: ['theirs.app'] } }) },
  ],
  readApp: [{ ...known, input: () => ({ body: { host: 'theirs.app' } }) }],
  exchangeToken: [{ ...known, input: () => ({ body: { newAppHost: 'theirs.app' } }) }],
  // Their own, by their present one.
  changePassword: [{ ...known, input: () => ({ body: {} }) }],
  listUsers: [ADMIN_ONLY],
  savePermits: [
    {
      ...ADMIN_ONLY,
      what: 'of what is not theirs',
      input: () => ({
        body: { permits: [{ permission: 'theirs:thing:view', slugs: ['plain-user', 'elsewhere-user'] }] },
      }),
    },
    {
      ...ADMIN_ONLY,
      what: 'over that of another',
      input: () => ({ body: { permits: [{ id: 'permit-of-others', permission: 'theirs:thing:view', slugs: [] }] } }),
    },
  ],
  listPermits: [ADMIN_ONLY],
  removePermits: [
    { ...ADMIN_ONLY, input: () => ({ body: { ids: ['permit-of-others'] } }) },
    { ...known, what: 'that are nobody’s', input: () => ({ body: { ids: ['nobodys'] } }) },
  ],
  saveEnrolls: [
    {
      ...ADMIN_ONLY,
      what: 'in the administrator’s role',
      input: ({ ownerId }) => ({ body: { enrolls: [{ role: 'user-svc:admin', userId: ownerId }] } }),
    },
  ],
  // Their own, and nobody else's.
  listEnrolls: [known, { ...known, what: 'of another', input: ({ ownerId }) => ({ body: { userId: ownerId } }) }],
  removeEnrolls: [{ ...ADMIN_ONLY, input: () => ({ body: { ids: ['enroll-of-others'] } }) }],

  saveRoutes: [
    {
      ...ADMIN_ONLY,
      input: () => ({ body: { routes: [{ id: `${MARKERS.route}.example`, target: 'http://127.0.0.1:9' }] } }),
    },
  ],
  listRoutes: [ADMIN_ONLY],
  removeRoutes: [{ ...ADMIN_ONLY, input: () => ({ body: { ids: [`${MARKERS.route}.example`] } }) }],
  listCerts: [ADMIN_ONLY],
  traefikConfiguration: [ADMIN_ONLY],

  listSecrets: [
    known,
    { ...known, what: 'of all apps', input: () => ({ body: { allApps: true } }) },
    { ...known, what: 'by name', input: () => ({ body: { ids: ['owner-secret', 'admin-secret'], allApps: true } }) },
  ],
  saveSecrets: [
    {
      ...ADMIN_ONLY,
      what: 'of another',
      input: () => ({ body: { secrets: [{ id: 'admin-secret', value: 'taken' }] } }),
    },
    {
      ...ADMIN_ONLY,
      what: 'of another app',
      input: () => ({ body: { secrets: [{ id: 'owner-secret', value: 'taken', appHost: 'theirs.app' }] } }),
    },
    {
      ...ADMIN_ONLY,
      what: 'to read it',
      input: () => ({
        body: { secrets: [{ id: 'admin-secret', readers: ['plain-user', 'elsewhere-user', 'deploy-svc'] }] },
      }),
    },
  ],
  removeSecrets: [{ ...known, input: () => ({ body: { ids: ['admin-secret', 'owner-secret'] } }) }],
  encryptValue: [{ ...known, input: () => ({ body: { value: 'v' } }) }],
  decryptValue: [known],
  isSecure: [known],

  metrics: [ADMIN_ONLY],
  discoverInstances: [ADMIN_ONLY],
  discoverServices: [ADMIN_ONLY],

  healthz: [open],
  readyz: [open],
};
