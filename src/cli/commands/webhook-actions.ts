import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';

import { webhookSecretOf } from '../../domain/webhook/secret.ts';
import { openContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { webhookAttemptKind, webhookKind } from '../kinds/webhook.ts';
import type { ListingOptions } from '../list/options.ts';
import { runList } from '../list/run.ts';
import { printValue } from '../output.ts';
import type { GlobalOptions } from '../session.ts';
import type { ListOptions } from './options.ts';

const LOOK_UP = { lookUp: 'oo webhook list' };

interface SaveOptions extends GlobalOptions {
  readonly url: string;
  readonly type?: readonly string[];
  readonly of?: string;
  readonly actor?: string;
  readonly correlation?: string;
  readonly newSecret?: boolean;
  readonly secretFile?: string;
  /** Milliseconds. */
  readonly overlap?: number;
  readonly disabled?: boolean;
}

/** Saves a webhook. A secret that is made here is printed, and nobody can read it again. */
export async function saveWebhook(id: string, options: SaveOptions): Promise<void> {
  const { url, type, of, actor, correlation, newSecret, secretFile, overlap, disabled } = options;
  if (newSecret === true && secretFile !== undefined) {
    throw new Failure('--new-secret and --secret-file exclude each other', { exitCode: EXIT.usage });
  }
  const context = await openContext(options);
  const made = newSecret === true ? webhookSecretOf(randomBytes(32)) : undefined;
  const secret = made ?? (secretFile === undefined ? undefined : await readSecret(secretFile));
  const filter = present({ entity: of, type: type?.join(','), actor, correlationId: correlation });
  const overlapSeconds = overlap === undefined ? undefined : Math.round(overlap / 1_000);
  const body = { url, filter, ...present({ secret, overlapSeconds }), enabled: disabled !== true };
  await context.call(`save webhook ${id}`, 'saveWebhook', { params: { id }, body });
  if (made === undefined) return;
  context.terminal.stdout.write(`${made}\n`);
  if (context.terminal.stderr.isTTY) {
    context.terminal.stderr.write('Give it to the receiver now: nobody can read it again.\n');
  }
}

/** Prints all webhooks. */
export async function listWebhooks(options: ListingOptions): Promise<void> {
  const context = await openContext(options);
  await runList(context, options, {
    kind: webhookKind,
    fetch: async () => (await context.call('list webhooks', 'listWebhooks', {})).body.webhooks,
  });
}

/** Removes a webhook; an unknown id is no error. Prints nothing. */
export async function removeWebhook(id: string, options: GlobalOptions): Promise<void> {
  const context = await openContext(options);
  await context.call(`remove webhook ${id}`, 'removeWebhook', { params: { id } });
}

/** Has a test event sent. Throws a `Failure` when it is not taken. */
export async function testWebhook(id: string, options: ListOptions): Promise<void> {
  const context = await openContext(options);
  const { body } = await context.call(`test webhook ${id}`, 'testWebhook', { params: { id } }, LOOK_UP);
  const { delivered, status, milliseconds, error } = body;
  const { terminal } = context;
  if (options.output !== 'table') await printValue(terminal, options.output, body);
  if (!delivered) {
    throw new Failure(`${id} did not take the event: ${error ?? 'no reason given'} (after ${milliseconds} ms)`, {
      exitCode: EXIT.failure,
      next: ['oo webhook list -o wide'],
    });
  }
  if (options.output === 'table') terminal.stdout.write(`taken: HTTP ${status} in ${milliseconds} ms\n`);
}

/** Prints the last attempts of a webhook. */
export async function listDeliveries(id: string, options: ListingOptions & { readonly limit: number }): Promise<void> {
  const context = await openContext(options);
  const input = { params: { id }, query: { limit: Math.max(1, Math.min(options.limit, 100)) } };
  await runList(context, options, {
    kind: webhookAttemptKind,
    fetch: async () =>
      (await context.call(`list deliveries of ${id}`, 'webhookDeliveries', input, LOOK_UP)).body.attempts,
  });
}

async function readSecret(file: string): Promise<string> {
  try {
    return (file === '-' ? await text(process.stdin) : await readFile(file, 'utf8')).trim();
  } catch (cause) {
    const message = `cannot read the secret from ${file}: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new Failure(message, { exitCode: EXIT.usage, cause });
  }
}

function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
