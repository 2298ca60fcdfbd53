import type { EnrollState } from '../enroll/evolve.ts';
import type { PermitState } from '../permit/evolve.ts';

/** Whose standing is asked for: an account in an app. */
export interface Subject {
  readonly userId: string;
  readonly slug: string;
  readonly contactId: string | undefined;
  /** Those that the account has by itself. */
  readonly roles: readonly string[];
  readonly appHost: string;
}

/** What somebody has been given. */
export interface Standing {
  /** The account's own roles, then those that it is enrolled in, by name. */
  readonly roles: readonly string[];
  /** What permits give to the slug or to one of the roles; may end with wildcards. */
  readonly permitted: readonly string[];
}

/** All permits and enrolls, as they are at one moment. */
export interface Grants {
  standingOf(subject: Subject): Standing;
}

/** Looks permits up by slug and role, enrolls by account and contact: what others were given costs nothing. */
export function grantsOf(permits: Iterable<PermitState>, enrolls: Iterable<EnrollState>): Grants {
  const permitsOf = new Map<string, PermitState[]>();
  for (const permit of permits) {
    if (permit.removed) continue;
    for (const slug of permit.slugs) add(permitsOf, `slug ${slug}`, permit);
    for (const role of permit.roles) add(permitsOf, `role ${role}`, permit);
  }
  const enrollsOf = new Map<string, EnrollState[]>();
  for (const enroll of enrolls) {
    if (enroll.removed) continue;
    if (enroll.userId !== undefined) add(enrollsOf, `user ${enroll.userId}`, enroll);
    if (enroll.contactId !== undefined) add(enrollsOf, `contact ${enroll.contactId}`, enroll);
  }
  return {
    standingOf({ userId, slug, contactId, roles: own, appHost }) {
      const inApp = (grant: { readonly appHost: string }): boolean =>
        grant.appHost === '*' || grant.appHost === appHost;
      const keys = [`user ${userId}`, ...(contactId === undefined ? [] : [`contact ${contactId}`])];
      const enrolled = keys.flatMap((key) => enrollsOf.get(key) ?? []).filter(inApp);
      const roles = [...new Set([...own, ...enrolled.map(({ role }) => role).toSorted()])];
      const found = [`slug ${slug}`, ...roles.map((role) => `role ${role}`)].flatMap((key) => permitsOf.get(key) ?? []);
      return { roles, permitted: [...new Set(found.filter(inApp).flatMap(({ permissions }) => permissions))] };
    },
  };
}

function add<Item>(map: Map<string, Item[]>, key: string, item: Item): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
}
