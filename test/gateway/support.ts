import { embeddedRouter } from '../../src/gateway/embedded-router.ts';
import { serveGateway } from '../../src/gateway/server.ts';
import type { GatewaySettings } from '../../src/gateway/settings.ts';
import { createLogger, type Logger } from '../../src/logger.ts';
import { openMetrics, type Metrics } from '../../src/metrics/metrics.ts';
import type { EmbeddedRouter } from '../../src/gateway/embedded-router.ts';

export const SETTINGS: GatewaySettings = {
  domains: ['localhost', 'apps.test'],
  maxInFlight: 10_000,
  accessLog: 'none',
  trustProxy: [],
  connectMs: 1_000,
  headersMs: 10_000,
  idleMs: 10_000,
};

export interface OpenGateway extends AsyncDisposable {
  readonly router: EmbeddedRouter;
  readonly url: string;
  readonly metrics: Metrics;
}

/** A gateway in this process that nobody gives tables but the test. */
export async function openGateway(
  settings: Partial<GatewaySettings> = {},
  log: Logger = createLogger('silent'),
): Promise<OpenGateway> {
  const stack = new AsyncDisposableStack();
  const own = { ...SETTINGS, ...settings };
  const metrics = stack.use(openMetrics({ version: 'test', onError: (error) => console.error(error) }));
  const router = stack.use(embeddedRouter(own));
  const { url } = stack.use(await serveGateway({ router, settings: own, host: '127.0.0.1', port: 0, log, metrics }));
  return { router, url, metrics, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
