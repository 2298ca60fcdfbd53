import { pause, systemClock } from '../../src/clock.ts';
import { traefikConfiguration } from '../../src/routers/traefik/configuration.ts';
import type { Router } from '../../src/routing/router.ts';
import { routerConformance, type OpenRouter } from '../routing/conformance.ts';
import { traefikLike } from './traefik.ts';

/** What the product writes for Traefik, read by something that reads it as Traefik does. */
async function open(): Promise<OpenRouter> {
  const proxy = await traefikLike();
  const router: Router = {
    kind: 'traefik',
    async apply(table) {
      // Through JSON, as it comes over the wire.
      const text = JSON.stringify(traefikConfiguration(table, ['localhost', 'apps.test']));
      proxy.use(JSON.parse(text) as ReturnType<typeof traefikConfiguration>);
    },
    inFlight: async () => new Map(),
    settled: (signal) => pause(systemClock, 60_000, signal),
    samples: async () => [],
    [Symbol.asyncDispose]: async () => undefined,
  };
  return { router, url: proxy.url, [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose]() };
}

routerConformance({
  kind: 'traefik',
  open,
  lacks: {
    'in flight': 'Traefik does not say what is under way at a server: the whole drain time is waited',
    samples: 'Traefik does not measure by server',
  },
});
