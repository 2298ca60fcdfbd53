import { ADMIN_ROLE } from '../../api/contract/permissions.ts';
import type { Secret } from '../../api/contract/secret.ts';
import { InvalidInput } from '../../domain/problem.ts';
import { mayRead } from '../../domain/secret/decide.ts';
import type { SecretState } from '../../domain/secret/evolve.ts';
import { openFromTransport, sealForTransport } from '../../vault/transport.ts';
import { callerOf, type Handlers, type Reply, type RequestOf } from '../handler.ts';
import { readApps } from '../user/apps.ts';
import { removeSecrets, saveSecrets } from './changes.ts';
import { askerOf, type SecretDeps } from './deps.ts';
import { namesIn } from './names.ts';

export type SecretOperation =
  | 'listSecrets'
  | 'saveSecrets'
  | 'removeSecrets'
  | 'encryptValue'
  | 'decryptValue'
  | 'isSecure';

/** Secret Svc: values that containers are given and nobody else sees, but who may read them. */
export function secretService(deps: SecretDeps): Handlers<SecretOperation> {
  const { keys } = deps;
  return {
    listSecrets: (request) => listSecrets(deps, request),
    saveSecrets: (request) => saveSecrets(deps, request),
    removeSecrets: (request) => removeSecrets(deps, request),
    encryptValue: async ({ body }) => ({ body: { value: sealForTransport(keys, given(body.value)) } }),
    decryptValue: async ({ body }) => ({ body: { value: openFromTransport(keys, given(body.value)) } }),
    isSecure: async () => ({ body: { isSecure: keys.isSecure } }),
  };
}

function given(value: string | null | undefined): string {
  if (value === undefined || value === null) throw new InvalidInput([{ field: 'value', message: 'Missing Data' }]);
  return value;
}

async function listSecrets(
  { db, store, vault }: SecretDeps,
  request: RequestOf<'listSecrets'>,
): Promise<Reply<'listSecrets'>> {
  const caller = callerOf(request);
  const { allApps } = request.body;
  const all = allApps === true && caller.roles.includes(ADMIN_ROLE);
  const names = namesIn(request.body);
  const rows = await store.rows<SecretState>('secrets', {
    removed: 'false',
    ...(all ? {} : { app: caller.appHost }),
  });
  const found = rows
    .map(({ state }) => state)
    .filter((state) => mayRead(state, askerOf(caller)) && (names.length === 0 || names.includes(state.name)));
  const values = await vault.values(found.map(({ fingerprint }) => fingerprint));
  const apps = found.length === 0 ? [] : await readApps(db, { hosts: [...new Set(found.map(({ app }) => app))] });
  const appIds = new Map(apps.map(({ id: appId, host }) => [host, appId]));
  // One that was changed between the two reads has another fingerprint now.
  const secrets = found.flatMap((state) => {
    const value = values.get(state.fingerprint);
    return value === undefined ? [] : [toSecret(state, value, appIds.get(state.app) ?? '')];
  });
  return { body: { secrets } };
}

function toSecret({ name, access }: SecretState, value: string, appId: string): Secret {
  return {
    id: name,
    appId,
    value,
    readers: access.readers ?? null,
    writers: access.writers ?? null,
    deleters: access.deleters ?? null,
    canChangeReaders: access.canChangeReaders ?? null,
    canChangeWriters: access.canChangeWriters ?? null,
    canChangeDeleters: access.canChangeDeleters ?? null,
  };
}
