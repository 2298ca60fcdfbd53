import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { type Clock, systemClock } from '../../src/clock.ts';
import type { WebhookAttemptView, WebhookView } from '../../src/api/contract/webhook.ts';
import { webhookSecretOf } from '../../src/domain/webhook/secret.ts';
import { createLogger } from '../../src/logger.ts';
import { keyRing } from '../../src/vault/key-ring.ts';
import { openVault } from '../../src/vault/vault.ts';
import { WorkerMembership } from '../../src/workers/membership.ts';
import { deliverAll, deliverWebhooks } from '../../src/workers/webhooks/deliver-webhooks.ts';
import type { DeliveryDeps } from '../../src/workers/webhooks/deliver-to.ts';
import { testApi, type TestApi } from '../support/api.ts';
import { everyColumn } from '../support/every-column.ts';
import { command, definitionSaved } from '../support/store.ts';
import { until } from '../support/until.ts';
import { openReceiver, type Receiver } from './receiver.ts';

const SECRET = webhookSecretOf(Buffer.alloc(32, 0x5a));
const OTHER = webhookSecretOf(Buffer.alloc(32, 0xa5));
const WAIT_MS = 20_000;
/** Waits are short here: what is tested is not how long they are. */
const HASTY: Clock = { now: () => new Date(), sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 30), signal) };

let api: TestApi;
let stack: AsyncDisposableStack;
/** The wall, moved on by tests. */
let ahead = 0;
beforeEach(async () => {
  stack = new AsyncDisposableStack();
  ahead = 0;
  api = stack.use(await testApi({ clock: { ...systemClock, now: () => new Date(Date.now() + ahead) } }));
});
afterEach(() => stack.disposeAsync());

const log = createLogger('silent');

async function workerOf(clock: Clock): Promise<{ deps: DeliveryDeps; membership: WorkerMembership }> {
  const { database, store } = api;
  const membership = stack.use(new WorkerMembership(database, systemClock, log));
  await membership.start();
  const vault = await openVault(database.db, keyRing());
  const webhooks = { linkLocal: false, answerMs: 300 };
  const deps = { store, database, clock, log, vault, installationId: 'i', membership, webhooks };
  return { deps, membership };
}

/** A worker that delivers until it is killed: what it has in hand then is lost with it. */
async function courier(clock: Clock = HASTY): Promise<{ kill(): Promise<void> }> {
  const { deps } = await workerOf(clock);
  const killed = new AbortController();
  const done = deliverAll(deps, killed.signal);
  const kill = async (): Promise<void> => {
    killed.abort();
    await done;
  };
  stack.defer(kill);
  return { kill };
}

async function receiver(...given: Parameters<typeof openReceiver>): Promise<Receiver> {
  return stack.use(await openReceiver(...given));
}

const save = (
  id: string,
  url: string,
  more: object = {},
): Promise<{ body: WebhookView; position: number | undefined }> =>
  api.admin.call('saveWebhook', { params: { id }, body: { url, secret: SECRET, ...more } });
const listed = async (): Promise<WebhookView[]> => (await api.admin.call('listWebhooks', {})).body.webhooks;
const define = async (id: string): Promise<number> =>
  (await api.store.append(command(`definition/${id}`, 'any', [definitionSaved(id, `web:${Math.random()}`)]))).last;
async function defineMany(count: number, id = 'd'): Promise<number[]> {
  const positions: number[] = [];
  for (let n = 0; n < count; n += 1) positions.push(await define(id));
  return positions;
}
const took = (one: Receiver, positions: readonly number[]): Promise<void> =>
  until(`${positions.length} events have come`, WAIT_MS, async () => {
    const last = positions.at(-1) ?? 0;
    return one.taken.includes(last);
  });

/** The attempts of `w`, once it is written down that this position was taken. */
async function acknowledged(position: number | undefined): Promise<readonly WebhookAttemptView[]> {
  let attempts: readonly WebhookAttemptView[] = [];
  await until(`${position} is acknowledged`, WAIT_MS, async () => {
    attempts = (await api.admin.call('webhookDeliveries', { params: { id: 'w' }, query: {} })).body.attempts;
    return attempts[0]?.position === position && attempts[0]?.error === undefined;
  });
  return attempts;
}

