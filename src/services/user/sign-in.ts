import type { Token } from '../../api/contract/user-schemas.ts';
import { inputOf } from '../../domain/input.ts';
import { InvalidInput, type Problem } from '../../domain/problem.ts';
import { parseRegistration, userIdOf } from '../../domain/user/decide.ts';
import type { Handlers, RequestContext } from '../handler.ts';
import { Refusal } from '../refusal.ts';
import { type AccountDeps, findAccount, registerAccount } from './accounts.ts';
import { readOrCreateApp } from './apps.ts';
import { attemptLimits } from './attempt-limits.ts';
import { readPasswordHash } from './credentials.ts';
import { isPassword } from './password.ts';
import { type IssuerDeps, issueToken } from './tokens.ts';

export type SignInDeps = AccountDeps & IssuerDeps;

/** The two doors that need no token. */
export function signInHandlers(deps: SignInDeps): Handlers<'login' | 'register'> {
  const attempts = attemptLimits(deps.db);
  return {
    async login({ body, address }) {
      const { slug, password, ...seat } = parseSignIn(body);
      const userId = userIdOf(slug);
      const tried = await attempts.login(userId, address);
      // One answer, after the same time, whether it is the account or the password that is wrong.
      if (!(await isPassword(password, await readPasswordHash(deps.db, userId)))) {
        throw new Refusal(401, 'Invalid Password');
      }
      await tried.succeeded();
      return { body: { token: await tokenFor(deps, slug, seat) } };
    },
    async register(request) {
      await attempts.registration(request.address);
      const registration = parseRegistration(request.body);
      const seat = parseSeat(request.body);
      await registerAccount(deps, withoutKey(request), registration);
      return { body: { token: await tokenFor(deps, registration.slug, seat) } };
    },
  };
}

interface Seat {
  readonly appHost: string;
  readonly device: string;
}

async function tokenFor(deps: SignInDeps, slug: string, { appHost, device }: Seat): Promise<Token> {
  const account = await findAccount(deps, slug);
  if (account === undefined) throw new Refusal(401, 'Invalid Password');
  return issueToken(deps, account, await readOrCreateApp(deps.db, appHost), device);
}

function parseSignIn(body: unknown): Seat & { readonly slug: string; readonly password: string } {
  const problems: Problem[] = [];
  const input = inputOf(body, problems);
  const slug = input.requiredText('slug');
  const password = input.requiredText('password');
  if (problems.length > 0) throw new InvalidInput(problems);
  return { slug, password, ...parseSeat(body) };
}

/** The contract's defaults for clients that do not say where they are. */
function parseSeat(body: unknown): Seat {
  const problems: Problem[] = [];
  const input = inputOf(body, problems);
  const [appHost, device] = [input.text('appHost'), input.text('device')];
  for (const [field, text] of Object.entries({ appHost, device })) {
    if (text !== undefined && text.length > 255) input.problem(field, 'has more than 255 characters');
  }
  if (problems.length > 0) throw new InvalidInput(problems);
  return { appHost: appHost || 'unnamed', device: device || 'unknown' };
}

/** A key names a command of somebody; here nobody is known yet. */
function withoutKey(context: RequestContext): RequestContext {
  return { ...context, idempotencyKey: undefined };
}
