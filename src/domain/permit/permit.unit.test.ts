import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { Granter } from '../access/granter.ts';
import { decideRemovePermit, decideSavePermit } from './decide.ts';
import { evolvePermit, type PermitEvent, type PermitState } from './evolve.ts';
import { parsePermits, type PermitSave } from './parse.ts';
import { includesPermission, PERMISSION } from './pattern.ts';

const ADMIN: Granter = { slug: '1backend', admin: true, passesOn: true, permissions: [], roles: [] };
const plain = (slug: string, more: Partial<Granter> = {}): Granter => ({
  slug,
  admin: false,
  passesOn: false,
  permissions: [],
  roles: [],
  ...more,
});
const save = (permission: string, more: Partial<PermitSave> = {}): PermitSave & { appId: string } => ({
  id: 'p',
  appHost: 'unnamed',
  appId: 'app_1',
  permissions: [permission],
  slugs: ['a'],
  roles: [],
  ...more,
});
const given = (...events: readonly PermitEvent[]): PermitState | undefined =>
  events.reduce<PermitState | undefined>((state, event, index) => evolvePermit(state, event, index + 1), undefined);
const saved = (permission: string, more: Partial<PermitSave> = {}): PermitEvent => {
  const { id: permitId, permissions, slugs, roles, ...rest } = save(permission, more);
  const data = { permitId, ...rest, permissions: [...permissions], slugs: [...slugs], roles: [...roles] };
  return { type: 'PermitSaved', data };
};
const removed: PermitEvent = { type: 'PermitRemoved', data: { permitId: 'p' } };

describe('saving a permit', () => {
  test('nothing there, an administrator: it is saved', () => {
    expect(decideSavePermit(given(), save('x-svc:a:b'), ADMIN)).toEqual({ events: [saved('x-svc:a:b')] });
  });

  test('the same there: nothing happens; something else there: it is replaced, and keeps when it was made', () => {
    const state = given(saved('x-svc:a:b'));
    expect(decideSavePermit(state, save('x-svc:a:b'), ADMIN)).toEqual({ events: [] });
    const other = save('x-svc:a:c');
    expect(decideSavePermit(state, other, ADMIN)).toEqual({ events: [saved('x-svc:a:c')] });
    expect(given(saved('x-svc:a:b'), saved('x-svc:a:c'))).toMatchObject({ createdAt: 1, updatedAt: 2 });
  });

  test('removed: the same is saved again', () => {
    expect(decideSavePermit(given(saved('x-svc:a:b'), removed), save('x-svc:a:b'), ADMIN)).toEqual({
      events: [saved('x-svc:a:b')],
    });
  });

  test('for nobody: only one that is there, as a way to take it back', () => {
    const nobody = save('x-svc:a:b', { slugs: [] });
    expect(() => decideSavePermit(given(), nobody, ADMIN)).toThrow('names nobody');
    expect(() => decideSavePermit(given(saved('x-svc:a:b'), removed), nobody, ADMIN)).toThrow('names nobody');
    expect(decideSavePermit(given(saved('x-svc:a:b')), nobody, ADMIN)).toEqual({
      events: [saved('x-svc:a:b', { slugs: [] })],
    });
  });

  test.each<[string, Granter, string, boolean]>([
    ['what begins with one’s name', plain('x-svc'), 'x-svc:a:b', true],
    ['what begins with a name that begins alike', plain('x-svc'), 'x-svc-2:a:b', false],
    ['what one holds, without more', plain('x-svc', { permissions: ['y-svc:a:b'] }), 'y-svc:a:b', false],
    ['what one holds and may pass on', plain('x', { passesOn: true, permissions: ['y-svc:a:b'] }), 'y-svc:a:b', true],
    ['what one does not hold', plain('x', { passesOn: true, permissions: ['y-svc:a:b'] }), 'y-svc:a:c', false],
    ['a part of it', plain('x', { passesOn: true, permissions: ['y:a:b:o-*'] }), 'y:a:b:o-p-*', true],
    ['more than it', plain('x', { passesOn: true, permissions: ['y:a:b:o-p-*'] }), 'y:a:b:o-*', false],
    ['the product’s, by an account of its name', plain('user-svc'), 'user-svc:user:view', false],
  ])('%s', (_, granter, permission, allowed) => {
    expect('events' in decideSavePermit(given(), save(permission), granter)).toBe(allowed);
  });

  test('over what another gave: refused, and so is its removal', () => {
    const state = given(saved('y-svc:a:b'));
    expect(decideSavePermit(state, save('x-svc:a:b'), plain('x-svc'))).toEqual({
      refused: 'x-svc may not change permit p: it neither owns nor holds what it gives',
    });
    expect(decideRemovePermit(state, plain('x-svc'))).toHaveProperty('refused');
    expect(decideRemovePermit(state, plain('y-svc'))).toEqual({ events: [removed] });
    expect(decideRemovePermit(given(saved('y-svc:a:b'), removed), plain('x-svc'))).toEqual({ events: [] });
  });
});

describe('a permission with a wildcard', () => {
  test.each([
    ['a:b:c:o-*', 'a:b:c:o-1', true],
    ['a:b:c:o-*', 'a:b:c:o-1-2', true],
    ['a:b:c:o-*', 'a:b:c:o-', false],
    ['a:b:c:o-*', 'a:b:c:o', false],
    ['a:b:c:o-*', 'a:b:c:o-1:d', false],
    ['a:b:c', 'a:b:c:d', false],
    ['a:b:c', 'a:b:c', true],
  ])('%s includes %s: %s', (permitted, permission, included) => {
    expect(includesPermission(permitted, permission)).toBe(included);
  });

  test.each([
    ['secret-svc:secret:save:otp-*', true],
    ['secret-svc:secret:save:otp_key.1', true],
    ['secret-svc:secret:save', true],
    ['petstore-svc:read', true],
    ['secret-svc:secret:save-*', false],
    ['secret-svc:secret:save:*', false],
    ['secret-svc:secret:save:otp*', false],
    ['secret-svc:secret:save:o-*x', false],
    ['*', false],
    ['a', false],
    ['a::b', false],
  ])('%s is one: %s', (text, valid) => {
    expect(PERMISSION.test(text)).toBe(valid);
  });

  test('never includes what is not longer than itself, and no other service', () => {
    const part = fc.stringMatching(/^[a-z0-9-]{1,6}$/);
    fc.assert(
      fc.property(part, part, part, part, fc.string(), (a, b, c, d, other) => {
        const permitted = `${a}:${b}:${c}:${d}-*`;
        expect(includesPermission(permitted, `${a}:${b}:${c}:${d}-x`)).toBe(true);
        for (const one of [other, `${permitted.slice(0, -1)}${other}`]) {
          const alike = one.startsWith(permitted.slice(0, -1)) && one.length >= permitted.length;
          expect(includesPermission(permitted, one)).toBe(alike && one.split(':').length === 4);
        }
      }),
    );
  });
});

test('what is said twice counts once, in whatever order; an id that is said to be two things is a problem', () => {
  const one = { permission: 'a:b:c', slugs: ['x', 'y'], roles: [] };
  const parsed = parsePermits({ permits: [one, { ...one, slugs: ['y', 'x', 'x'] }] }, 'unnamed');
  expect(parsed).toMatchObject([{ slugs: ['x', 'y'], appHost: 'unnamed' }]);
  const two = [
    { ...one, id: 'p' },
    { ...one, id: 'p', slugs: ['z'] },
  ];
  expect(() => parsePermits({ permits: two }, 'unnamed')).toThrow('lists p twice');
});