test('a webhook is sent what happens after its save, as it happens, signed, in order', async () => {
  const there = await receiver();
  await defineMany(2);
  // Without haste: the log's own signal is what wakes it, long before it would look by itself.
  await courier(systemClock);
  const { position = 0 } = await save('w', there.url, { filter: { type: 'Definition*' } });
  const positions = await defineMany(5);
  await took(there, positions);
  // From here on it would look by itself after ten seconds.
  const began = performance.now();
  positions.push(await define('d'));
  await took(there, positions);
  expect(performance.now() - began).toBeLessThan(8_000);
  expect(there.taken).toEqual(positions);
  expect(Math.min(...positions)).toBeGreaterThan(position);
  for (const { body, headers, event } of there.all) {
    expect(new Webhook(SECRET).verify(body, headers as Record<string, string>)).toEqual(event);
    expect(headers['webhook-id']).toBe(event.id);
  }
  const attempts = await acknowledged(positions.at(-1));
  expect(attempts.slice(0, 2)).toMatchObject([
    { position: positions[5], type: 'DefinitionSaved', status: 204 },
    { position: positions[4], type: 'DefinitionSaved', status: 204 },
  ]);
});

test('whatever receivers answer and whenever the worker dies, each gets all of its own, in order, at least once', async () => {
  // Fails every third time, and hangs every seventh.
  const flaky = await receiver((index) => (index % 7 === 6 ? 'never' : index % 3 === 0 ? 503 : 204));
  const hanging = await receiver(() => 'never');
  const sound = await receiver();
  await save('flaky', flaky.url, { filter: { type: 'DefinitionSaved' } });
  await save('hanging', hanging.url);
  await save('sound', sound.url, { filter: { entity: 'mine', type: 'Definition*' } });
  const expected: { all: number[]; mine: number[] } = { all: [], mine: [] };
  for (let round = 0; round < 4; round += 1) {
    const worker = await courier();
    const others = await defineMany(4, 'other');
    const mine = await defineMany(2, 'mine');
    expected.all.push(...others, ...mine);
    expected.mine.push(...mine);
    // Whoever hangs keeps nobody.
    if (round % 2 === 0) await took(sound, mine);
    await worker.kill();
  }
  await courier();
  await took(flaky, expected.all);
  await took(sound, expected.mine);
  expect(firsts(flaky.taken)).toEqual(expected.all);
  expect(firsts(sound.taken)).toEqual(expected.mine);
  // What comes again is the last one: nobody knew whether it had been taken.
  for (const { taken } of [flaky, sound]) {
    for (const [index, position] of taken.entries()) {
      expect(position).toBeGreaterThanOrEqual(taken[index - 1] ?? 0);
    }
  }
  expect(hanging.taken).toEqual([]);
  const byId = new Map((await listed()).map((one) => [one.id, one]));
  expect(byId.get('hanging')).toMatchObject({ status: 'retrying', lastError: 'no answer within 300 ms' });
  expect(byId.get('hanging')?.lag).toBeGreaterThanOrEqual(expected.all.length);
  ahead = 120_000;
  expect((await listed()).find(({ id }) => id === 'hanging')?.status).toBe('failing');
});

/** Each once, where it was first. */
const firsts = (positions: readonly number[]): number[] => [...new Set(positions)];

