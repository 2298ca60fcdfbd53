import { connectDocker } from './docker/docker-engine.ts';
import type { DockerOptions } from './docker/options.ts';
import type { Engine } from './engine.ts';
import { parseEngineUrl } from './engine-url.ts';
import { simulatedHost } from './simulated/registry.ts';
import { connectSimulated } from './simulated/simulated-engine.ts';

/** How to reach engines; what does not concern the scheme at hand is ignored. */
export type ConnectOptions = DockerOptions;

/**
 * A handle to the engine at `unix://`, `tcp://`, `ssh://` or `simulated://`. Nothing is sent before the first call.
 * Throws TypeError for an address that is none, and for `tcp://` without TLS unless `insecureTcp` is set.
 */
export function connectEngine(url: string, options: ConnectOptions = {}): Engine {
  const parsed = parseEngineUrl(url, options.tls !== undefined);
  if (parsed.protocol === 'tcp:' && options.tls === undefined && options.insecureTcp !== true) {
    throw new TypeError(
      `${parsed.href} without TLS gives root on that host to whoever reaches its port: configure TLS or allow it explicitly`,
    );
  }
  if (parsed.protocol === 'simulated:') return connectSimulated(simulatedHost(parsed.hostname), options.deadlines);
  return connectDocker(parsed, options);
}
