/** Everything that a route may ask for. Whoever does not hold it is refused; there is no other rule. */
export const PERMISSIONS = [
  'deploy-svc:deployment:view',
  'deploy-svc:deployment:edit',
  'deploy-svc:deployment:delete',
  'deploy-svc:event:view',
  'deploy-svc:worker:view',
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

/** Who holds what. A role that is not named here holds nothing. */
export const GRANTS: ReadonlyMap<string, readonly string[]> = new Map<string, readonly Permission[]>([
  [ADMIN_ROLE, PERMISSIONS],
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
    ],
  ],
]);

/** True when one of the roles holds the permission. */
export function permits(roles: readonly string[], permission: string): boolean {
  return roles.some((role) => GRANTS.get(role)?.includes(permission) === true);
}
