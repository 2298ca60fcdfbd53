import { ADMIN_ROLE } from '../../api/contract/permissions.ts';
import { decideRemoveSecret, decideSaveSecret } from '../../domain/secret/decide.ts';
import type { SecretEvent, SecretState } from '../../domain/secret/evolve.ts';
import { secretKey } from '../../domain/secret/name.ts';
import { parseSecrets, type SecretSave } from '../../domain/secret/parse.ts';
import { streamOf } from '../../domain/stream.ts';
import type { Tx } from '../../postgres/database.ts';
import { VersionConflict, type StreamAppend } from '../../store/command.ts';
import type { EventStore } from '../../store/event-store.ts';
import type { Row } from '../../store/projection.ts';
import { openFromTransport } from '../../vault/transport.ts';
import { TRIES } from '../carry-out.ts';
import { callerOf, type Reply, type RequestContext, type RequestOf } from '../handler.ts';
import { Refusal } from '../refusal.ts';
import { readOrCreateApp } from '../user/apps.ts';
import { checksumOf } from './checksum.ts';
import { askerOf, type SecretDeps } from './deps.ts';
import { namesIn } from './names.ts';

/** What one secret goes through, and what has to be stored or forgotten with it. */
interface Change {
  readonly key: string;
  readonly events: readonly SecretEvent[];
  readonly effect?: ((tx: Tx) => Promise<void>) | undefined;
}

/** Saves all of them or none. Throws Refusal 401 for what the caller may not do. */
export async function saveSecrets(
  { db, store, vault, keys }: SecretDeps,
  request: RequestOf<'saveSecrets'>,
): Promise<Reply<'saveSecrets'>> {
  const caller = callerOf(request);
  const ports = { unseal: (sealed: string) => openFromTransport(keys, sealed), checksum: checksumOf };
  const saves = parseSecrets(request.body, caller.appHost, ports);
  const foreign = saves.find(({ app }) => app !== caller.appHost);
  if (foreign !== undefined && !caller.roles.includes(ADMIN_ROLE)) {
    throw new Refusal(401, `Unauthorized: ${caller.slug} may not save secrets of the app ${foreign.app}`);
  }
  for (const app of new Set(saves.map((save) => save.app))) await readOrCreateApp(db, app);
  const decide = (save: SecretSave, key: string, state: SecretState | undefined): Change => {
    const { value = '' } = save;
    const decision = decideSaveSecret(state, save, askerOf(caller), (version) =>
      vault.fingerprintOf({ id: key, version }, value),
    );
    if ('refused' in decision) throw new Refusal(401, `Unauthorized: ${decision.refused}`);
    const { version } = decision;
    if (version === undefined) return { key, events: decision.events };
    return { key, events: decision.events, effect: (tx) => vault.store(tx, { id: key, version }, value) };
  };
  const position = await commit(store, request, saves, decide);
  return { body: {}, position };
}

/** Removes those of the caller's app that are there and theirs to remove. */
export async function removeSecrets(
  { store, vault }: SecretDeps,
  request: RequestOf<'removeSecrets'>,
): Promise<Reply<'removeSecrets'>> {
  const caller = callerOf(request);
  const targets = namesIn(request.body).map((name) => ({ app: caller.appHost, name }));
  const position = await commit(store, request, targets, (_, key, state) => ({
    key,
    events: decideRemoveSecret(state, askerOf(caller)),
    effect: (tx) => vault.forget(tx, [key]),
  }));
  return { body: {}, position };
}

/** Reads the rows, decides, and appends all in one command; starts over when somebody else was first. */
async function commit<Target extends { readonly app: string; readonly name: string }>(
  store: EventStore,
  context: RequestContext,
  targets: readonly Target[],
  decide: (target: Target, key: string, state: SecretState | undefined) => Change,
): Promise<number | undefined> {
  for (let tried = 1; ; tried += 1) {
    const rows = await rowsOf(store, targets);
    const changes = targets
      .map((target) => {
        const key = secretKey(target.app, target.name);
        return decide(target, key, rows.get(key)?.state);
      })
      .filter(({ events }) => events.length > 0);
    if (changes.length === 0) return undefined;
    const appends = changes.map(({ key, events }): StreamAppend => {
      return { stream: streamOf('secret', key), expectedVersion: rows.get(key)?.version ?? 0, events };
    });
    const effect = async (tx: Tx): Promise<void> => {
      for (const change of changes) await change.effect?.(tx);
    };
    try {
      const { correlationId } = context;
      const actor = `user/${callerOf(context).slug}`;
      return (await store.append({ context: { actor, correlationId }, appends, effect })).last;
    } catch (error) {
      if (!(error instanceof VersionConflict) || tried >= TRIES) throw error;
    }
  }
}

async function rowsOf(
  store: EventStore,
  targets: readonly { readonly app: string; readonly name: string }[],
): Promise<ReadonlyMap<string, Row<SecretState>>> {
  const keys = targets.map(({ app, name }) => secretKey(app, name));
  if (keys.length === 0) return new Map();
  return new Map((await store.rows<SecretState>('secrets', { id: keys })).map((row) => [row.id, row]));
}
