import { derivedId, IDENTIFIER, IDENTIFIER_FORM } from '../identifier.ts';
import { inputOf, type Input, shown } from '../input.ts';
import { InvalidInput, type Problem } from '../problem.ts';
import { isSame } from '../same.ts';
import { PERMISSION, PERMISSION_FORM } from './pattern.ts';

/** A permit as somebody asks for it, its lists sorted and each entry once. */
export interface PermitSave {
  readonly id: string;
  /** Host of the app. */
  readonly appHost: string;
  readonly permissions: readonly string[];
  readonly slugs: readonly string[];
  readonly roles: readonly string[];
}

/** Permits in one save at most. */
const MOST = 1000;
const ROLE = /^[A-Za-z0-9_.{}%-]+(?::[A-Za-z0-9_.{}%-]+)+$/;
/** What may be a role, in words. */
export const ROLE_FORM = 'service:role, such as my-svc:editor';

/** True for `service:role`, with further parts behind it or without. */
export function isRole(text: string): boolean {
  return ROLE.test(text) && text.length <= 255;
}

/** The permits of one save: `{"permits": [..]}`. `appHost`: the app of those that say none. Throws InvalidInput with every problem at once. */
export function parsePermits(value: unknown, appHost: string): readonly PermitSave[] {
  const problems: Problem[] = [];
  const input = inputOf(value, problems);
  const permits = input.list('permits', (item) => permitOf(item, appHost)) ?? [];
  if (permits.length === 0 && problems.length === 0) {
    input.problem(
      'permits',
      'is missing or empty',
      '{"permits": [{"permission": "my-svc:order:view", "slugs": ["shop"]}]}',
    );
  }
  if (permits.length > MOST) input.problem('permits', `has ${permits.length} entries, and ${MOST} are the most`);
  const once = eachOnce(permits, 'permits', input);
  if (problems.length > 0) throw new InvalidInput(problems);
  return once;
}

/** What is said twice counts once; one id that is said to be two things is a problem. */
export function eachOnce<Save extends { readonly id: string }>(
  saves: readonly Save[],
  field: string,
  input: Input,
): readonly Save[] {
  const byId = new Map<string, Save>();
  for (const save of saves) {
    const before = byId.get(save.id);
    if (before === undefined) byId.set(save.id, save);
    else if (!isSame(before, save)) input.problem(field, `lists ${save.id} twice, and not the same`);
  }
  return [...byId.values()];
}

/** One permit. Problems are noted where they are. */
export function permitOf(input: Input, defaultAppHost: string): PermitSave {
  const permissions = permissionsOf(input);
  const slugs = textsOf(input, 'slugs', isSlugLike, 'slugs of accounts: slugs: ["my-svc"]');
  const roles = textsOf(input, 'roles', isRole, ROLE_FORM);
  const appHost = appHostOf(input) ?? defaultAppHost;
  const id = idOf(input) ?? derivedId('perm', JSON.stringify([appHost, permissions, slugs, roles]));
  return { id, appHost, permissions, slugs, roles };
}

/** The id that was given; undefined when none was. */
export function idOf(input: Input): string | undefined {
  const id = input.text('id');
  if (id === undefined || id === '') return undefined;
  if (!IDENTIFIER.test(id)) input.problem('id', `${shown(id)} is no id`, IDENTIFIER_FORM);
  return id;
}

/** The app that was named; undefined when none was. */
export function appHostOf(input: Input): string | undefined {
  const appHost = input.text('appHost') || undefined;
  if (appHost !== undefined && appHost.length > 255) input.problem('appHost', 'has more than 255 characters');
  return appHost;
}

function permissionsOf(input: Input): readonly string[] {
  const one = input.text('permission') || undefined;
  const many = textsOf(input, 'permissions', (text) => PERMISSION.test(text) && text.length <= 255, PERMISSION_FORM);
  if (one !== undefined && (!PERMISSION.test(one) || one.length > 255)) {
    input.problem('permission', `${shown(one)} is no permission`, PERMISSION_FORM);
  }
  const permissions = sortedOnce([...(one === undefined ? [] : [one]), ...many]);
  if (permissions.length === 0) input.problem('permission', 'is required', PERMISSION_FORM);
  return permissions;
}

function textsOf(input: Input, field: string, isValid: (text: string) => boolean, form: string): readonly string[] {
  const given = input.raw(field);
  if (given === undefined) return [];
  if (!Array.isArray(given)) {
    input.problem(field, `must be a list of texts, not ${shown(given)}`, form);
    return [];
  }
  const items: readonly unknown[] = given;
  items.forEach((item, index) => {
    if (typeof item !== 'string' || !isValid(item)) {
      input.problem(`${field}[${index}]`, `${shown(item)} is not valid`, form);
    }
  });
  return sortedOnce(items.filter((item) => typeof item === 'string'));
}

function isSlugLike(text: string): boolean {
  return /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(text) && text.length <= 63;
}

function sortedOnce(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].toSorted();
}
