import { expect, test } from 'vitest';

import { contactTaken, evolveContact } from './contact.ts';
import { decideRegisterUser, parsePasswordChange, parseRegistration, userIdOf } from './decide.ts';
import { evolveUser, type UserEvent, type UserState } from './evolve.ts';

const registered: UserEvent = {
  type: 'UserRegistered',
  data: { userId: userIdOf('ada'), slug: 'ada', name: 'Ada', roles: ['user-svc:user'] },
};
const given = (...events: readonly UserEvent[]): UserState | undefined =>
  events.reduce<UserState | undefined>((state, event, index) => evolveUser(state, event, index + 1), undefined);

test('a registration: nothing there, an account there, a name of the product', () => {
  const wanted = { slug: 'ada', name: 'Ada' };
  expect(decideRegisterUser(given(), wanted, ['user-svc:user'])).toEqual([
    { ...registered, data: { ...registered.data, contact: undefined } },
  ]);
  expect(() => decideRegisterUser(given(registered), wanted, [])).toThrow('is taken');
  for (const slug of ['user-svc', 'proxy-svc', 'system', 'worker', 'registry-svc']) {
    expect(() => decideRegisterUser(given(), { slug, name: undefined }, [])).toThrow('is reserved');
  }
});

test('another password and revoked tokens move the time of the last change, and nothing else', () => {
  const userId = userIdOf('ada');
  const before = given(registered);
  expect(before).toEqual({ id: userId, slug: 'ada', name: 'Ada', roles: ['user-svc:user'], createdAt: 1 });
  const changed = given(registered, { type: 'PasswordChanged', data: { userId } });
  expect(changed).toEqual({ ...before, updatedAt: 2 });
  expect(given({ type: 'TokensRevoked', data: { userId } })).toBe(undefined);
});

test('a contact is one account’s', () => {
  const claim = (userId: string): Parameters<typeof evolveContact>[1] => ({
    data: { userId, slug: userId, roles: [], contact: { id: 'ada@x', platform: 'email' } },
  });
  const first = evolveContact(undefined, claim('usr_1'));
  expect(first && contactTaken(first)).toBe(undefined);
  const again = evolveContact(first, claim('usr_1'));
  expect(again && contactTaken(again)).toBe(undefined);
  const second = evolveContact(first, claim('usr_2'));
  expect(second && contactTaken(second)).toContain('ada@x');
});

test.each([
  ['joe@shop.example', { id: 'joe@shop.example', platform: 'email' }],
  [
    { id: 'x.com/joe', platform: 'x' },
    { id: 'x.com/joe', platform: 'x' },
  ],
  [{ id: '+3612345678' }, { id: '+3612345678', platform: 'other' }],
  ['', undefined],
  [null, undefined],
])('the contact %j', (contact, expected) => {
  expect(parseRegistration({ slug: 'joe', password: 'long enough', contact }).contact).toEqual(expected);
});

test('passwords of the wrong length are told without being shown', () => {
  for (const newPassword of ['hunter2', 'h'.repeat(257), 12_345_678, undefined]) {
    expect(() => parsePasswordChange({ currentPassword: 'x', newPassword })).toThrow(
      'newPassword: must have from 8 to 256 characters',
    );
  }
  expect(() => parsePasswordChange({ newPassword: 'long enough' })).toThrow('currentPassword: is required');
});
