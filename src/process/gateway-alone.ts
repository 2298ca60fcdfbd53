import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import { PROJECTIONS } from '../projections/all.ts';
import { openStore } from '../store/postgres-store.ts';
import { openUnmigrated } from './database.ts';
import { gatewayRole } from './gateway-role.ts';
import type { Service } from './running-service.ts';
import { openTelemetry, tellMetrics } from './telemetry.ts';

/** A gateway alone needs no more than to read the log, has no secrets, and starts without the database too. */
export async function startGateway(config: Config, log: Logger): Promise<Service> {
  await using stack = new AsyncDisposableStack();
  const telemetry = await openTelemetry(stack, config, log);
  const database = await openUnmigrated(stack, config, log);
  const effects = async (): Promise<void> => undefined;
  const store = stack.use(openStore({ database, clock: systemClock, projections: PROJECTIONS, effects }));
  await tellMetrics(stack, config, telemetry);
  const gateway = await gatewayRole(stack, { config, database, store, log, telemetry });
  const whole = stack.move();
  log.info('ready', { roles: config.ROLES });
  return {
    url: undefined,
    gatewayUrl: gateway.url,
    databaseUrl: database.url,
    [Symbol.asyncDispose]: () => whole.disposeAsync(),
  };
}
