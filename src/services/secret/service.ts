import { ADMIN_ROLE } from '../../api/contract/permissions.ts';
import type { Secret } from '../../api/contract/secret.ts';
import { InvalidInput } from '../../domain/problem.ts';
import { isReader, mayRead } from '../../domain/secret/decide.ts';
import type { SecretState } from '../../domain/secret/evolve.ts';
import type { Db } from '../../postgres/database.ts';
import type { EventStore, SnapshotReader } from '../../store/event-store.ts';
import type { RowFilter } from '../../store/row-filter.ts';
import { openFromTransport, sealForTransport } from '../../vault/transport.ts';
import { type Caller, callerOf, type Handlers, type Reply, type RequestOf } from '../handler.ts';
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
  const where: RowFilter = all ? {} : { app: caller.appHost };
  const named = ({ name }: SecretState): boolean => names.length === 0 || names.includes(name);
  if (request.past !== undefined) {
    const then = (await secretsThen(store, request.past, caller, where)).filter(named);
    const hosts = await appIdsOf(db, then);
    return { body: { secrets: then.map((state) => toPastSecret(state, hosts.get(state.app) ?? '')) } };
  }
  const rows = await store.rows<SecretState>('secrets', { removed: 'false', ...where });
  const found = rows.map(({ state }) => state).filter((state) => mayRead(state, askerOf(caller)) && named(state));
  const values = await vault.values(found.map(({ fingerprint }) => fingerprint));
  const appIds = await appIdsOf(db, found);
  // One that was changed between the two reads has another fingerprint now.
  const secrets = found.flatMap((state) => {
    const value = values.get(state.fingerprint);
    return value === undefined ? [] : [toSecret(state, value, appIds.get(state.app) ?? '')];
  });
  return { body: { secrets } };
}

/** Those that were there then, of which the caller is a reader now. */
async function secretsThen(
  store: EventStore,
  past: SnapshotReader,
  caller: Caller,
  where: RowFilter,
): Promise<readonly SecretState[]> {
  const now = await store.rows<SecretState>('secrets', where);
  const readable = new Set(now.filter(({ state }) => isReader(state, askerOf(caller))).map(({ id }) => id));
  const then = await past.rows<SecretState>('secrets', { removed: 'false', ...where });
  return then.filter(({ id }) => readable.has(id)).map(({ state }) => state);
}

async function appIdsOf(db: Db, states: readonly SecretState[]): Promise<ReadonlyMap<string, string>> {
  if (states.length === 0) return new Map();
  const apps = await readApps(db, { hosts: [...new Set(states.map(({ app }) => app))] });
  return new Map(apps.map(({ id, host }) => [host, id]));
}

function toPastSecret(state: SecretState, appId: string): Secret {
  return { ...toSecret(state, '', appId), fingerprint: state.fingerprint, version: state.version };
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
