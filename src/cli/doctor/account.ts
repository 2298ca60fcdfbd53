import { ApiError } from '../../api/client-error.ts';
import type { Client } from '../../api/client.ts';
import { ADMIN_ROLE } from '../../api/contract/permissions.ts';
import { formatSeconds } from '../text/duration.ts';
import type { Check } from './check.ts';

/** What an installation has before anybody sets ADMIN_PASSWORD. */
const DEFAULT_ADMIN = { slug: '1backend', password: 'changeme' };

/** Whether the token is good, for how long, and what it allows. `slug`: whose it is. */
export async function checkAccount(client: Client, token: string, slug: string): Promise<readonly Check[]> {
  try {
    const { body } = await client.call('readSelf', { body: {} });
    const { roles } = body;
    const may: Check = roles.includes(ADMIN_ROLE)
      ? { name: 'role', status: 'ok', found: `${slug} is an administrator` }
      : {
          name: 'role',
          status: 'warn',
          found: `${slug} has ${roles.join(', ') || 'no role'}, and may not deploy`,
          mend: 'log in as an administrator: oo login 1backend',
        };
    return [expiryCheck(token), may];
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return [
      {
        name: 'token',
        status: 'fail',
        found: `the server does not take it: ${error.message}`,
        mend: `oo login ${slug}`,
      },
    ];
  }
}

/** Of a token that the server takes: one that has expired is made anew by it, without a word. */
function expiryCheck(token: string): Check {
  const expires = expiryOf(token);
  const left = expires === undefined ? 0 : expires - Date.now();
  const found =
    left > 0 ? `good for ${formatSeconds(left)}, and then made anew by the server` : 'the server makes it anew';
  return { name: 'token', status: 'ok', found };
}

/** When a JWT says that it ends, in milliseconds since the epoch. Its signature is the server's to judge. */
function expiryOf(token: string): number | undefined {
  try {
    const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
    const { exp } = JSON.parse(payload) as { readonly exp?: unknown };
    return typeof exp === 'number' ? exp * 1000 : undefined;
  } catch {
    // Whatever is no JWT has no expiry that could be read.
    return undefined;
  }
}

/** Whether what everybody knows is still in use: the key that seals secrets, the password of the administrator. */
export async function checkDefaults(client: Client, anybody: Client): Promise<readonly Check[]> {
  const { body } = await client.call('isSecure', {});
  const key: Check = body.isSecure
    ? { name: 'secret key', status: 'ok', found: 'one of its own seals the secrets' }
    : {
        name: 'secret key',
        status: 'warn',
        found: 'secrets are sealed with a key that everybody knows',
        mend: 'start every process with SECRET_KEY set to the output of: openssl rand -base64 32',
      };
  return [key, await passwordCheck(anybody)];
}

async function passwordCheck(client: Client): Promise<Check> {
  const name = 'admin password';
  try {
    await client.call('login', { body: { ...DEFAULT_ADMIN, device: 'doctor' } });
    const mend =
      'set ADMIN_PASSWORD before the first start of an installation; of this one, change it (docs/user-svc.md)';
    return { name, status: 'warn', found: `${DEFAULT_ADMIN.slug} has the password that everybody knows`, mend };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 429) return { name, status: 'skip', found: error.message };
    return { name, status: 'ok', found: 'not the one that everybody knows' };
  }
}
