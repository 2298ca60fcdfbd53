/** Where the published ports of a node's containers are reached; undefined for a simulated host, which has none that answer. */
export function reachableHost(nodeUrl: string): string | undefined {
  return nodeUrl.startsWith('simulated:') ? undefined : nodeHost(nodeUrl);
}

/** The address under which the registry shows them, a simulated host's name included. */
export function nodeHost(nodeUrl: string): string {
  const { protocol, hostname } = new URL(nodeUrl);
  return protocol === 'unix:' ? '127.0.0.1' : hostname;
}
