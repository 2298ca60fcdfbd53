import { v7 as uuidv7 } from 'uuid';

import { type CloudEvent, cloudEventSource, cloudEventType } from '../../domain/cloud-event.ts';
import { NotFound } from '../../domain/problem.ts';
import { streamOf } from '../../domain/stream.ts';
import type { WebhookState } from '../../domain/webhook/evolve.ts';
import { readAttempts } from '../../webhooks/ledger.ts';
import { openPostman, type Outcome } from '../../webhooks/post.ts';
import type { Handlers, Reply, RequestOf } from '../handler.ts';
import type { WebhookPorts } from './ports.ts';
import { removeWebhook, saveWebhook } from './save.ts';
import { readWebhooks, toAttemptView } from './view.ts';

type Operation = 'listWebhooks' | 'saveWebhook' | 'removeWebhook' | 'testWebhook' | 'webhookDeliveries';

/** Where events are sent to. The workers send them: see workers/webhooks. */
export function webhookService(ports: WebhookPorts): Handlers<Operation> {
  return {
    listWebhooks: async () => ({ body: { webhooks: await readWebhooks(ports) } }),
    saveWebhook: (request) => saveWebhook(ports, request),
    removeWebhook: (request) => removeWebhook(ports, request),
    testWebhook: (request) => testWebhook(ports, request),
    async webhookDeliveries({ params: { id }, query: { limit = 100 } }) {
      const attempts = await readAttempts(ports.db, await known(ports, id), limit);
      return { body: { attempts: attempts.map(toAttemptView) } };
    },
  };
}

/** From this process, to which the receiver has to be in reach as to the workers. */
async function testWebhook(ports: WebhookPorts, request: RequestOf<'testWebhook'>): Promise<Reply<'testWebhook'>> {
  const { url, secret } = await known(ports, request.params.id);
  const values = await ports.vault.values([secret.fingerprint]);
  using postman = openPostman({ linkLocal: ports.linkLocal });
  const letter = { url, event: testEvent(ports, request), secrets: [...values.values()] };
  const outcome = await postman.send(letter, new AbortController().signal);
  return { body: { delivered: outcome.kind === 'taken', ...toldOf(outcome) } };
}

function toldOf(outcome: Outcome): Omit<Reply<'testWebhook'>['body'], 'delivered'> {
  const { milliseconds } = outcome;
  switch (outcome.kind) {
    case 'taken':
      return { milliseconds, status: outcome.status };
    case 'gone':
      return { milliseconds, status: outcome.status, error: 'HTTP 410: an event would disable the webhook' };
    case 'refused':
      return { milliseconds, status: outcome.status, error: outcome.error };
    case 'failed':
      return { milliseconds, error: outcome.error };
    default:
      return outcome satisfies never;
  }
}

function testEvent({ installationId, now }: WebhookPorts, request: RequestOf<'testWebhook'>): CloudEvent {
  return {
    specversion: '1.0',
    id: uuidv7(),
    source: cloudEventSource(installationId),
    type: cloudEventType('WebhookTest'),
    subject: streamOf('webhook', request.params.id),
    time: now().toISOString(),
    datacontenttype: 'application/json',
    correlationid: request.correlationId,
    data: { webhookId: request.params.id },
  };
}

async function known({ store }: WebhookPorts, id: string): Promise<WebhookState> {
  const state = (await store.row<WebhookState>('webhooks', id))?.state;
  if (state !== undefined && !state.removed) return state;
  throw new NotFound(`webhook ${id} does not exist; oo webhook list shows those that do`);
}
