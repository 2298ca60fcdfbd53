import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';

import { InvalidInput } from '../problem.ts';
import { backoffMs, LONGEST_MS } from './backoff.ts';
import { decideRemoveWebhook, decideSaveWebhook } from './decide.ts';
import { evolveWebhook, type WebhookEvent, type WebhookState } from './evolve.ts';
import { parseWebhook, type WebhookSave } from './parse.ts';
import { isWebhookSecret, webhookSecretOf } from './secret.ts';
import { signatureHeaders } from './sign.ts';
import { standingOf } from './standing.ts';

const anySecret = fc.uint8Array({ minLength: 24, maxLength: 64 }).map(webhookSecretOf);
const SECRET = webhookSecretOf(Buffer.alloc(32, 7));
const OTHER = webhookSecretOf(Buffer.alloc(32, 8));
const NOW = Date.parse('2026-11-23T03:00:00Z');

describe('signatures', () => {
  test('of whatever body are those that the reference implementation takes, from each of the secrets and from no other', () => {
    fc.assert(
      fc.property(
        fc.uuid(),
        fc.json(),
        fc.uniqueArray(anySecret, { minLength: 1, maxLength: 2 }),
        anySecret,
        (id, body, secrets, foreign) => {
          const signed = { id, seconds: Math.floor(Date.now() / 1_000), body };
          const headers = { ...signatureHeaders(signed, secrets) };
          for (const secret of secrets) expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
          fc.pre(!secrets.includes(foreign));
          expect(() => new Webhook(foreign).verify(body, headers)).toThrow('No matching signature');
          expect(() => new Webhook(secrets[0] ?? '').verify(`${body} `, headers)).toThrow('No matching signature');
        },
      ),
      { numRuns: 30 },
    );
  });

  test('a secret is 24 to 64 bytes in base64 behind its prefix', () => {
    for (const [bytes, valid] of [
      [23, false],
      [24, true],
      [64, true],
      [65, false],
    ] as const) {
      expect(isWebhookSecret(webhookSecretOf(Buffer.alloc(bytes, 1)))).toBe(valid);
    }
    expect(['', 'hunter2', 'whsec_', `${SECRET} `, SECRET.slice('whsec_'.length)].some(isWebhookSecret)).toBe(false);
  });
});

test('waits double up to a minute, half of each by chance; what the receiver asks for is heard within that', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100_000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.nat(10 ** 9),
      (failures, random, asked) => {
        const wait = backoffMs(failures, random, asked);
        const full = Math.min(LONGEST_MS, 1_000 * 2 ** (failures - 1));
        expect(wait).toBeGreaterThanOrEqual(full / 2);
        expect(wait).toBeGreaterThanOrEqual(Math.min(asked, LONGEST_MS));
        expect(wait).toBeLessThanOrEqual(Math.max(full, Math.min(asked, LONGEST_MS)));
      },
    ),
  );
  expect([1, 2, 7].map((failures) => backoffMs(failures, 0))).toEqual([500, 1_000, 30_000]);
});

const save = (more: object = {}): WebhookSave =>
  parseWebhook({ url: 'https://x.example/hook', secret: SECRET, ...more }, 'w');
/** Tells secrets and versions apart, as the vault does. */
const ports = ({ secret = '' }: WebhookSave, now = NOW) => ({
  now,
  fingerprintOf: (version: number) => `${version}:${secret.slice(6, 12)}`,
});

function evolved(events: readonly WebhookEvent[], before?: WebhookState): WebhookState | undefined {
  return events.reduce((state, event, index) => evolveWebhook(state, { ...event, id: `e${index}` }, NOW), before);
}

function saved(given: WebhookSave, before?: WebhookState, now = NOW): WebhookState {
  const state = evolved(decideSaveWebhook(before, given, ports(given, now)).events, before);
  if (state === undefined) throw new Error('nothing was saved');
  return state;
}

