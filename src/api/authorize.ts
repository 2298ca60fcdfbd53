import type { Caller } from '../services/handler.ts';
import { Refusal } from '../services/refusal.ts';
import type { Authenticator } from '../services/user/authenticate.ts';
import { holds } from './contract/permissions.ts';
import type { Route } from './contract/route.ts';

/**
 * Lets the caller through, or throws Refusal 401: the contract knows no 403. A token comes with or without `Bearer`.
 */
export async function authorize(
  request: { get(name: string): string | undefined },
  { permission }: Pick<Route, 'permission'>,
  authenticator: Authenticator,
): Promise<Caller | undefined> {
  if (permission === 'public') return undefined;
  const token = (request.get('authorization') ?? '').replace(/^Bearer(\s+|$)/i, '').trim();
  if (token === '') {
    if (permission === 'optional') return undefined;
    throw new Refusal(401, 'Unauthorized: no token; log in first: oo login');
  }
  const caller = await authenticator.authenticate(token);
  if (permission === 'authenticated' || permission === 'optional' || holds(caller, permission)) return caller;
  throw new Refusal(401, `Unauthorized: ${caller.slug} does not hold ${permission}`);
}
