import { describe, expect, test } from 'vitest';

import type { Granter } from '../access/granter.ts';
import { decideRemoveEnroll, decideSaveEnroll } from './decide.ts';
import { type EnrollEvent, type EnrollState, evolveEnroll } from './evolve.ts';
import { type EnrollSave, parseEnrolls } from './parse.ts';

const plain = (slug: string, more: Partial<Granter> = {}): Granter => ({
  slug,
  admin: false,
  passesOn: false,
  permissions: [],
  roles: [],
  ...more,
});
const ADMIN = plain('1backend', { admin: true });
const save = (role: string, more: Partial<EnrollSave> = {}): EnrollSave & { appId: string } => ({
  id: 'e',
  appHost: 'unnamed',
  appId: 'app_1',
  role,
  userId: 'usr_1',
  contactId: undefined,
  ...more,
});
const saved = (role: string, more: Partial<EnrollSave> = {}): EnrollEvent => {
  const { id: enrollId, ...rest } = save(role, more);
  return { type: 'EnrollSaved', data: { enrollId, ...rest } };
};
const removed: EnrollEvent = { type: 'EnrollRemoved', data: { enrollId: 'e' } };
const given = (...events: readonly EnrollEvent[]): EnrollState | undefined =>
  events.reduce<EnrollState | undefined>((state, event, index) => evolveEnroll(state, event, index + 1), undefined);

describe('saving an enroll', () => {
  test('nothing there: saved; the same there: nothing; removed: saved again', () => {
    expect(decideSaveEnroll(given(), save('x-svc:r'), ADMIN)).toEqual({ events: [saved('x-svc:r')] });
    expect(decideSaveEnroll(given(saved('x-svc:r')), save('x-svc:r'), ADMIN)).toEqual({ events: [] });
    expect(decideSaveEnroll(given(saved('x-svc:r'), removed), save('x-svc:r'), ADMIN)).toHaveProperty(
      'events.length',
      1,
    );
  });

  test.each<[string, Granter, string, boolean]>([
    ['a role of one’s own', plain('x-svc'), 'x-svc:r', true],
    ['a role of another', plain('x-svc'), 'y-svc:r', false],
    ['the administrator’s', plain('x-svc'), 'user-svc:admin', false],
    ['the administrator’s, by an account of that name', plain('user-svc'), 'user-svc:admin', false],
    ['a role that one has', plain('x-svc', { roles: ['y-svc:r'] }), 'y-svc:r', false],
    ['a role that one has and may pass on', plain('x-svc', { roles: ['y-svc:r'], passesOn: true }), 'y-svc:r', true],
    ['passing on what one has not', plain('x-svc', { roles: ['y-svc:r'], passesOn: true }), 'user-svc:admin', false],
  ])('%s', (_, granter, role, allowed) => {
    expect('events' in decideSaveEnroll(given(), save(role), granter)).toBe(allowed);
  });

  test('over what another gave: refused, and so is its removal', () => {
    const state = given(saved('y-svc:r'));
    expect(decideSaveEnroll(state, save('x-svc:r'), plain('x-svc'))).toHaveProperty('refused');
    expect(decideRemoveEnroll(state, plain('x-svc'))).toHaveProperty('refused');
    expect(decideRemoveEnroll(state, ADMIN)).toEqual({ events: [removed] });
    expect(decideRemoveEnroll(undefined, plain('x-svc'))).toEqual({ events: [] });
  });

  test('a contact has no role of the product: nobody verifies contacts', () => {
    const contact = { userId: undefined, contactId: 'ada@shop.example' };
    expect(() => decideSaveEnroll(given(), save('user-svc:admin', contact), ADMIN)).toThrow(
      'contacts are not verified',
    );
    expect(decideSaveEnroll(given(), save('x-svc:r', contact), ADMIN)).toHaveProperty('events.length', 1);
  });
});

test('an enroll without an id has the one that follows from what it says', () => {
  const idOf = (body: object): unknown => parseEnrolls({ enrolls: [body] }, 'unnamed')[0]?.id;
  const one = { role: 'x-svc:r', userId: 'usr_1' };
  expect(idOf(one)).toBe(idOf({ ...one, appHost: 'unnamed' }));
  const others = [
    { ...one, appHost: '*' },
    { ...one, userId: 'usr_2' },
    { role: 'x-svc:r', contactId: 'usr_1' },
  ];
  expect(new Set([one, ...others].map(idOf)).size).toBe(4);
});
