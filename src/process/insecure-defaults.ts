import { type Config, DEFAULT_ADMIN_PASSWORD, InvalidSettings } from '../config.ts';
import type { Logger } from '../logger.ts';
import { DEFAULT_KEY } from '../vault/key-ring.ts';

/** A setting that has the value that everybody knows, and what to do about it. */
export interface InsecureDefault {
  readonly setting: 'SECRET_KEY' | 'ADMIN_PASSWORD';
  readonly advice: string;
}

type Judged = Pick<Config, 'SECRET_KEY' | 'ADMIN_PASSWORD' | 'ROLES'>;

/** Secrets are sealed by every API and every worker; the first administrator is made by the API. */
export function insecureDefaults({ SECRET_KEY: key, ADMIN_PASSWORD: password, ROLES }: Judged): InsecureDefault[] {
  const found: InsecureDefault[] = [];
  // A gateway has no secrets.
  const seals = ROLES.includes('api') || ROLES.includes('worker');
  if (seals && (key === undefined || key.equals(DEFAULT_KEY))) {
    found.push({
      setting: 'SECRET_KEY',
      advice: 'is the key that everybody knows; make one, the same for every process: openssl rand -base64 32',
    });
  }
  if (ROLES.includes('api') && password === DEFAULT_ADMIN_PASSWORD) {
    found.push({
      setting: 'ADMIN_PASSWORD',
      advice: 'is the password that everybody knows; make one of your own: openssl rand -base64 18',
    });
  }
  return found;
}

/** Whether a process with these settings must not run with what everybody knows. */
export function isStrict({ NODE_ENV, ALLOW_INSECURE_DEFAULTS }: Config): boolean {
  return NODE_ENV === 'production' && !ALLOW_INSECURE_DEFAULTS;
}

/** Throws InvalidSettings where the first administrator was made with the password that everybody knows and still has it. */
export function refuseKnownPassword({ ADMIN_SLUG: slug }: Pick<Config, 'ADMIN_SLUG'>): never {
  throw new InvalidSettings([
    `the account ${slug} still has the password that everybody knows, which ADMIN_PASSWORD does not change any more; ` +
      'start with ALLOW_INSECURE_DEFAULTS=true where nobody else reaches it, change the password, and start again without',
  ]);
}

/**
 * Throws InvalidSettings where production would start with what everybody knows, unless that is allowed in so many words.
 * Elsewhere it is a warning in the log.
 */
export function refuseInsecureDefaults(config: Config, log: Pick<Logger, 'warn'>): void {
  const found = insecureDefaults(config);
  if (found.length === 0) return;
  if (!isStrict(config)) {
    const settings = found.map(({ setting }) => setting);
    log.warn('insecure defaults: set these before anybody else can reach it', { settings });
    return;
  }
  throw new InvalidSettings([
    ...found.map(({ setting, advice }) => `${setting} ${advice}`),
    'NODE_ENV=production does not start like this; to try it out all the same: ALLOW_INSECURE_DEFAULTS=true',
  ]);
}
