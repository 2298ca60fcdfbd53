import type { Token } from '../../api/contract/user-schemas.ts';
import { inputOf } from '../../domain/input.ts';
import { InvalidInput, type Problem } from '../../domain/problem.ts';
import { type ContactState, contactOf } from '../../domain/user/contact.ts';
import { parseRegistration, userIdOf } from '../../domain/user/decide.ts';
import type { UserState } from '../../domain/user/evolve.ts';
import type { Handlers, RequestContext } from '../handler.ts';
import { Refusal } from '../refusal.ts';
import { type AccountDeps, registerAccount } from './accounts.ts';
import { type App, readOrCreateApp } from './apps.ts';
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
      const { slug, contactId, password, ...seat } = parseSignIn(body);
      const userId = slug === undefined ? await userIdOfContact(deps, contactId) : userIdOf(slug);
      const tried = await attempts.login(userId || `contact/${contactId ?? ''}`, address);
      // Clients look their app up whether or not they got in.
      const app = await readOrCreateApp(deps.db, seat.appHost);
      // One answer, after the same time, whether it is the account or the password that is wrong.
      if (!(await isPassword(password, await readPasswordHash(deps.db, userId)))) throw wrongPassword();
      await tried.succeeded();
      return { body: { token: await tokenFor(deps, userId, app, seat.device) } };
    },
    async register(request) {
      await attempts.registration(request.address);
      const registration = parseRegistration(request.body);
      const seat = parseSeat(request.body);
      const { id } = await registerAccount(deps, withoutKey(request), registration);
      return { body: { token: await tokenFor(deps, id, await readOrCreateApp(deps.db, seat.appHost), seat.device) } };
    },
  };
}

interface Seat {
  readonly appHost: string;
  readonly device: string;
}

async function tokenFor(deps: SignInDeps, userId: string, app: App, device: string): Promise<Token> {
  const account = await deps.store.row<UserState>('users', userId);
  if (account === undefined) throw wrongPassword();
  return issueToken(deps, account.state, app, device);
}

function wrongPassword(): Refusal {
  return new Refusal(401, 'Invalid Password');
}

/** The account of a contact; an id that no account has when it is nobody's. */
async function userIdOfContact({ store }: SignInDeps, contactId: string | undefined): Promise<string> {
  if (contactId === undefined) return '';
  return (await store.row<ContactState>('contacts', contactId))?.state.userId ?? '';
}

interface SignIn extends Seat {
  /** The account, by its slug or by its contact. */
  readonly slug: string | undefined;
  readonly contactId: string | undefined;
  readonly password: string;
}

function parseSignIn(body: unknown): SignIn {
  const problems: Problem[] = [];
  const input = inputOf(body, problems);
  const contactId = contactOf(input)?.id;
  const slug = contactId === undefined ? input.requiredText('slug') : input.text('slug') || undefined;
  const password = input.requiredText('password');
  if (problems.length > 0) throw new InvalidInput(problems);
  return { slug, contactId: slug === undefined ? contactId : undefined, password, ...parseSeat(body) };
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
