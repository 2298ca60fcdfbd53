import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { sql } from '../../src/postgres/database.ts';
import { ATTEMPT_LIMITS } from '../../src/services/user/attempt-limits.ts';
import { testApi, type TestApi } from '../support/api.ts';
import { testStore, type TestStore } from '../support/store.ts';

const OWNER = { slug: 'owner', password: 'owner-password' };
const { pair, account, address } = ATTEMPT_LIMITS;

/** Two processes on one database, behind a proxy that says who asks; and one that believes no proxy. */
let world: TestStore;
let one: TestApi;
let two: TestApi;
let unproxied: TestApi;
beforeAll(async () => {
  world = await testStore();
  const shared = { ...world, [Symbol.asyncDispose]: async () => undefined };
  one = await testApi({ world: shared, trustProxy: ['loopback'] });
  two = await testApi({ world: shared, trustProxy: ['loopback'] });
  unproxied = await testApi({ world: shared });
  await one.register(OWNER.slug);
});
afterAll(async () => {
  for (const each of [unproxied, two, one, world]) await each[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await sql`truncate login_attempts`.execute(world.database.db);
});

type Sent = Awaited<ReturnType<TestApi['send']>>;
const login = (api: TestApi, from: string, body: { slug: string; password: string }): Promise<Sent> =>
  api.send('POST', '/user-svc/login', { body: JSON.stringify(body), headers: { 'x-forwarded-for': from } });
const wrong = (api: TestApi, from: string, slug = OWNER.slug): Promise<Sent> =>
  login(api, from, { slug, password: 'wrong' });
const statuses = (answers: readonly Sent[]): number[] => answers.map(({ status }) => status).toSorted((a, b) => a - b);
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));
const secondsOf = (answer: Sent): number => Number(answer.headers.get('retry-after'));

/** Lets every window come to its end, as the clock would. */
async function wait(seconds: number): Promise<void> {
  await sql`update login_attempts set expire = expire - ${seconds * 1_000}`.execute(world.database.db);
}

describe('one address at one account', () => {
  test('has five tries a minute over all processes; then the right password works again', async () => {
    const answers = await Promise.all(times(8, (n) => wrong(n % 2 === 0 ? one : two, '10.0.0.1')));
    expect(statuses(answers)).toEqual([...times(pair.points, () => 401), 429, 429, 429]);
    for (const api of [one, two]) {
      const limited = await login(api, '10.0.0.1', OWNER);
      expect([limited.status, limited.reason]).toEqual([
        429,
        expect.stringMatching(/^too many tries; the next one is free in \d+ s$/),
      ]);
      expect(secondsOf(limited)).toBeGreaterThan(pair.duration - 30);
      expect(secondsOf(limited)).toBeLessThanOrEqual(pair.duration);
    }
    expect((await login(two, '10.0.0.2', OWNER)).status).toBe(200);
    await wait(pair.duration);
    expect((await login(one, '10.0.0.1', OWNER)).status).toBe(200);
  });

  test('right passwords never add up, nor do tries that were turned away', async () => {
    const answers = await Promise.all(times(12, (n) => login(n % 2 === 0 ? one : two, '10.0.0.3', OWNER)));
    expect(answers.every(({ status }) => status === 200 || status === 429)).toBe(true);
    expect(statuses(await Promise.all(times(5, () => wrong(one, '10.0.0.3'))))).toEqual(times(5, () => 401));
  });

  test('all of an IPv6 network are one', async () => {
    const answers = await Promise.all(times(7, (n) => wrong(one, `2001:db8:7:7::${n}`)));
    expect(statuses(answers)).toEqual([401, 401, 401, 401, 401, 429, 429]);
    expect((await wrong(one, '2001:db8:7:8::1')).status).toBe(401);
  });
});

describe('many addresses at one account', () => {
  /** Wrong passwords from so many places that each stays below its own limit. */
  const storm = (from: number): Promise<Sent[]> =>
    Promise.all(times(account.points + 4, (n) => wrong(n % 2 === 0 ? one : two, `10.${from}.${n >> 2}.1`)));

  test('have so many tries together; whoever has logged in from where they are is not kept out', async () => {
    expect((await login(one, '192.168.0.9', OWNER)).status).toBe(200);
    const answers = await storm(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(account.points);
    const stranger = await login(two, '10.99.0.1', OWNER);
    expect(stranger.status).toBe(429);
    expect(secondsOf(stranger)).toBeLessThanOrEqual(account.duration);
    expect((await login(two, '192.168.0.9', OWNER)).status).toBe(200);
    await wait(account.duration);
    expect((await login(two, '10.99.0.1', OWNER)).status).toBe(200);
  });

  test('leave other accounts alone', async () => {
    await storm(2);
    expect((await login(one, '10.98.0.1', { slug: '1backend', password: 'changeme' })).status).toBe(200);
  });
});

test('one address at many accounts has so many tries', async () => {
  const answers = await Promise.all(
    times(address.points + 5, (n) => wrong(n % 2 === 0 ? one : two, '10.0.1.1', `nobody-${n}`)),
  );
  expect(answers.filter(({ status }) => status === 401)).toHaveLength(address.points);
  const limited = await login(one, '10.0.1.1', OWNER);
  expect([limited.status, secondsOf(limited) <= address.duration]).toEqual([429, true]);
  expect((await login(one, '10.0.1.2', OWNER)).status).toBe(200);
});

test('who asks is what a proxy says only where it is trusted', async () => {
  const answers = await Promise.all(times(6, (n) => wrong(unproxied, `10.3.0.${n}`)));
  expect(statuses(answers)).toEqual([401, 401, 401, 401, 401, 429]);
});

test('what is counted cannot be read, and is forgotten when it counts no more', async () => {
  await wrong(one, '10.4.5.6');
  const read = async (): Promise<string[]> =>
    (await sql<{ key: string }>`select key from login_attempts order by key`.execute(world.database.db)).rows.map(
      ({ key }) => key,
    );
  const before = await read();
  expect(before.map((key) => key.split(':')[0])).toEqual(['account', 'address', 'pair']);
  expect(before.join()).not.toMatch(/owner|10\.4|usr_/);
  await wait(account.duration + 1);
  await wrong(one, '10.7.7.7', 'another');
  expect((await read()).filter((key) => before.includes(key))).toEqual([]);
});

test('registrations from one address are limited over all processes', async () => {
  const { points } = ATTEMPT_LIMITS.registration;
  // What is refused for its form counts too, and costs the test no hashes.
  const answers = await Promise.all(
    times(points + 2, (n) =>
      (n % 2 === 0 ? one : two).send('POST', '/user-svc/register', {
        body: '{"slug":"X"}',
        headers: { 'x-forwarded-for': '10.5.0.1' },
      }),
    ),
  );
  expect(statuses(answers)).toEqual([...times(points, () => 400), 429, 429]);
});

test('an account that does not exist costs as much work as a wrong password', async () => {
  const cost = async (slug: string, round: number): Promise<number> => {
    const from = performance.now();
    expect((await wrong(one, `10.6.${round}.1`, slug)).status).toBe(401);
    return performance.now() - from;
  };
  const [known, unknown]: [number[], number[]] = [[], []];
  for (let round = 0; round < 12; round += 1) {
    known.push(await cost(OWNER.slug, round));
    unknown.push(await cost(`nobody-${round}`, round));
  }
  // The hash is nearly all of it: without it the one would be a tenth of the other.
  const least = (values: number[]): number => Math.min(...values);
  expect(least(unknown) / least(known)).toBeGreaterThan(0.5);
  expect(least(unknown) / least(known)).toBeLessThan(2);
});