test('an attempt that is repeated has the same id, and a time and a signature of its own', async () => {
  const there = await receiver((index) => (index < 2 ? 500 : 204));
  await courier();
  await save('w', there.url, { filter: { type: 'Definition*' } });
  const position = await define('d');
  const attempts = await acknowledged(position);
  expect(new Set(there.all.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect(there.all).toHaveLength(3);
  expect(attempts.map(({ status, error }) => [status, error])).toEqual([
    [204, undefined],
    [500, 'HTTP 500'],
    [500, 'HTTP 500'],
  ]);
  expect((await listed())[0]).toMatchObject({ status: 'delivering', failures: 0 });
  expect((await listed())[0]?.lastError).toBeUndefined();
});

describe('Gone', () => {
  test('disables the webhook by an event; saved again it goes on where it was', async () => {
    let gone = true;
    const there = await receiver(() => (gone ? 410 : 204));
    const other = await receiver();
    await courier();
    await save('w', there.url, { filter: { type: 'Definition*' } });
    await save('other', other.url, { filter: { type: 'Webhook*,Definition*' } });
    const before = await defineMany(2);
    await until('it is disabled', WAIT_MS, async () => (await listed()).some(({ status }) => status === 'disabled'));
    expect(there.all).toHaveLength(1);
    expect((await listed()).find(({ id }) => id === 'w')?.disabledFor).toBe(
      `its receiver answered HTTP 410 (Gone) to the event at position ${before[0]}`,
    );
    const [event] = await api.store.read({ after: 0, limit: 1, filter: { types: ['WebhookDisabled'] } });
    expect(event?.actor).toMatch(/^worker\//);
    await took(other, [event?.position ?? 0]);
    const meanwhile = await defineMany(2);
    gone = false;
    await save('w', there.url, { filter: { type: 'Definition*' } });
    await took(there, meanwhile);
    expect(firsts(there.taken)).toEqual([...before, ...meanwhile]);
  });
});

test('a secret that was replaced signs beside the new one until its time is over', async () => {
  const there = await receiver();
  await save('w', there.url, { filter: { type: 'Definition*' } });
  const { body } = await save('w', there.url, { filter: { type: 'Definition*' }, secret: OTHER, overlapSeconds: 60 });
  expect(Date.parse(body.previousUntil ?? '')).toBeGreaterThan(Date.now());
  const first = await courier();
  await took(there, await defineMany(1));
  const verifies = (secret: string): boolean => {
    const { body: text, headers } = there.all.at(-1) ?? { body: '', headers: {} };
    try {
      return new Webhook(secret).verify(text, headers as Record<string, string>) !== undefined;
    } catch {
      return false;
    }
  };
  expect([verifies(SECRET), verifies(OTHER)]).toEqual([true, true]);
  await first.kill();
  // The receiver's clock stays: only when it is signed has moved.
  ahead = 61_000;
  await courier({ ...HASTY, now: () => new Date(Date.now() + ahead) });
  await took(there, await defineMany(1));
  expect([verifies(SECRET), verifies(OTHER)]).toEqual([false, true]);
  expect((await listed())[0]?.previousUntil).toBeUndefined();
});

test('what is not for it does not make it lag; what is removed is sent nothing, and begins anew', async () => {
  const there = await receiver();
  await courier();
  await save('w', there.url, { filter: { entity: 'nobody' } });
  await defineMany(5);
  await until('it has got past', WAIT_MS, async () => (await listed())[0]?.lag === 0);
  await api.admin.call('removeWebhook', { params: { id: 'w' } });
  expect(await listed()).toEqual([]);
  await defineMany(2);
  await save('w', there.url, { filter: { type: 'Definition*' } });
  const after = await defineMany(2);
  await took(there, after);
  expect(there.taken).toEqual(after);
});

test('secrets are in no event, no row but the sealed one, no answer and no log', async () => {
  const there = await receiver(() => 500);
  await courier();
  await save('w', there.url);
  await save('w', there.url, { secret: OTHER });
  const refused = api.admin.call('saveWebhook', {
    params: { id: 'w' },
    body: { url: there.url, secret: 'hunter2-secret' },
  });
  const refusal = await refused.then(
    () => '',
    (error: unknown) => String(error),
  );
  await api.admin.call('testWebhook', { params: { id: 'w' } });
  await until('it was tried', WAIT_MS, async () => there.all.length > 2);
  const kept = await everyColumn(api.database);
  const answers = JSON.stringify([
    await listed(),
    (await api.admin.call('webhookDeliveries', { params: { id: 'w' }, query: {} })).body,
  ]);
  const logs = JSON.stringify([api.logged, api.errors]);
  const texts = [SECRET, OTHER].flatMap((secret) => {
    const bytes = Buffer.from(secret.slice('whsec_'.length), 'base64');
    return [secret.slice('whsec_'.length), bytes.toString('hex')];
  });
  for (const place of [kept, answers, logs, refusal]) {
    for (const secret of [...texts, 'hunter2']) expect(place).not.toContain(secret);
  }
  await api.admin.call('removeWebhook', { params: { id: 'w' } });
  expect(await everyColumn(api.database)).not.toMatch(/\/webhook\/w,/);
});

test('one worker delivers; when its connection breaks, another goes on', async () => {
  const there = await receiver();
  const [one, other] = [await workerOf(HASTY), await workerOf(HASTY)];
  const running = [one, other].map(({ deps, membership }) => deliverWebhooks(deps, membership.present));
  await save('w', there.url, { filter: { type: 'Definition*' } });
  const before = await defineMany(3);
  await took(there, before);
  expect(there.taken).toEqual(before);
  await one.membership[Symbol.asyncDispose]();
  await running[0];
  const after = await defineMany(3);
  await took(there, after);
  expect(firsts(there.taken)).toEqual([...before, ...after]);
  await other.membership[Symbol.asyncDispose]();
  await running[1];
});
