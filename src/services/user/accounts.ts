import { ADMIN_ROLE, USER_ROLE } from '../../api/contract/permissions.ts';
import { Conflict } from '../../domain/problem.ts';
import { decideRegisterUser, type Registration, userIdOf } from '../../domain/user/decide.ts';
import type { UserState } from '../../domain/user/evolve.ts';
import type { Db } from '../../postgres/database.ts';
import type { EventStore } from '../../store/event-store.ts';
import { carryOut } from '../carry-out.ts';
import type { RequestContext } from '../handler.ts';
import { claimCredentials, readPasswordHash } from './credentials.ts';
import { hashPassword, isPassword } from './password.ts';

export interface AccountDeps {
  readonly db: Db;
  readonly store: EventStore;
}

export interface Admin {
  readonly slug: string;
  readonly password: string;
}

/**
 * Registers an account. Throws Conflict when the slug is taken. The account and its password are stored in two steps:
 * whoever stores the password first has the account, so that one whose process died in between is not lost for ever.
 */
export async function registerAccount(
  deps: AccountDeps,
  context: RequestContext,
  registration: Registration,
): Promise<UserState> {
  const { slug, password } = registration;
  const hash = await hashPassword(password);
  await storeAccount(deps, context, registration, [USER_ROLE], `user/${slug}`);
  if (!(await claimCredentials(deps.db, userIdOf(slug), hash))) throw new Conflict(`the slug ${slug} is taken`);
  return accountOf(deps, slug);
}

/** Makes the first administrator if it does not exist. A password that was changed since stays as it is. */
export async function ensureAdmin(deps: AccountDeps, { slug, password }: Admin, correlationId: string): Promise<void> {
  const id = userIdOf(slug);
  if ((await readPasswordHash(deps.db, id)) !== undefined) return;
  const context = { caller: undefined, correlationId, idempotencyKey: undefined, address: '' };
  await storeAccount(deps, context, { slug, name: undefined }, [USER_ROLE, ADMIN_ROLE], 'system');
  await claimCredentials(deps.db, id, await hashPassword(password));
}

/** Whether that is the password of the account. */
export async function hasPassword({ db }: Pick<AccountDeps, 'db'>, { slug, password }: Admin): Promise<boolean> {
  return isPassword(password, await readPasswordHash(db, userIdOf(slug)));
}

/** The account of a slug; undefined when there is none. */
async function findAccount({ store }: AccountDeps, slug: string): Promise<UserState | undefined> {
  return (await store.row<UserState>('users', userIdOf(slug)))?.state;
}

async function accountOf(deps: AccountDeps, slug: string): Promise<UserState> {
  const account = await findAccount(deps, slug);
  if (account === undefined) throw new Error(`account ${slug} was stored and cannot be read`);
  return account;
}

async function storeAccount(
  { db, store }: AccountDeps,
  context: RequestContext,
  registration: Omit<Registration, 'password'>,
  roles: readonly string[],
  actor: string,
): Promise<void> {
  const id = userIdOf(registration.slug);
  await carryOut<UserState>(store, context, {
    kind: 'user',
    id,
    actor,
    decide: async (state) => {
      const abandoned =
        state !== undefined && state.roles.join() === roles.join() && (await readPasswordHash(db, id)) === undefined;
      return abandoned ? [] : decideRegisterUser(state, registration, roles);
    },
  });
}
