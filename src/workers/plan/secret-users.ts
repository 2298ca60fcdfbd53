import type { DefinitionState } from '../../domain/definition/evolve.ts';
import { secretsUsedBy } from '../../domain/deployment/derive-template.ts';
import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import { DEFAULT_APP, secretKey } from '../../domain/secret/name.ts';
import type { EventStore } from '../../store/event-store.ts';
import type { Row } from '../../store/projection.ts';

/** Deployments whose envars, or whose definition's, refer to the secret. `key`: see `secretKey`. */
export async function usersOfSecret(
  store: Pick<EventStore, 'rows'>,
  key: string,
): Promise<readonly Row<DeploymentState>[]> {
  const deployments = await store.rows<DeploymentState>('deployments', { phase: 'live' });
  const ids = [...new Set(deployments.map(({ state }) => state.definitionId))];
  const rows = ids.length === 0 ? [] : await store.rows<DefinitionState>('definitions', { id: ids });
  const definitions = new Map(rows.map(({ id, state }) => [id, state.spec]));
  return deployments.filter(({ state: { spec, pinned, definitionId, app = DEFAULT_APP } }) => {
    return secretsUsedBy({ spec, pinned }, definitions.get(definitionId)).some((name) => secretKey(app, name) === key);
  });
}
