import fc from 'fast-check';
import { expect, test } from 'vitest';

import { decideRemoveEnroll, decideSaveEnroll } from '../enroll/decide.ts';
import { type EnrollEvent, type EnrollState, evolveEnroll } from '../enroll/evolve.ts';
import { decideRemovePermit, decideSavePermit, type GrantDecision } from '../permit/decide.ts';
import { evolvePermit, type PermitEvent, type PermitState } from '../permit/evolve.ts';
import { InvalidInput } from '../problem.ts';
import type { Granter } from './granter.ts';
import { type Grants, grantsOf, type Subject } from './grants.ts';

const SLUGS = ['a-svc', 'b-svc', 'c-svc'] as const;
const APPS = ['unnamed', 'shop', '*'] as const;
const ROLES = ['a-svc:r', 'b-svc:r', 'user-svc:user'] as const;
const PERMISSIONS = ['a-svc:x:y', 'b-svc:x:y', 'b-svc:x:y:o-*', 'user-svc:user:view'] as const;
const ASKED = ['a-svc:x:y', 'b-svc:x:y', 'b-svc:x:y:o-1', 'b-svc:x:y:p-1', 'user-svc:user:view'] as const;

const some = <T extends string>(values: readonly T[]): fc.Arbitrary<T[]> => fc.subarray([...values]);
const by = fc.record({ slug: fc.constantFrom(...SLUGS), admin: fc.boolean(), passesOn: fc.boolean() });
const id = fc.constantFrom('1', '2', '3');
const step = fc.oneof(
  fc.record({
    kind: fc.constant('permit' as const),
    by,
    id,
    appHost: fc.constantFrom(...APPS),
    permissions: some(PERMISSIONS).filter((list) => list.length > 0),
    slugs: some(SLUGS),
    roles: some(ROLES),
  }),
  fc.record({ kind: fc.constant('forbid' as const), by, id }),
  fc.record({
    kind: fc.constant('enroll' as const),
    by,
    id,
    appHost: fc.constantFrom(...APPS),
    role: fc.constantFrom(...ROLES),
    of: fc.constantFrom(...SLUGS),
    contact: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('dismiss' as const), by, id }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

const userId = (slug: string): string => `usr_${slug}`;
const contactId = (slug: string): string => `${slug}@x`;

/** The product: decide, evolve, index. */
function carriedOut(steps: readonly Step[]): Grants {
  const permits = new Map<string, PermitState>();
  const enrolls = new Map<string, EnrollState>();
  for (const one of steps) {
    const granter: Granter = { ...one.by, permissions: ['a-svc:x:y'], roles: ['a-svc:r'] };
    if (one.kind === 'permit' || one.kind === 'forbid') {
      const decided = eventsOf<PermitEvent>(() =>
        one.kind === 'forbid'
          ? decideRemovePermit(permits.get(one.id), granter)
          : decideSavePermit(permits.get(one.id), { ...one, appId: 'app' }, granter),
      );
      for (const event of decided) set(permits, one.id, evolvePermit(permits.get(one.id), event, 1));
    } else {
      const decided = eventsOf<EnrollEvent>(() =>
        one.kind === 'dismiss'
          ? decideRemoveEnroll(enrolls.get(one.id), granter)
          : decideSaveEnroll(enrolls.get(one.id), { ...one, appId: 'app', ...recipient(one) }, granter),
      );
      for (const event of decided) set(enrolls, one.id, evolveEnroll(enrolls.get(one.id), event, 1));
    }
  }
  return grantsOf(permits.values(), enrolls.values());
}

function recipient({ of, contact }: { of: string; contact: boolean }): Pick<EnrollState, 'userId' | 'contactId'> & {
  readonly userId: string | undefined;
  readonly contactId: string | undefined;
} {
  return contact ? { userId: undefined, contactId: contactId(of) } : { userId: userId(of), contactId: undefined };
}

function eventsOf<Event>(decide: () => GrantDecision<Event>): readonly Event[] {
  try {
    const decision = decide();
    return 'events' in decision ? decision.events : [];
  } catch (error) {
    if (error instanceof InvalidInput) return [];
    throw error;
  }
}

function set<State>(states: Map<string, State>, key: string, state: State | undefined): void {
  if (state !== undefined) states.set(key, state);
}

/** The same said plainly: lists that are walked. */
function naive(steps: readonly Step[], { slug, appHost }: { slug: string; appHost: string }, asked: string): boolean {
  const permits: Record<string, Extract<Step, { kind: 'permit' }>> = {};
  const enrolls: Record<string, Extract<Step, { kind: 'enroll' }>> = {};
  const may = ({ by: who }: Step, name: string): boolean =>
    who.admin || name.startsWith(`${who.slug}:`) || (who.passesOn && ['a-svc:x:y', 'a-svc:r'].includes(name));
  for (const one of steps) {
    if (one.kind === 'permit' || one.kind === 'forbid') {
      const before = permits[one.id];
      const named = [...(before?.permissions ?? []), ...(one.kind === 'permit' ? one.permissions : [])];
      if (!named.every((name) => may(one, name))) continue;
      if (one.kind === 'forbid') delete permits[one.id];
      else if (before !== undefined || one.slugs.length + one.roles.length > 0) permits[one.id] = one;
    } else {
      const before = enrolls[one.id];
      const named = [...(before === undefined ? [] : [before.role]), ...(one.kind === 'enroll' ? [one.role] : [])];
      if (!named.every((name) => may(one, name))) continue;
      if (one.kind === 'dismiss') delete enrolls[one.id];
      else if (!(one.contact && one.role.startsWith('user-svc:'))) enrolls[one.id] = one;
    }
  }
  const here = (grant: { appHost: string }): boolean => grant.appHost === '*' || grant.appHost === appHost;
  const roles = ['user-svc:user'];
  for (const one of Object.values(enrolls)) if (one.of === slug && here(one)) roles.push(one.role);
  return Object.values(permits).some(
    (one) =>
      here(one) &&
      (one.slugs.includes(slug as never) || one.roles.some((role) => roles.includes(role))) &&
      one.permissions.some((permission) =>
        permission.endsWith('*') ? asked.startsWith(permission.slice(0, -1)) : asked === permission,
      ),
  );
}

test('whatever is permitted, enrolled and taken back by whomever: who holds what is what the plain reading says', () => {
  let held = 0;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const grants = carriedOut(steps);
      for (const slug of SLUGS) {
        for (const appHost of ['unnamed', 'shop', 'other']) {
          const subject: Subject = {
            userId: userId(slug),
            slug,
            contactId: contactId(slug),
            roles: ['user-svc:user'],
            appHost,
          };
          const { permitted } = grants.standingOf(subject);
          for (const asked of ASKED) {
            const expected = naive(steps, { slug, appHost }, asked);
            const actual = permitted.some((one) =>
              one.endsWith('*') ? asked.startsWith(one.slice(0, -1)) : asked === one,
            );
            expect([slug, appHost, asked, actual]).toEqual([slug, appHost, asked, expected]);
            held += Number(actual);
          }
        }
      }
    }),
    { numRuns: 400 },
  );
  // Nobody holding anything would agree as well.
  expect(held).toBeGreaterThan(1000);
});
