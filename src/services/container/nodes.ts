import type { NodeState } from '../../domain/node/evolve.ts';
import { InvalidInput, NotFound } from '../../domain/problem.ts';
import type { ContainerDeps } from './ports.ts';

type Deps = Pick<ContainerDeps, 'store' | 'selfUrl'>;

/** The node of that id or URL; without either that of this machine, else the only one. Throws when it is not clear. */
export async function nodeOf({ store, selfUrl }: Deps, idOrUrl: string | null | undefined): Promise<NodeState> {
  const rows = await store.rows<NodeState>('nodes', { removed: 'false' });
  const nodes = rows.map(({ state }) => state);
  if (idOrUrl) {
    const found = nodes.find(({ id, url }) => id === idOrUrl || url === idOrUrl);
    if (found === undefined) throw new NotFound(`there is no node ${idOrUrl}; oo node list shows those that are`);
    return found;
  }
  const chosen = nodes.find(({ url }) => url === selfUrl) ?? (nodes.length === 1 ? nodes[0] : undefined);
  if (chosen !== undefined) return chosen;
  const hint = nodes.length === 0 ? 'oo node add unix:///var/run/docker.sock' : `nodeId: "${nodes[0]?.id ?? ''}"`;
  throw new InvalidInput([{ field: 'nodeId', message: `is required: there are ${nodes.length} nodes`, hint }]);
}

/** That node alone, or all of them. */
export async function nodesOf(deps: Deps, idOrUrl: string | null | undefined): Promise<readonly NodeState[]> {
  if (idOrUrl) return [await nodeOf(deps, idOrUrl)];
  const rows = await deps.store.rows<NodeState>('nodes', { removed: 'false' });
  return rows.map(({ state }) => state);
}
