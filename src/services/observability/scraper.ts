import { SCRAPER_ROLE } from '../../api/contract/permissions.ts';
import { isToken } from '../../metrics/token.ts';
import { Refusal } from '../refusal.ts';
import type { Authenticator } from '../user/authenticate.ts';

/** Knows the token of monitoring systems and no other; undefined where there is none. */
export function scraperAuthenticator(token: string | undefined): Authenticator | undefined {
  if (token === undefined) return undefined;
  const caller = {
    userId: '',
    slug: 'metrics',
    roles: [SCRAPER_ROLE],
    permitted: [],
    appId: '',
    appHost: '',
    tokenId: '',
  };
  return {
    async authenticate(shown) {
      if (!isToken(token, shown)) throw new Refusal(401, 'Unauthorized: not METRICS_TOKEN');
      return caller;
    },
    forget: () => undefined,
    forgetUsers: () => undefined,
  };
}
