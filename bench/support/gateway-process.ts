import { embeddedRouter } from '../../src/gateway/embedded-router.ts';
import { serveGateway } from '../../src/gateway/server.ts';
import { createLogger } from '../../src/logger.ts';
import { openMetrics } from '../../src/metrics/metrics.ts';
import { routed, type RoutedReplica } from '../../src/routing/table.ts';

/** A gateway whose table has a deployment at the ports of the arguments. Tells its address to its parent. */
const nodes = new Map([['node', '127.0.0.1']]);
const replicas = process.argv.slice(2).map((port, index): [string, RoutedReplica] => {
  const id = `web-${index}`;
  return [id, { id, generation: 1, revision: 1, nodeId: 'node', port: Number(port), ready: true }];
});
const settings = {
  domains: ['localhost'],
  maxInFlight: 10_000,
  accessLog: 'errors',
  trustProxy: [],
  connectMs: 5_000,
  headersMs: 60_000,
  idleMs: 300_000,
} as const;
const router = embeddedRouter(settings);
const deployments = new Map([['web', routed({ id: 'web', replicas: new Map(replicas) }, nodes)]]);
await router.apply({ position: 1, nodes, routes: new Map(), deployments });
const metrics = openMetrics({
  version: 'bench',
  onError(error) {
    throw error;
  },
});
const log = createLogger('error');
const { url } = await serveGateway({ router, settings, host: '127.0.0.1', port: 0, log, metrics });
process.once('disconnect', () => process.exit(0));
process.send?.({ url });
