import { includesPermission, namespaceOf } from '../permit/pattern.ts';

/** The names of this product's own services: nobody but the administrators owns what begins with them. */
export const PRODUCT_NAMESPACES: readonly string[] = [
  'deploy-svc',
  'registry-svc',
  'container-svc',
  'source-svc',
  'config-svc',
  'secret-svc',
  'user-svc',
  'proxy-svc',
];

/** Who gives a permission or a role to others. */
export interface Granter {
  readonly slug: string;
  /** May give everything. */
  readonly admin: boolean;
  /** May give the permissions, or the roles, that they hold themselves. */
  readonly passesOn: boolean;
  /** What they hold; permissions may end with a wildcard. */
  readonly permissions: readonly string[];
  readonly roles: readonly string[];
}

/** Whether the name (`my-svc:order:view`, `my-svc:editor`) is in the namespace of the account. */
export function owns(slug: string, name: string): boolean {
  return namespaceOf(name) === slug && name.includes(':') && !PRODUCT_NAMESPACES.includes(slug);
}

/** Those of the permissions that the granter may not give. */
export function permissionsNotTheirs(granter: Granter, permissions: readonly string[]): readonly string[] {
  const { slug, admin, passesOn, permissions: held } = granter;
  return permissions.filter(
    (wanted) => !admin && !owns(slug, wanted) && !(passesOn && held.some((one) => covers(one, wanted))),
  );
}

/** Whether the granter may give the role. */
export function mayEnroll({ slug, admin, passesOn, roles }: Granter, role: string): boolean {
  return admin || owns(slug, role) || (passesOn && roles.includes(role));
}

/** Whether everything that `wanted` includes, which may end with a wildcard, is included in `held`. */
function covers(held: string, wanted: string): boolean {
  if (held === wanted) return true;
  return wanted.endsWith('*')
    ? held.endsWith('*') && wanted.startsWith(held.slice(0, -1))
    : includesPermission(held, wanted);
}
