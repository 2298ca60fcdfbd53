const SEGMENT = '[A-Za-z0-9_.-]+';
/** `service:resource:verb`, and narrower ones behind it: `secret-svc:secret:save:otp-key`, `secret-svc:secret:save:otp-*`. */
export const PERMISSION = new RegExp(`^${SEGMENT}(?::${SEGMENT}){1,2}$|^${SEGMENT}(?::${SEGMENT}){3,7}(?:(?<=-)\\*)?$`);
/** `PERMISSION` in words, for messages. */
export const PERMISSION_FORM =
  'service:resource:verb, such as deploy-svc:deployment:view; a "*" only behind a dash at the end of a fourth part: secret-svc:secret:save:otp-*';

/** Whether what was permitted, which may end with a wildcard, includes the permission. A wildcard stands for the rest of its part, and never for nothing. */
export function includesPermission(permitted: string, permission: string): boolean {
  if (!permitted.endsWith('*')) return permitted === permission;
  const head = permitted.slice(0, -1);
  const tail = permission.slice(head.length);
  return permission.startsWith(head) && tail !== '' && !tail.includes(':');
}

/** The service that a permission or a role belongs to: `my-svc` of `my-svc:order:view`. */
export function namespaceOf(name: string): string {
  return name.split(':', 1)[0] ?? '';
}
