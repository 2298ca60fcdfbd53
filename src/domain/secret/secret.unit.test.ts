import { describe, expect, test } from 'vitest';

import { InvalidInput } from '../problem.ts';
import { decideRemoveSecret, decideSaveSecret, mayRead, type Asker, type SaveDecision } from './decide.ts';
import { evolveSecret, type SecretState } from './evolve.ts';
import { secretKey } from './name.ts';
import { parseSecrets, type SecretSave } from './parse.ts';

const ADMIN: Asker = { slug: 'root', admin: true };
const ADA: Asker = { slug: 'ada', admin: false };
const BOB: Asker = { slug: 'bob', admin: false };

const save = (name: string, value: string | undefined, access: SecretSave['access'] = {}): SecretSave => ({
  app: 'unnamed',
  name,
  value,
  access,
});
const decide = (state: SecretState | undefined, wanted: SecretSave, asker: Asker): SaveDecision =>
  decideSaveSecret(state, wanted, asker, (version) => `print of ${wanted.value} as ${version}`);

/** The state after decisions that were not refused. */
function after(state: SecretState | undefined, decision: SaveDecision): SecretState | undefined {
  if ('refused' in decision) throw new Error(decision.refused);
  return decision.events.reduce(evolveSecret, state);
}

describe('saving', () => {
  test('the first value is version 1, another one the next, and the same one no event', () => {
    const first = decide(undefined, save('db', 'one'), ADMIN);
    expect(first).toMatchObject({ version: 1, events: [{ data: { version: 1, fingerprint: 'print of one as 1' } }] });
    const state = after(undefined, first);
    expect(decide(state, save('db', 'one'), ADMIN)).toEqual({ events: [] });
    expect(decide(state, save('db', 'two'), ADMIN)).toMatchObject({ version: 2 });
  });

  test('a removed one goes on with its versions, also with the value that it had', () => {
    const state = after(undefined, decide(undefined, save('db', 'one'), ADMIN));
    const removed = decideRemoveSecret(state, ADMIN).reduce(evolveSecret, state);
    expect(removed).toMatchObject({ removed: true });
    const again = decide(removed, save('db', 'one'), ADMIN);
    expect(again).toMatchObject({ version: 2, events: [{ data: { fingerprint: 'print of one as 2' } }] });
    expect(after(removed, again)).toMatchObject({ removed: false, version: 2 });
  });

  test('lists change without the value, and then nothing is rolled out: version and fingerprint stay', () => {
    const state = after(undefined, decide(undefined, save('db', 'one'), ADMIN));
    const shared = decide(state, save('db', undefined, { readers: ['ada'] }), ADMIN);
    expect(shared).toEqual({ events: [{ type: 'SecretSaved', data: expect.objectContaining({ version: 1 }) }] });
    expect(after(state, shared)).toMatchObject({ fingerprint: 'print of one as 1', access: { readers: ['ada'] } });
  });

  test('a new one needs a value', () => {
    expect(() => decide(undefined, save('db', undefined), ADMIN)).toThrow(InvalidInput);
  });
});

describe('who may', () => {
  const own = after(undefined, decide(undefined, save('ada-key', 'x'), ADA));
  const of = (name: string): SecretState | undefined => after(undefined, decide(undefined, save(name, 'x'), ADMIN));

  test.each(['ada-key', 'ada_key', 'ada.key'])('create %s: ada, whose slug it starts with', (name) => {
    expect(decide(undefined, save(name, 'x'), ADA)).toMatchObject({ version: 1 });
  });

  test.each(['db', 'adamant', 'ada', 'bob-key', '-ada'])('create %s: not ada', (name) => {
    expect(decide(undefined, save(name, 'x'), ADA)).toHaveProperty('refused');
  });

  test('read, change and remove: whoever made it, and administrators', () => {
    if (own === undefined) throw new Error('there is none');
    expect([ADA, BOB, ADMIN].map((asker) => mayRead(own, asker))).toEqual([true, false, true]);
    expect([ADA, BOB, ADMIN].map((asker) => 'refused' in decide(own, save('ada-key', 'y'), asker))).toEqual([
      false,
      true,
      false,
    ]);
    expect([ADA, BOB, ADMIN].map((asker) => decideRemoveSecret(own, asker).length)).toEqual([1, 0, 1]);
  });

  test('read what an administrator made: nobody until they are listed', () => {
    const closed = of('db');
    const open = closed && after(closed, decide(closed, save('db', undefined, { readers: ['ada'] }), ADMIN));
    if (closed === undefined || open === undefined) throw new Error('there is none');
    expect([mayRead(closed, ADA), mayRead(open, ADA), mayRead(open, BOB)]).toEqual([false, true, false]);
    expect(decide(open, save('db', 'y'), ADA)).toHaveProperty('refused');
  });

  test('give themselves more: nobody who is not listed for that', () => {
    const state = after(undefined, decide(undefined, save('db', 'x', { writers: ['ada'] }), ADMIN));
    expect(decide(state, save('db', 'y'), ADA)).toMatchObject({ version: 2 });
    for (const list of ['readers', 'writers', 'deleters', 'canChangeReaders'] as const) {
      expect(decide(state, save('db', 'y', { [list]: ['ada', 'bob'] }), ADA)).toEqual({
        refused: `ada may not change ${list} of the secret db`,
      });
    }
  });
});

