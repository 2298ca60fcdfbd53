import { Conflict, InvalidInput } from '../../domain/problem.ts';
import { streamOf } from '../../domain/stream.ts';
import { decideRemoveWebhook, decideSaveWebhook } from '../../domain/webhook/decide.ts';
import type { WebhookEvent, WebhookState } from '../../domain/webhook/evolve.ts';
import { parseWebhook, type WebhookSave } from '../../domain/webhook/parse.ts';
import { webhookSecretKey } from '../../domain/webhook/secret.ts';
import type { Tx } from '../../postgres/database.ts';
import { VersionConflict } from '../../store/command.ts';
import { judgeHost, RefusedAddress } from '../../webhooks/address.ts';
import { forgetWebhook } from '../../webhooks/ledger.ts';
import { TRIES } from '../carry-out.ts';
import { callerOf, type Reply, type RequestContext, type RequestOf } from '../handler.ts';
import type { WebhookPorts } from './ports.ts';
import { readWebhooks } from './view.ts';

/** Each reads the log for itself. */
const MOST = 100;

/** Saves a webhook; its secret is sealed in the transaction of the event, and nowhere else. */
export async function saveWebhook(
  ports: WebhookPorts,
  request: RequestOf<'saveWebhook'>,
): Promise<Reply<'saveWebhook'>> {
  const { vault, linkLocal, now } = ports;
  const save = parseWebhook(request.body, request.params.id);
  if (!linkLocal) refuseHost(save);
  const place = (version: number) => ({ id: webhookSecretKey(save.id), version });
  const { secret = '' } = save;
  const position = await commit(ports, request, save.id, async (state) => {
    if (state === undefined || state.removed) await refuseTooMany(ports);
    const decision = decideSaveWebhook(state, save, {
      now: now().getTime(),
      fingerprintOf: (version) => vault.fingerprintOf(place(version), secret),
    });
    const { events, version } = decision;
    return version === undefined ? { events } : { events, effect: (tx) => vault.store(tx, place(version), secret) };
  });
  const [body] = await readWebhooks(ports, save.id);
  if (body === undefined) throw new Conflict(`${save.id} was removed by somebody else at this moment; save it again`);
  return { body, position };
}

/** Removes it, with its secrets and what is known of its deliveries. */
export async function removeWebhook(
  ports: WebhookPorts,
  request: RequestOf<'removeWebhook'>,
): Promise<Reply<'removeWebhook'>> {
  const { id } = request.params;
  const position = await commit(ports, request, id, async (state) => ({
    events: decideRemoveWebhook(state),
    async effect(tx) {
      await ports.vault.forget(tx, [webhookSecretKey(id)]);
      await forgetWebhook(tx, id);
    },
  }));
  return { body: {}, position };
}

interface Change {
  readonly events: readonly WebhookEvent[];
  readonly effect?: (tx: Tx) => Promise<void>;
}

/** Reads the row, decides, appends; starts over when somebody else was first. */
async function commit(
  { store }: WebhookPorts,
  context: RequestContext,
  id: string,
  decide: (state: WebhookState | undefined) => Promise<Change>,
): Promise<number | undefined> {
  for (let tried = 1; ; tried += 1) {
    const row = await store.row<WebhookState>('webhooks', id);
    const { events, effect } = await decide(row?.state);
    if (events.length === 0) return undefined;
    try {
      const { last } = await store.append({
        context: { actor: `user/${callerOf(context).slug}`, correlationId: context.correlationId },
        appends: [{ stream: streamOf('webhook', id), expectedVersion: row?.version ?? 0, events }],
        effect,
      });
      return last;
    } catch (error) {
      if (!(error instanceof VersionConflict) || tried >= TRIES) throw error;
    }
  }
}

function refuseHost({ url }: WebhookSave): void {
  try {
    judgeHost(url);
  } catch (error) {
    if (!(error instanceof RefusedAddress)) throw error;
    throw new InvalidInput([{ field: 'url', message: error.message }]);
  }
}

async function refuseTooMany({ store }: WebhookPorts): Promise<void> {
  const { length } = await store.rows('webhooks', { removed: 'false' });
  if (length >= MOST)
    throw new Conflict(`there are ${length} webhooks, and ${MOST} are the most; see: oo webhook list`);
}
