import { createHash } from 'node:crypto';

import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';

import { type Db, sql } from '../../postgres/database.ts';
import { textQueries } from '../../postgres/text-queries.ts';
import { Refusal } from '../refusal.ts';
import { networkOf } from './network.ts';

const MINUTE = 60;
/**
 * Tries that fail, per window of so many seconds. `pair`: one address at one account. `account`: all addresses together that
 * nobody has logged in to it from: tight enough against guessing from many places, short enough that it keeps nobody out for
 * long. `address`: one address at all accounts. `registration`: accounts made from one address; each costs a password hash.
 */
export const ATTEMPT_LIMITS = {
  pair: { points: 5, duration: MINUTE },
  account: { points: 30, duration: 5 * MINUTE },
  address: { points: 60, duration: MINUTE },
  registration: { points: 30, duration: MINUTE },
} as const;
type Limit = keyof typeof ATTEMPT_LIMITS;

/** For how long an address is known to an account after a login, in seconds: strangers' tries do not count against it. */
const KNOWN_FOR = 30 * 24 * 60 * MINUTE;

/** Counts tries for all processes on the database together. */
export interface AttemptLimits {
  /**
   * Takes a place for a try before it is judged, so that a hundred at once are no way around the limits. Throws Refusal 429 with
   * the seconds until the next one is free.
   */
  login(userId: string, address: string): Promise<LoginTry>;
  /** Counts a registration. Throws Refusal 429. */
  registration(address: string): Promise<void>;
}

export interface LoginTry {
  /** The password was right: the try does not count, and the address is known to the account from now on. */
  succeeded(): Promise<void>;
}

interface Place {
  readonly limiter: RateLimiterPostgres;
  readonly key: string;
}

export function attemptLimits(db: Db): AttemptLimits {
  const storage = {
    storeClient: textQueries(db),
    storeType: 'client',
    tableName: 'login_attempts',
    tableCreated: true,
    clearExpiredByTimeout: false,
  };
  const limiterOf = (limit: Limit): RateLimiterPostgres =>
    new RateLimiterPostgres({ ...storage, ...ATTEMPT_LIMITS[limit], keyPrefix: limit });
  const limiters = {
    pair: limiterOf('pair'),
    account: limiterOf('account'),
    address: limiterOf('address'),
    registration: limiterOf('registration'),
  };
  const known = new RateLimiterPostgres({ ...storage, points: 1, duration: KNOWN_FOR, keyPrefix: 'known' });
  return {
    async login(userId, address) {
      const [network, pair] = [digest(networkOf(address)), digest(`${networkOf(address)} ${userId}`)];
      const wanted: Place[] = [
        { limiter: limiters.pair, key: pair },
        { limiter: limiters.address, key: network },
      ];
      if ((await known.get(pair)) === null) wanted.push({ limiter: limiters.account, key: digest(userId) });
      await takeAll(db, wanted);
      return {
        async succeeded() {
          await Promise.all([giveBack(wanted), known.set(pair, 1, KNOWN_FOR)]);
        },
      };
    },
    registration: (address) => takeAll(db, [{ limiter: limiters.registration, key: digest(networkOf(address)) }]),
  };
}

/** One after the other: who is refused at the first must not count at the others, where many share a place. */
async function takeAll(db: Db, wanted: readonly Place[]): Promise<void> {
  for (const [index, place] of wanted.entries()) {
    const refused = await take(db, place);
    if (refused === undefined) continue;
    // A try that is refused is none.
    await giveBack(wanted.slice(0, index + 1));
    const seconds = Math.max(1, Math.ceil(refused.msBeforeNext / 1_000));
    throw new Refusal(429, `too many tries; the next one is free in ${seconds} s`, seconds);
  }
}

async function take(db: Db, { limiter, key }: Place): Promise<RateLimiterRes | undefined> {
  try {
    const { isFirstInDuration } = await limiter.consume(key);
    if (isFirstInDuration) await forgetExpired(db);
    return undefined;
  } catch (error) {
    if (error instanceof RateLimiterRes) return error;
    throw error;
  }
}

async function giveBack(places: readonly Place[]): Promise<void> {
  await Promise.all(places.map(({ limiter, key }) => limiter.reward(key)));
}

/** Windows that have passed count nothing any more. */
async function forgetExpired(db: Db): Promise<void> {
  await sql`
    delete from login_attempts where key in (
      select key from login_attempts where expire < ${Date.now()} limit 100 for update skip locked
    )
  `.execute(db);
}

/** Slugs and addresses are nobody's business, and may be of any length. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