describe('what is sent', () => {
  const ports = { unseal: (text: string) => `opened ${text}`, checksum: (name: string) => `${name} sum`.toLowerCase() };
  const parse = (...secrets: unknown[]): readonly SecretSave[] => parseSecrets({ secrets }, 'unnamed', ports);

  test('is read with its app, its lists and its value, sealed or not', () => {
    expect(
      parse(
        { id: 'a', value: 'x', readers: ['ada'], writers: null },
        { id: 'b', value: 'y', encrypted: true, appHost: 'shop', checksum: 'CRC32 SUM', checksumAlgorithm: 'CRC32' },
      ),
    ).toEqual([
      { app: 'unnamed', name: 'a', value: 'x', access: { readers: ['ada'] } },
      { app: 'shop', name: 'b', value: 'opened y', access: {} },
    ]);
  });

  test.each([
    [{ value: 'hunter2' }, 'id'],
    [{ id: 'a b', value: 'hunter2' }, 'id'],
    [{ id: 'a', value: ['hunter2'] }, 'value'],
    [{ id: 'a', value: 'hunter2\0' }, 'value'],
    [{ id: 'a', value: '' }, 'value'],
    [{ id: 'a', value: 'hunter2'.repeat(10_000) }, 'value'],
    [{ id: 'a', value: 'hunter2', checksum: 'wrong' }, 'checksum'],
    [{ id: 'a', value: 'hunter2', checksum: 'x', checksumAlgorithm: 'MD5' }, 'checksumAlgorithm'],
    [{ id: 'a', value: 'hunter2', readers: 'ada' }, 'readers'],
    ['hunter2', 'secrets'],
  ])('is refused without showing its value: %j', (secret, field) => {
    let caught: unknown;
    try {
      parse(secret);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(InvalidInput);
    const { problems } = caught as InvalidInput;
    expect(problems.map((problem) => problem.field.replace('secrets[0].', ''))).toEqual([field]);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });

  test('the same one twice, or none at all, is refused', () => {
    expect(() => parse({ id: 'a', value: 'x' }, { id: 'a', value: 'y' })).toThrow('lists a twice');
    expect(() => parse()).toThrow('is empty');
  });
});

test('no two apps share a key, whatever they are called', () => {
  expect(secretKey('a', 'b')).not.toBe(secretKey('a/b', ''));
  expect(secretKey('shop/eu', 'db')).toBe('shop%2Feu/db');
});

describe('who is permitted more', () => {
  const byAdmin = after(undefined, decide(undefined, save('mail-key', 'one'), ADMIN));
  const mailer: Asker = { slug: 'mailer', admin: false, maySave: (name) => name.startsWith('mail-') };
  const namer: Asker = { slug: 'namer', admin: false, anyName: true };

  test('single secrets: makes them and changes their values, and neither reads nor shares nor removes them', () => {
    expect('events' in decide(undefined, save('mail-new', 'x'), mailer)).toBe(true);
    expect('refused' in decide(undefined, save('other', 'x'), mailer)).toBe(true);
    expect(decide(byAdmin, save('mail-key', 'two'), mailer)).toMatchObject({ version: 2 });
    expect('refused' in decide(byAdmin, save('mail-key', undefined, { readers: ['mailer'] }), mailer)).toBe(true);
    expect(byAdmin && mayRead(byAdmin, mailer)).toBe(false);
    expect(decideRemoveSecret(byAdmin, mailer)).toEqual([]);
  });

  test('any name: makes what is not there, and leaves what is there alone', () => {
    expect('events' in decide(undefined, save('anything', 'x'), namer)).toBe(true);
    expect('refused' in decide(byAdmin, save('mail-key', 'two'), namer)).toBe(true);
  });
});