describe('saving', () => {
  test('what is the same is no event; a secret that is left out stays', () => {
    const state = saved(save());
    expect(decideSaveWebhook(state, save(), ports(save())).events).toEqual([]);
    const kept = save({ secret: undefined, filter: { type: 'Node*' } });
    const decision = decideSaveWebhook(state, kept, ports(kept));
    expect(decision.version).toBeUndefined();
    expect(saved(kept, state)).toMatchObject({ filter: { type: 'Node*' }, secret: state.secret });
  });

  test('with another secret both sign for a day, or as long as was said; 0 s ends it', () => {
    const state = saved(save());
    const rotated = saved(save({ secret: OTHER }), state);
    expect(rotated.secret).toEqual({
      version: 2,
      fingerprint: expect.stringMatching(/^2:/) as string,
      previous: { fingerprint: state.secret.fingerprint, until: '2026-11-24T03:00:00.000Z' },
    });
    expect(saved(save({ secret: OTHER, overlapSeconds: 60 }), state).secret.previous?.until).toBe(
      '2026-11-23T03:01:00.000Z',
    );
    expect(saved(save({ secret: OTHER, overlapSeconds: 0 }), state).secret.previous).toBeUndefined();
    expect(saved(save({ secret: undefined, overlapSeconds: 0 }), rotated).secret.previous).toBeUndefined();
    expect(saved(save({ secret: undefined, url: 'https://y.example/' }), rotated).secret).toEqual(rotated.secret);
  });

  test('a new one needs a secret, also one that was removed: then it begins anew', () => {
    const bare = save({ secret: undefined });
    expect(() => decideSaveWebhook(undefined, bare, ports(bare))).toThrow('secret: is required');
    const state = saved(save());
    const removed = evolved(decideRemoveWebhook(state), state);
    expect(() => decideSaveWebhook(removed, bare, ports(bare))).toThrow('secret: is required');
    expect(decideRemoveWebhook(removed)).toEqual([]);
    const again = saved(save(), removed);
    expect(again.secret).toMatchObject({ version: 2 });
    expect(again.secret.previous).toBeUndefined();
  });

  test('one that its receiver disabled is enabled by the same save', () => {
    const state = saved(save());
    const off = evolved([{ type: 'WebhookDisabled', data: { webhookId: 'w', reason: 'HTTP 410' } }], state);
    expect(off).toMatchObject({ enabled: false, disabledFor: 'HTTP 410' });
    const on = saved(save(), off);
    expect(on).toMatchObject({ enabled: true, born: state.born });
    expect(on.disabledFor).toBeUndefined();
  });
});

test.each<[object, RegExp]>([
  [{ url: '' }, /^url: is required/],
  [{ url: 'hooks.example' }, /^url: "hooks.example" is no URL/],
  [{ url: 'ftp://x.example/' }, /^url: .* is neither http nor https/],
  [{ url: 'https://ada:hunter2@x.example/' }, /^url: holds a user or a password/],
  [{ url: 'https://x.example/#a' }, /^url: has a fragment/],
  [{ filter: { type: 'ReplicaRedy' } }, /^filter.type: "ReplicaRedy" is no type of event \(nearest: ReplicaReady\)/],
  [{ filter: { type: 'Replica*,Nope*' } }, /^filter.type: "Nope\*" is no type of event/],
  [{ filter: 7 }, /^filter: must be an object/],
  [{ overlapSeconds: -1 }, /^overlapSeconds: must be from 0/],
  [{ enabled: 'yes' }, /^enabled: must be true or false/],
  [{ secret: 'hunter2' }, /^secret: is no secret of a webhook \(it is not shown here\) \(whsec_/],
  [{ secret: { value: 'hunter2' } }, /^secret: is no secret of a webhook/],
])('%j is refused', (more, message) => {
  const refusal = (): unknown => save(more);
  expect(refusal).toThrow(InvalidInput);
  expect(refusal).toThrow(message);
  expect(refusal).not.toThrow(/hunter2/);
});

test('a webhook that fails for longer than a restart takes is failing', () => {
  expect(standingOf({ enabled: true, failingSince: undefined }, NOW)).toBe('delivering');
  expect(standingOf({ enabled: true, failingSince: NOW - 59_999 }, NOW)).toBe('retrying');
  expect(standingOf({ enabled: true, failingSince: NOW - 60_000 }, NOW)).toBe('failing');
  expect(standingOf({ enabled: false, failingSince: NOW - 60_000 }, NOW)).toBe('disabled');
});
