import type { Authenticator } from '../services/user/authenticate.ts';
import type { OperationName } from './contract/operations.ts';
import { permits, SCRAPER_ROLE } from './contract/permissions.ts';
import { ROUTES } from './contract/routes.ts';

/** Whether a monitoring system may ask for it: elsewhere its token is none. */
export function isScraped(name: OperationName): boolean {
  return permits([SCRAPER_ROLE], ROUTES[name].permission);
}

/** Tokens of accounts, and the one of monitoring systems. */
export function withScraper(authenticator: Authenticator, scraper: Authenticator | undefined): Authenticator {
  if (scraper === undefined) return authenticator;
  return {
    ...authenticator,
    authenticate: async (token) =>
      scraper
        .authenticate(token)
        .catch((): ReturnType<Authenticator['authenticate']> => authenticator.authenticate(token)),
  };
}
