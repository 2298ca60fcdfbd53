/** Where the published ports of a node's containers are reached; a simulated host's name included, at which nobody answers. */
export function nodeHost(nodeUrl: string): string {
  const { protocol, hostname } = new URL(nodeUrl);
  return protocol === 'unix:' ? '127.0.0.1' : hostname;
}
