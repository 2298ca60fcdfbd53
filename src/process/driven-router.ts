import { resolve } from 'node:path';

import type { Config } from '../config.ts';
import { networksOf } from '../gateway/trusted.ts';
import type { Logger } from '../logger.ts';
import { CaddyRouter } from '../routers/caddy/caddy-router.ts';
import { HaproxyRouter } from '../routers/haproxy/haproxy-router.ts';
import type { Router } from '../routing/router.ts';

/** What is told to a proxy that carries the requests instead of this process. */
export interface DrivenSettings {
  readonly domains: readonly string[];
  /** Where the proxy lets requests in: `127.0.0.1:11338`. */
  readonly bind: string;
}

/** The proxy that ROUTER names; undefined where this process carries the requests itself. */
export async function drivenRouter(config: Config, settings: DrivenSettings, log: Logger): Promise<Router | undefined> {
  const { domains, bind } = settings;
  const common = {
    domains,
    trusted: networksOf(config.TRUST_PROXY),
    connectMs: config.GATEWAY_CONNECT_TIMEOUT_SECONDS * 1_000,
    headersMs: config.GATEWAY_HEADERS_TIMEOUT_SECONDS * 1_000,
    idleMs: config.GATEWAY_IDLE_TIMEOUT_SECONDS * 1_000,
  };
  switch (config.ROUTER) {
    case 'embedded':
      return undefined;
    case 'haproxy': {
      const directory = resolve(config.HAPROXY_DIR ?? resolve(config.DATA_DIR, 'haproxy'));
      const router = new HaproxyRouter(
        {
          ...common,
          directory,
          bind,
          socket: resolve(config.HAPROXY_SOCKET ?? resolve(directory, 'haproxy.sock')),
          backends: config.HAPROXY_BACKENDS,
          maxInFlight: config.GATEWAY_MAX_IN_FLIGHT,
        },
        log,
      );
      await router.prepare();
      log.info('HAProxy is driven; it is started with this file', { file: router.file });
      return router;
    }
    case 'caddy':
      log.info('Caddy is driven', { admin: config.CADDY_ADMIN });
      return new CaddyRouter({ ...common, listen: bind, admin: config.CADDY_ADMIN }, log);
    default:
      return config.ROUTER satisfies never;
  }
}
