import { includesPermission } from '../../domain/permit/pattern.ts';

/** Everything that a route may ask for. Whoever does not hold it, by a role or by a permit, is refused; there is no other rule. */
export const PERMISSIONS = [
  'deploy-svc:deployment:view',
  'deploy-svc:deployment:edit',
  'deploy-svc:deployment:delete',
  'deploy-svc:event:view',
  'deploy-svc:webhook:view',
  'deploy-svc:webhook:edit',
  'deploy-svc:worker:view',
  'deploy-svc:audit:view',
  'deploy-svc:job:view',
  'deploy-svc:job:retry',
  'deploy-svc:metrics:view',
  'deploy-svc:discovery:view',
  'deploy-svc:log:view',
  'deploy-svc:replica:exec',
  'registry-svc:definition:view',
  'registry-svc:definition:edit',
  'registry-svc:definition:delete',
  'registry-svc:node:view',
  'registry-svc:node:edit',
  'registry-svc:node:delete',
  'registry-svc:instance:view',
  'registry-svc:instance:edit',
  'registry-svc:instance:delete',
  'secret-svc:secret:list',
  'secret-svc:secret:save',
  'secret-svc:secret:save-unprefixed',
  'secret-svc:secret:remove',
  'user-svc:app:multi-view',
  'user-svc:user:view',
  'user-svc:user:password-change',
  'user-svc:token:revoke',
  'user-svc:permit:view',
  'user-svc:permit:edit',
  'user-svc:enroll:view',
  'user-svc:enroll:edit',
  'proxy-svc:route:view',
  'proxy-svc:route:edit',
  'proxy-svc:cert:view',
  'proxy-svc:router:poll',
  'config-svc:config:edit',
  'config-svc:config:edit-on-behalf',
  'container-svc:container:create',
  'container-svc:container:stop',
  'container-svc:container:view',
  'container-svc:log:view',
  'container-svc:image:build',
  'source-svc:repo:checkout',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

export const ADMIN_ROLE = 'user-svc:admin';
export const USER_ROLE = 'user-svc:user';
/** Whoever shows METRICS_TOKEN: no account, and nothing but what a monitoring system or a Traefik reads. */
export const SCRAPER_ROLE = 'deploy-svc:scraper';

/** Who holds what. A role that is not named here holds nothing. */
export const GRANTS: ReadonlyMap<string, readonly string[]> = new Map<string, readonly Permission[]>([
  [ADMIN_ROLE, PERMISSIONS],
  [SCRAPER_ROLE, ['deploy-svc:metrics:view', 'deploy-svc:discovery:view', 'proxy-svc:router:poll']],
  [
    USER_ROLE,
    [
      'registry-svc:definition:view',
      'registry-svc:instance:view',
      'registry-svc:instance:edit',
      // Which secrets of these kinds is decided for each: see domain/secret/decide.ts.
      'secret-svc:secret:list',
      'secret-svc:secret:save',
      'secret-svc:secret:remove',
      'config-svc:config:edit',
      'user-svc:user:password-change',
    ],
  ],
]);

/** True when one of the roles holds the permission by itself. */
export function permits(roles: readonly string[], permission: string): boolean {
  return roles.some((role) => GRANTS.get(role)?.includes(permission) === true);
}

/** Who may do something: roles, and what permits give beside them. */
export interface Holder {
  readonly roles: readonly string[];
  /** May end with wildcards. */
  readonly permitted: readonly string[];
}

/** True when a role or a permit gives the permission; an administrator's roles give those that are narrower than theirs too. */
export function holds({ roles, permitted }: Holder, permission: string): boolean {
  const wide = permission.split(':').slice(0, 3).join(':');
  if (permits(roles, permission) || (roles.includes(ADMIN_ROLE) && permits([ADMIN_ROLE], wide))) return true;
  return permitted.some((one) => includesPermission(one, permission));
}

/** Everything that the holder holds; may end with wildcards. */
export function heldBy({ roles, permitted }: Holder): readonly string[] {
  return [...roles.flatMap((role) => GRANTS.get(role) ?? []), ...permitted];
}
