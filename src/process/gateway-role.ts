import { resolve } from 'node:path';

import { systemClock } from '../clock.ts';
import { InvalidSettings, type Config } from '../config.ts';
import { embeddedRouter } from '../gateway/embedded-router.ts';
import { serveGateway } from '../gateway/server.ts';
import type { GatewaySettings } from '../gateway/settings.ts';
import type { Logger } from '../logger.ts';
import type { Database } from '../postgres/database.ts';
import { Follower } from '../routers/follow.ts';
import type { Router } from '../routing/router.ts';
import type { EventStore } from '../store/event-store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { drivenRouter } from './driven-router.ts';
import { gatewayDomains } from './gateway-domains.ts';

export interface GatewayRoleOptions {
  readonly config: Config;
  readonly database: Database;
  readonly store: EventStore;
  readonly log: Logger;
  readonly telemetry: Telemetry;
}

/** Where requests are let in. */
export interface Entrance {
  readonly url: string;
}

/** Carries requests to replicas in this process, or has a proxy do it, until the stack is disposed. */
export async function gatewayRole(stack: AsyncDisposableStack, options: GatewayRoleOptions): Promise<Entrance> {
  const { config, database, store, log, telemetry } = options;
  const settings = gatewaySettings(config);
  const file = resolve(config.DATA_DIR, 'routing.json');
  const host = config.GATEWAY_HOST ?? config.HOST;
  const port = gatewayPort(config);
  const follow = async (router: Router): Promise<Follower> => {
    const follower = stack.use(new Follower({ router, database, store, clock: systemClock, log, file }));
    // Nobody is let in before everybody knows that this router has to be waited for.
    await follower.start();
    return follower;
  };
  const bind = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  if (config.ROUTER !== 'embedded' && port === 0) {
    throw new InvalidSettings([`GATEWAY_PORT=0 leaves ROUTER=${config.ROUTER} without a port; set one like 11338`]);
  }
  const driven = await drivenRouter(config, { domains: settings.domains, bind }, log);
  if (driven !== undefined) {
    const follower = await follow(stack.use(driven));
    log.info('gateway', { url: `http://${bind}`, by: driven.kind, router: follower.id, position: follower.position });
    return { url: `http://${bind}` };
  }
  const router = stack.use(embeddedRouter(settings));
  const follower = await follow(router);
  const gateway = stack.use(await serveGateway({ router, settings, host, port, log, metrics: telemetry.metrics }));
  log.info('gateway', { url: gateway.url, router: follower.id, position: follower.position });
  return gateway;
}

/** The port after the API's where none is set: any that is free where that one's is, too. */
function gatewayPort({ GATEWAY_PORT: given, PORT: api }: Config): number {
  return given ?? (api === 0 ? 0 : Math.min(65_535, api + 1));
}

function gatewaySettings(config: Config): GatewaySettings {
  return {
    domains: gatewayDomains(config),
    maxInFlight: config.GATEWAY_MAX_IN_FLIGHT,
    accessLog: config.GATEWAY_ACCESS_LOG,
    trustProxy: config.TRUST_PROXY,
    connectMs: config.GATEWAY_CONNECT_TIMEOUT_SECONDS * 1_000,
    headersMs: config.GATEWAY_HEADERS_TIMEOUT_SECONDS * 1_000,
    idleMs: config.GATEWAY_IDLE_TIMEOUT_SECONDS * 1_000,
  };
}
