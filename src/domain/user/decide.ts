import { PRODUCT_NAMESPACES } from '../access/granter.ts';
import { derivedId } from '../identifier.ts';
import { type Input, inputOf, shown } from '../input.ts';
import { Conflict, InvalidInput, type Problem } from '../problem.ts';
import { type Contact, contactOf } from './contact.ts';
import type { UserEvent, UserState } from './evolve.ts';

const SLUG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const PASSWORD = { min: 8, max: 256 };
/** Names that the product itself acts under. */
const RESERVED: readonly string[] = [...PRODUCT_NAMESPACES, 'system', 'worker'];

/** An account as somebody asks for it. */
export interface Registration {
  readonly slug: string;
  readonly name: string | undefined;
  readonly password: string;
  readonly contact?: Contact | undefined;
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
  const password = passwordOf(input, 'password');
  const name = input.text('name');
  const contact = contactOf(input);
  if (problems.length > 0) throw new InvalidInput(problems);
  return { slug, name, password, contact };
}

/** A change of a password: `{currentPassword, newPassword}`. Throws InvalidInput. Passwords are never shown. */
export function parsePasswordChange(value: unknown): { readonly current: string; readonly next: string } {
  const problems: Problem[] = [];
  const input = inputOf(value, problems);
  const current = typeof input.raw('currentPassword') === 'string' ? String(input.raw('currentPassword')) : '';
  if (current === '') input.problem('currentPassword', 'is required');
  const next = passwordOf(input, 'newPassword');
  if (problems.length > 0) throw new InvalidInput(problems);
  return { current, next };
}

/** Not read as a text, whose problem would show it. */
function passwordOf(input: Input, field: string): string {
  const raw = input.raw(field);
  const password = typeof raw === 'string' ? raw : '';
  if (password.length < PASSWORD.min || password.length > PASSWORD.max) {
    input.problem(field, `must have from ${PASSWORD.min} to ${PASSWORD.max} characters`);
  }
  return password;
}

/** The id of the account of a slug. It follows from the slug, so one slug can never have two accounts. */
export function userIdOf(slug: string): string {
  return derivedId('usr', slug);
}

/** Throws Conflict when the slug is taken or reserved. */
export function decideRegisterUser(
  state: UserState | undefined,
  { slug, name, contact }: Omit<Registration, 'password'>,
  roles: readonly string[],
): UserEvent[] {
  if (state !== undefined) throw new Conflict(`the slug ${slug} is taken`);
  if (RESERVED.includes(slug)) throw new Conflict(`the slug ${slug} is reserved`);
  return [{ type: 'UserRegistered', data: { userId: userIdOf(slug), slug, name, roles: [...roles], contact } }];
}
