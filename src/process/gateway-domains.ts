import type { Config } from '../config.ts';

/** What host names of deployments end with. */
export function gatewayDomains(config: Pick<Config, 'GATEWAY_DOMAINS'>): readonly string[] {
  return [...new Set(['localhost', ...config.GATEWAY_DOMAINS])];
}
