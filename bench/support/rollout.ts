import { followEvents } from '../../src/api/client-events.ts';
import type { Client } from '../../src/api/client.ts';
import type { EventView } from '../../src/api/contract/deploy-schemas.ts';

/** How long a rollout may take before the bench gives up. */
const DEADLINE_MS = 120_000;

/**
 * Resolves when the log, after the position, says that the deployment is OK, with the events up to that. Throws when it
 * says that it is not, or says nothing.
 */
export async function awaitOk(client: Client, deploymentId: string, after: number): Promise<readonly EventView[]> {
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const events: EventView[] = [];
  for await (const event of followEvents(client, { after, deploymentId, signal })) {
    events.push(event);
    const { type, data } = event;
    if (type !== 'DeploymentStatusChanged') continue;
    if (data['status'] === 'OK') return events;
    if (data['status'] === 'Error' || data['status'] === 'Failed')
      throw new Error(`${deploymentId} is ${data['status']}: ${String(data['details'])}`);
  }
  throw new Error(`${deploymentId} did not become OK within ${DEADLINE_MS} ms`);
}
