import { holds } from '../../api/contract/permissions.ts';
import type { DomainEvent } from '../../domain/event.ts';
import { Conflict, NotFound } from '../../domain/problem.ts';
import { streamOf } from '../../domain/stream.ts';
import { parsePasswordChange } from '../../domain/user/decide.ts';
import type { UserState } from '../../domain/user/evolve.ts';
import type { Tx } from '../../postgres/database.ts';
import type { EventStore } from '../../store/event-store.ts';
import { callerOf, type Handlers, type RequestContext, type Reply, type RequestOf } from '../handler.ts';
import { Refusal } from '../refusal.ts';
import { type AttemptLimits, attemptLimits } from './attempt-limits.ts';
import type { Authenticator } from './authenticate.ts';
import { readPasswordHash, replacePasswordHash } from './credentials.ts';
import { hashPassword, isPassword } from './password.ts';
import type { SelfDeps } from './self.ts';
import { type Revocation, revokeTokens } from './token-rows.ts';

/** What makes tokens worthless: that somebody says so, and another password. Neither's material is in the events. */
export function revocationHandlers(
  deps: SelfDeps,
  authenticator: Pick<Authenticator, 'forgetUsers'>,
): Handlers<'revokeTokens' | 'changePassword'> {
  const attempts = attemptLimits(deps.db);
  return {
    async revokeTokens(request) {
      const caller = callerOf(request);
      const userId = request.body.userId || caller.userId;
      if (userId !== caller.userId && !holds(caller, 'user-svc:token:revoke')) throw new Refusal(401, 'Unauthorized');
      if ((await deps.store.row<UserState>('users', userId)) === undefined) {
        throw new NotFound(`there is no account ${userId}`);
      }
      const device = request.body.allTokens === true ? undefined : request.body.device || undefined;
      const position = await append(
        deps.store,
        request,
        userId,
        [{ type: 'TokensRevoked', data: { userId, device } }],
        (tx) => revoke(deps, tx, { userId, device }),
      );
      authenticator.forgetUsers([userId]);
      return { body: {}, position };
    },
    changePassword: (request) => changePassword(deps, authenticator, attempts, request),
  };
}

async function changePassword(
  deps: SelfDeps,
  authenticator: Pick<Authenticator, 'forgetUsers'>,
  attempts: AttemptLimits,
  request: RequestOf<'changePassword'>,
): Promise<Reply<'changePassword'>> {
  const { userId, tokenId: kept } = callerOf(request);
  const { current, next } = parsePasswordChange(request.body);
  const tried = await attempts.login(userId, request.address);
  const before = await readPasswordHash(deps.db, userId);
  if (before === undefined || !(await isPassword(current, before))) throw new Refusal(401, 'Invalid Password');
  await tried.succeeded();
  const after = await hashPassword(next);
  const events: DomainEvent[] = [
    { type: 'PasswordChanged', data: { userId } },
    { type: 'TokensRevoked', data: { userId, kept } },
  ];
  const position = await append(deps.store, request, userId, events, async (tx) => {
    if (!(await replacePasswordHash(tx, userId, { before, after }))) {
      throw new Conflict('the password was changed by somebody else at the same time');
    }
    await revoke(deps, tx, { userId, kept });
  });
  authenticator.forgetUsers([userId]);
  return { body: {}, position };
}

async function revoke({ clock }: SelfDeps, tx: Tx, revocation: Revocation): Promise<void> {
  await revokeTokens(tx, revocation, clock.now());
}

/** To the stream of the account, whatever came before. */
async function append(
  store: EventStore,
  context: RequestContext,
  userId: string,
  events: readonly DomainEvent[],
  effect: (tx: Tx) => Promise<void>,
): Promise<number> {
  const { slug } = callerOf(context);
  const { last } = await store.append({
    context: { actor: `user/${slug}`, correlationId: context.correlationId },
    appends: [{ stream: streamOf('user', userId), expectedVersion: 'any', events }],
    idempotencyKey: context.idempotencyKey,
    effect,
  });
  return last;
}
