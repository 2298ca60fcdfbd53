import { derivedId } from '../identifier.ts';
import { inputOf, shown } from '../input.ts';
import { Conflict, InvalidInput, type Problem } from '../problem.ts';
import type { UserEvent, UserState } from './evolve.ts';

const SLUG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const PASSWORD = { min: 8, max: 256 };
/** Names that the product itself acts under. */
const RESERVED: readonly string[] = ['deploy-svc', 'system', 'worker'];

/** An account as somebody asks for it. */
export interface Registration {
  readonly slug: string;
  readonly name: string | undefined;
  readonly password: string;
}

/** Throws InvalidInput with every problem at once. The password is never shown. */
export function parseRegistration(value: unknown): Registration {
  const problems: Problem[] = [];
  const input = inputOf(value, problems);
  const slug = input.requiredText('slug', 'slug: "my-service"');
  if (slug !== '' && (!SLUG.test(slug) || slug.length > 63)) {
    input.problem(
      'slug',
      `${shown(slug)} is no slug`,
      'lower-case letters and digits, single dashes between, at most 63',
    );
  }
  const password = typeof input.raw('password') === 'string' ? String(input.raw('password')) : '';
  if (password.length < PASSWORD.min || password.length > PASSWORD.max) {
    input.problem('password', `must have from ${PASSWORD.min} to ${PASSWORD.max} characters`);
  }
  const name = input.text('name');
  if (problems.length > 0) throw new InvalidInput(problems);
  return { slug, name, password };
}

/** The id of the account of a slug. It follows from the slug, so one slug can never have two accounts. */
export function userIdOf(slug: string): string {
  return derivedId('usr', slug);
}

/** Throws Conflict when the slug is taken or reserved. */
export function decideRegisterUser(
  state: UserState | undefined,
  { slug, name }: Omit<Registration, 'password'>,
  roles: readonly string[],
): UserEvent[] {
  if (state !== undefined) throw new Conflict(`the slug ${slug} is taken`);
  if (RESERVED.includes(slug)) throw new Conflict(`the slug ${slug} is reserved`);
  return [{ type: 'UserRegistered', data: { userId: userIdOf(slug), slug, name, roles: [...roles] } }];
}
