import type { Client } from '../../api/client.ts';
import { loadState } from '../state/state-file.ts';
import type { Proposal } from './tab.ts';

/** Longer than that nobody waits for a proposal. */
const TIMEOUT_MS = 1000;

/** Where proposals come from: the server, or what the command line remembers. */
export type Source = (client: () => Promise<Client>) => Promise<readonly Proposal[]>;

const deployments: Source = async (client) => {
  const { body } = await (await client()).call('listDeployments', { body: {} }, { timeout: TIMEOUT_MS });
  return body.deployments.map(({ id, status }) => ({ value: id, description: status }));
};
const definitions: Source = async (client) => {
  const { body } = await (await client()).call('listDefinitions', {}, { timeout: TIMEOUT_MS });
  return body.definitions.map(({ id, image, repository }) => ({
    value: id,
    description: image?.name ?? repository?.url ?? '',
  }));
};
const nodes: Source = async (client) => {
  const { body } = await (await client()).call('listNodes', { body: {} }, { timeout: TIMEOUT_MS });
  return body.nodes.map(({ id, url }) => ({ value: id, description: url }));
};
const nodeUrls: Source = async (client) =>
  (await nodes(client)).map(({ value, description }) => ({ value: description, description: value }));
const instances: Source = async (client) => {
  const { body } = await (await client()).call('listInstances', { query: {} }, { timeout: TIMEOUT_MS });
  return body.instances.map(({ id, status }) => ({ value: id, description: status }));
};
const secrets: Source = async (client) => {
  const { body } = await (await client()).call('listSecrets', { body: {} }, { timeout: TIMEOUT_MS });
  return body.secrets.map(({ id }) => ({ value: id, description: 'secret' }));
};
const configs: Source = async (client) => {
  const { body } = await (await client()).call('listConfigs', { body: {} }, { timeout: TIMEOUT_MS });
  return Object.values(body.configs).map(({ id }) => ({ value: id, description: 'config' }));
};
const builds: Source = async (client) => {
  const { body } = await (await client()).call('listBuilds', {}, { timeout: TIMEOUT_MS });
  return body.builds.map(({ id, status, url }) => ({ value: id, description: `${status} ${url}` }));
};
const users: Source = async (client) => {
  const { body } = await (await client()).call('listUsers', { body: { limit: 500 } }, { timeout: TIMEOUT_MS });
  return body.users.map(({ id, slug }) => ({ value: id, description: slug }));
};
const permits: Source = async (client) => {
  const { body } = await (await client()).call('listPermits', { body: {} }, { timeout: TIMEOUT_MS });
  return body.permits.map(({ id, permission }) => ({ value: id, description: permission }));
};
const enrolls: Source = async (client) => {
  const { body } = await (await client()).call('listEnrolls', { body: {} }, { timeout: TIMEOUT_MS });
  return body.enrolls.map(({ id, role }) => ({ value: id, description: role }));
};
const routes: Source = async (client) => {
  const { body } = await (await client()).call('listRoutes', { body: {} }, { timeout: TIMEOUT_MS });
  return body.routes.map(({ id, target }) => ({ value: id, description: target }));
};
const certs: Source = async (client) => {
  const { body } = await (await client()).call('listCerts', { body: {} }, { timeout: TIMEOUT_MS });
  return body.certs.map(({ id, issuer = '' }) => ({ value: id, description: issuer }));
};
const apps: Source = async (client) => {
  const { body } = await (await client()).call('listApps', { body: {} }, { timeout: TIMEOUT_MS });
  return body.apps.map(({ id, host }) => ({ value: host, description: id }));
};
const deadJobs: Source = async (client) => {
  const { body } = await (await client()).call('listDeadJobs', { query: { limit: 500 } }, { timeout: TIMEOUT_MS });
  return body.jobs.map(({ id, queue }) => ({ value: id, description: queue }));
};
const webhooks: Source = async (client) => {
  const { body } = await (await client()).call('listWebhooks', {}, { timeout: TIMEOUT_MS });
  return body.webhooks.map(({ id, status }) => ({ value: id, description: status }));
};
const environments: Source = async () =>
  Object.entries((await loadState()).environments).map(([value, { url }]) => ({ value, description: url }));

/** `command argument` or `command --option`, and what is proposed for it. The first that fits counts. */
const SOURCES: readonly (readonly [RegExp, Source])[] = [
  [/^secret copy --(from|to)$/, environments],
  [/ --env$/, environments],
  [/ --(of|deployment)$/, deployments],
  [/^deployment \S+ id$/, deployments],
  [/^definition remove id$/, definitions],
  [/^node remove url$/, nodeUrls],
  [/^node \S+ node$/, nodes],
  [/^instance remove id$/, instances],
  [/^secret (list|read|remove|save|encrypt) /, secrets],
  [/^config list id$/, configs],
  [/^build logs id$/, builds],
  [/ --userId$/, users],
  [/^permit remove ids$/, permits],
  [/^enroll remove ids$/, enrolls],
  [/^route (list|remove) ids$/, routes],
  [/^cert (list|raw) ids$/, certs],
  [/^app list hosts$/, apps],
  [/^job retry id$/, deadJobs],
  [/^webhook \S+ id$/, webhooks],
  [/^env (select|remove) name$/, environments],
];

/** The source for an argument or an option of a command, if there is one. */
export function sourceOf(command: string, name: string): Source | undefined {
  return SOURCES.find(([pattern]) => pattern.test(`${command} ${name}`))?.[1];
}
