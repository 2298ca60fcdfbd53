import { createClient, type Client } from '../../src/api/client.ts';
import { readConfig } from '../../src/config.ts';
import { until } from '../../test/support/until.ts';

const REMOVAL_MS = 120_000;

/** A client of that API, logged in as the administrator of a new installation. */
export async function administratorAt(baseUrl = ''): Promise<Client> {
  const { ADMIN_SLUG: slug, ADMIN_PASSWORD: password } = readConfig({});
  const { body } = await createClient({ baseUrl }).call('login', { body: { slug, password } });
  return createClient({ baseUrl, token: body.token.token });
}

/** Removes a deployment; resolves when no deployment is left. */
export async function removeLast(client: Client, deploymentId: string): Promise<void> {
  await client.call('deleteDeployment', { body: { deploymentId } });
  await until('nothing of it runs', REMOVAL_MS, async () => {
    const { body } = await client.call('listDeployments', { body: {} });
    return (body.deployments ?? []).length === 0;
  });
}
