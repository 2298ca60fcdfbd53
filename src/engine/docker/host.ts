import type { EngineCapacity, EngineInfo } from '../engine.ts';
import type { DockerApi } from './docker-api.ts';
import { translate } from './failure.ts';

interface InfoAnswer {
  readonly Name: string;
  readonly ServerVersion: string;
  readonly SystemTime: string;
  readonly NCPU: number;
  readonly MemTotal: number;
  readonly GenericResources?: readonly GenericResource[] | null;
}

interface GenericResource {
  readonly NamedResourceSpec?: { readonly Kind: string; readonly Value: string };
  readonly DiscreteResourceSpec?: { readonly Kind: string; readonly Value: number };
}

/** See `Engine.ping`. */
export async function ping(api: DockerApi, signal?: AbortSignal): Promise<void> {
  const call = { signal, deadline: api.deadlines.read, unqueued: true };
  await translate(`ping ${api.url}`, signal, () => api.call({ method: 'HEAD', path: '/_ping' }, call));
}

/** See `Engine.info`. */
export async function readInfo(api: DockerApi, signal?: AbortSignal): Promise<EngineInfo> {
  const info = await ask(api, signal);
  return { name: info.Name, version: info.ServerVersion, now: new Date(info.SystemTime) };
}

/** See `Engine.capacity`. */
export async function readCapacity(api: DockerApi, signal?: AbortSignal): Promise<EngineCapacity> {
  const info = await ask(api, signal);
  return {
    cpuMillis: info.NCPU * 1_000,
    memoryBytes: info.MemTotal,
    gpus: (info.GenericResources ?? []).flatMap(gpusOf),
  };
}

function ask(api: DockerApi, signal?: AbortSignal): Promise<InfoAnswer> {
  const call = { signal, deadline: api.deadlines.read, unqueued: true };
  return translate(
    `ask ${api.url} for itself`,
    signal,
    async () => (await api.call({ method: 'GET', path: '/info' }, call)) as InfoAnswer,
  );
}

/** `node-generic-resources` of the engine's configuration: `NVIDIA-GPU=<id>` each, or a count. */
function gpusOf(resource: GenericResource): EngineCapacity['gpus'] {
  const { NamedResourceSpec: named, DiscreteResourceSpec: counted } = resource;
  if (named !== undefined && /gpu/i.test(named.Kind)) return [{ name: `${named.Kind}=${named.Value}`, vramBytes: 0 }];
  if (counted === undefined || !/gpu/i.test(counted.Kind)) return [];
  return Array.from({ length: counted.Value }, (_, index) => ({ name: `${counted.Kind}=${index}`, vramBytes: 0 }));
}
