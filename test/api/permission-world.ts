import { createClient } from '../../src/api/client.ts';
import { USER_ROLE } from '../../src/api/contract/permissions.ts';
import { userIdOf } from '../../src/domain/user/decide.ts';
import { createSimulatedHost, dropSimulatedHost } from '../../src/engine/simulated/registry.ts';
import { SERVER_IMAGE } from '../../src/engine/simulated/script.ts';
import { streamOf } from '../../src/domain/stream.ts';
import { claimCredentials } from '../../src/services/user/credentials.ts';
import { hashPassword } from '../../src/services/user/password.ts';
import { ADMIN, CAPACITY, testApi, type TestApi } from '../support/api.ts';
import { command } from '../support/store.ts';

/**
 * Who asks. `none`, `malformed`, `revoked`: without a token that counts. `plain`: an account of everybody's app. `elsewhere`: one of an app
 * of its own. `service`: deploy-svc, without the administrator's role.
 */
export const ROLES = ['none', 'malformed', 'revoked', 'plain', 'elsewhere', 'service', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** What stands in things that belong to somebody else, by the kind of thing; nothing else contains it. */
export const MARKERS = {
  secret: 'marked-secret',
  adminSecret: 'marked-admin-secret',
  config: 'marked-config',
  instance: 'marked-instance',
  definition: 'marked-definition',
  deployment: 'marked-deployment',
  node: 'marked-node',
  container: 'marked-container',
  account: 'marked-account',
  permit: 'marked-permit',
  enroll: 'marked-enroll',
  route: 'marked-route',
} as const;
export type Marker = keyof typeof MARKERS;

/** An installation in which somebody has one of everything. */
export interface PermissionWorld extends AsyncDisposable {
  readonly api: TestApi;
  /** Absent for `none`. */
  readonly tokens: Readonly<Record<Role, string | undefined>>;
  /** The account that everything belongs to. */
  readonly ownerId: string;
  readonly ownerToken: string;
  readonly instanceId: string;
  readonly nodeId: string;
  readonly nodeUrl: string;
  readonly containerId: string;
}

const PASSWORD = 'a long password';
const HOST = 'marked-node-host';

export async function permissionWorld(): Promise<PermissionWorld> {
  createSimulatedHost(HOST, { images: { 'web:1': SERVER_IMAGE }, capacity: CAPACITY });
  const api = await testApi({ tokenLifeSeconds: 3_600 });
  await makeServiceAccount(api);
  const login = async (slug: string, appHost: string, device = 'test'): Promise<string> => {
    const password = slug === ADMIN.slug ? ADMIN.password : PASSWORD;
    return (await api.anybody.call('login', { body: { slug, password, appHost, device } })).body.token.token;
  };
  const names = { owner: MARKERS.account, 'plain-user': 'Plain', 'elsewhere-user': 'Elsewhere' };
  for (const [slug, name] of Object.entries(names)) {
    await api.anybody.call('register', { body: { slug, password: PASSWORD, name } });
  }
  const revoked = await login('plain-user', 'unnamed', 'lost');
  const plain = await login('plain-user', 'unnamed');
  await createClient({ baseUrl: api.url, token: plain }).call('revokeTokens', { body: { device: 'lost' } });
  const ownerToken = await login('owner', 'theirs.app');
  return {
    api,
    tokens: {
      none: undefined,
      malformed: 'eyJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl',
      revoked,
      plain,
      elsewhere: await login('elsewhere-user', 'elsewhere.app'),
      service: await login('deploy-svc', 'unnamed'),
      admin: await login(ADMIN.slug, 'unnamed'),
    },
    ownerToken,
    ownerId: userIdOf('owner'),
    ...(await plant(api, ownerToken)),
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      dropSimulatedHost(HOST);
    },
  };
}

/** Nobody can register a name that the product acts under; here one exists all the same. */
async function makeServiceAccount({ store, database }: TestApi): Promise<void> {
  const userId = userIdOf('deploy-svc');
  const data = { userId, slug: 'deploy-svc', name: 'Service', roles: [USER_ROLE] };
  await store.append(command(streamOf('user', userId), 0, [{ type: 'UserRegistered', data }]));
  await claimCredentials(database.db, userId, await hashPassword(PASSWORD));
}

type Planted = Pick<PermissionWorld, 'instanceId' | 'nodeId' | 'nodeUrl' | 'containerId'>;

async function plant({ admin, url }: TestApi, ownerToken: string): Promise<Planted> {
  const owner = createClient({ baseUrl: url, token: ownerToken });
  const nodeUrl = `simulated://${HOST}`;
  const { body } = await admin.call('saveNode', {
    body: { node: { url: nodeUrl, id: 'node-of-others', cluster: MARKERS.node } },
  });
  await owner.call('saveSecrets', { body: { secrets: [{ id: 'owner-secret', value: MARKERS.secret }] } });
  await admin.call('saveSecrets', { body: { secrets: [{ id: 'admin-secret', value: MARKERS.adminSecret }] } });
  await owner.call('saveConfig', { body: { data: { mark: MARKERS.config } } });
  await owner.call('registerInstance', { body: { url: `http://127.0.0.1:1/${MARKERS.instance}` } });
  const [instance] = (await owner.call('listInstances', { query: {} })).body.instances;
  const envars = [{ key: 'MARK', value: MARKERS.definition }];
  const definition = { id: 'def-of-others', image: { name: 'web:1', internalPorts: [8_080] }, envars };
  await admin.call('saveDefinition', { body: { definition } });
  await admin.call('savePermits', {
    body: { permits: [{ id: 'permit-of-others', permission: `theirs:${MARKERS.permit}:view`, slugs: ['owner'] }] },
  });
  await admin.call('saveEnrolls', {
    body: { enrolls: [{ id: 'enroll-of-others', role: `theirs:${MARKERS.enroll}`, userId: userIdOf('owner') }] },
  });
  await admin.call('saveRoutes', {
    body: { routes: [{ id: `${MARKERS.route}.example`, target: 'http://127.0.0.1:1' }] },
  });
  const deployment = { id: 'depl-of-others', definitionId: 'def-of-others', description: MARKERS.deployment };
  await admin.call('saveDeployment', { body: { deployment } });
  const run = { image: 'web:1', names: ['of-others'], envs: [{ key: 'MARK', value: MARKERS.container }] };
  const labels = [{ key: 'mark', value: MARKERS.container }];
  const ran = await admin.call('runContainer', { body: { ...run, labels, nodeId: body.node.id } });
  return { nodeUrl, nodeId: body.node.id, instanceId: instance?.id ?? '', containerId: ran.body.id };
}
