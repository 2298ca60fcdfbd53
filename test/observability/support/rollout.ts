import { createClient, type Client } from '../../../src/api/client.ts';
import { createSimulatedHost, dropSimulatedHost } from '../../../src/engine/simulated/registry.ts';
import { SERVER_IMAGE } from '../../../src/engine/simulated/script.ts';
import { until } from '../../support/until.ts';

export const IMAGE = 'web:1';
const DEADLINE_MS = 20_000;

/** Simulated hosts that have the image; their URLs as NODES takes them. */
export function simulatedHosts(...names: readonly string[]): Disposable & { readonly nodes: string } {
  for (const name of names) createSimulatedHost(name, { latencies: {}, images: { [IMAGE]: SERVER_IMAGE } });
  return {
    nodes: names.map((name) => `simulated://${name}`).join(','),
    [Symbol.dispose]() {
      for (const name of names) dropSimulatedHost(name);
    },
  };
}

/** A client with the administrator's token. */
export async function adminOf(url: string): Promise<{ readonly client: Client; readonly token: string }> {
  const login = { slug: '1backend', password: 'changeme', appHost: 'unnamed' };
  const { body } = await createClient({ baseUrl: url }).call('login', { body: login });
  const { token } = body.token;
  return { client: createClient({ baseUrl: url, token }), token };
}

/** What a rollout is, and whom it is done for. */
export interface Rollout {
  readonly url: string;
  readonly id: string;
  readonly replicas: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Saves a deployment and waits until it is OK. */
export async function rollOut({ url, id, replicas, headers = {} }: Rollout): Promise<void> {
  const { client, token } = await adminOf(url);
  const definition = { id, image: { name: IMAGE, internalPorts: [8_080] } };
  await client.call('saveDefinition', { body: { definition } });
  const response = await fetch(`${url}/deploy-svc/deployment`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ deployment: { id, definitionId: id, replicas } }),
  });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  await until(`${id} is OK`, DEADLINE_MS, async () => {
    const { body } = await client.call('showDeployment', { params: { id } });
    return body.deployment.status === 'OK';
  });
}
