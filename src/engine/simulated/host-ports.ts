import type { ContainerSpec } from '../engine.ts';
import { EngineError } from '../engine-error.ts';

export type PublishedPort = { readonly internal: number; readonly host: number };

const FIRST_EPHEMERAL = 32_768;
const LAST_EPHEMERAL = 60_999;

/** The ports of a container that starts, given those in use. Throws `port-taken`. */
export function assignPorts(spec: ContainerSpec, taken: ReadonlySet<number>): readonly PublishedPort[] {
  if (spec.network === 'none') return [];
  const used = new Set(taken);
  const wanted =
    spec.network === 'host' ? spec.ports.map(({ internal }) => ({ internal, host: internal })) : spec.ports;
  for (const { host } of wanted) {
    if (host === undefined) continue;
    if (used.has(host)) {
      throw new EngineError(
        'port-taken',
        `start container ${spec.name}: Bind for 0.0.0.0:${host} failed: port is already allocated`,
      );
    }
    used.add(host);
  }
  const ports = wanted.map(({ internal, host }) => ({ internal, host: host ?? nextFree(used) }));
  return ports.sort((a, b) => a.internal - b.internal || a.host - b.host);
}

function nextFree(used: Set<number>): number {
  for (let port = FIRST_EPHEMERAL; port <= LAST_EPHEMERAL; port += 1) {
    if (used.has(port)) continue;
    used.add(port);
    return port;
  }
  throw new EngineError('port-taken', 'all ephemeral ports are allocated');
}
