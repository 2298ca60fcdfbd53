import type { NodeState } from '../../domain/node/evolve.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import { revisionKey, type Revision } from '../../projections/revision.ts';
import { cleaner } from '../../workers/redact.ts';
import type { LogDeps } from './deps.ts';
import { originOf, type Kept, type Source } from './source.ts';

/** Makes sources of replicas; what they have in common is read once. */
export interface Sources {
  of(replica: ReplicaState, given?: { readonly containerId?: string; readonly kept?: Kept }): Promise<Source>;
}

export function sources({ store, vault }: LogDeps): Sources {
  const nodes = new Map<string, Promise<NodeState | undefined>>();
  const cleaners = new Map<string, ReturnType<typeof cleanerOf>>();
  const once = <T>(kept: Map<string, Promise<T>>, key: string, read: () => Promise<T>): Promise<T> => {
    const known = kept.get(key) ?? read();
    kept.set(key, known);
    return known;
  };
  const cleanerOf = async (revision: string): Promise<Pick<Source, 'clean' | 'unrecognised'>> => {
    const given = Object.entries((await store.row<Revision>('revisions', revision))?.state.template.secrets ?? {});
    if (given.length === 0) return { clean: (text) => text, unrecognised: 0 };
    const values = await vault.values(given.map(([, fingerprint]) => fingerprint));
    const known = given.flatMap(([name, fingerprint]) => {
      const value = values.get(fingerprint);
      return value === undefined ? [] : [{ name, value }];
    });
    return { clean: cleaner(known, { whole: true }), unrecognised: given.length - known.length };
  };
  return {
    async of(replica, { containerId, kept } = {}) {
      const { nodeId, deploymentId, revision } = replica;
      const key = revisionKey(deploymentId, revision);
      const node = await once(nodes, nodeId, async () => (await store.row<NodeState>('nodes', nodeId))?.state);
      const cleaning = await once(cleaners, key, () => cleanerOf(key));
      const failure = kept ?? keptOf(replica);
      return { origin: originOf(replica, containerId), node, ...cleaning, ...(failure && { kept: failure }) };
    },
  };
}

/** What its last failure keeps, while no new generation has taken its place. */
function keptOf({ status, failure, failedAt }: ReplicaState): Kept | undefined {
  if (status !== 'Failed' || failure === undefined) return undefined;
  const at = failedAt === undefined ? undefined : new Date(failedAt).toISOString();
  return { lines: failure.lastLogs ?? [], at, message: failure.message };
}
