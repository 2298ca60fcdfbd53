import { nodeHost } from '../domain/node/host.ts';

/** Where the published ports of a node's containers are reached; undefined for a simulated host, which has none that answer. */
export function reachableHost(nodeUrl: string): string | undefined {
  return nodeUrl.startsWith('simulated:') ? undefined : nodeHost(nodeUrl);
}
