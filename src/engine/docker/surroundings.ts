import type Docker from 'dockerode';

import type { ContainerState } from '../engine.ts';
import { fromSummary } from './container-state.ts';
import type { DockerApi } from './docker-api.ts';
import { translate } from './failure.ts';
import { pullCode } from './images.ts';

/** See `Engine.listAll`. */
export function listAll(api: DockerApi, signal?: AbortSignal): Promise<readonly ContainerState[]> {
  const request = { method: 'GET', path: '/containers/json', query: { all: true } } as const;
  return translate(`list containers on ${api.url}`, signal, async () => {
    const answer = await api.call(request, { signal, deadline: api.deadlines.read });
    return (answer as Docker.ContainerInfo[]).map(fromSummary);
  });
}

/** See `Engine.isPullable`. The engine asks the registry for what the reference stands for, and takes nothing. */
export async function isPullable(api: DockerApi, reference: string, signal?: AbortSignal): Promise<boolean> {
  const request = { method: 'GET', path: `/distribution/${encodeURIComponent(reference)}/json` } as const;
  const operation = `look up ${reference} from ${api.url}`;
  try {
    const options = { signal, deadline: api.deadlines.pullIdle };
    await translate(
      operation,
      signal,
      () => api.call(request, options),
      ({ status, message }) =>
        // The engine says 404 and 401 for what the registry does not have, or not for us.
        [401, 403, 404].includes(status) ? 'image-not-found' : pullCode(message),
    );
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'image-not-found';
}

interface NetworkAnswer {
  readonly IPAM?: { readonly Config?: readonly { readonly Subnet?: string; readonly Gateway?: string }[] | null };
}

/** See `Engine.gateway`. */
export function readGateway(api: DockerApi, signal?: AbortSignal): Promise<string> {
  const request = { method: 'GET', path: '/networks/bridge' } as const;
  return translate(`ask ${api.url} for its bridge`, signal, async () => {
    const network = (await api.call(request, { signal, deadline: api.deadlines.read })) as NetworkAnswer;
    // The bridge may have an IPv6 subnet beside the other one; containers reach the host by either.
    const configured = network.IPAM?.Config ?? [];
    const given = configured.find(({ Gateway }) => Gateway !== undefined && Gateway !== '')?.Gateway;
    const derived = configured.map(({ Subnet = '' }) => firstOf(Subnet)).find((address) => address !== undefined);
    const address = given ?? derived;
    if (address === undefined) throw new Error('its bridge has no subnet');
    return address.replace(/\/\d+$/, '');
  });
}

/** Engines that were not told a gateway give the bridge the first address of its subnet, and say nothing of it. */
function firstOf(subnet: string): string | undefined {
  const [, network, last] = /^(\d+\.\d+\.\d+)\.(\d+)\/\d+$/.exec(subnet) ?? [];
  return network === undefined ? undefined : `${network}.${Number(last) + 1}`;
}
