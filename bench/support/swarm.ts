// Swarm is a peer: it is driven past the product's own engine port.
// oxlint-disable-next-line no-restricted-imports
import Docker from 'dockerode';

import { connectEngine } from '../../src/engine/connect.ts';
import { engineHosts } from '../../test/support/engine-hosts.ts';
import { buildWebImage } from '../../test/support/images.ts';
import { openFeed, type ContainerFeed } from './container-feed.ts';

const IMAGE = 'deploy-svc-bench/web:1';
/** Of the first host of a bench, so that tests with hosts of their own do not get in the way. */
const FIRST_ADDRESS = 100;
/** Swarm asks a registry before every start, unless told that what is there will do; the product asks the engine alone. */
const NO_REGISTRY = { DOCKER_SERVICE_PREFER_OFFLINE_IMAGE: '1' };

/** One engine, a swarm of one node and a node of ours at the same time, with the image on it. */
export interface SharedHost extends AsyncDisposable {
  /** As the product registers it. */
  readonly url: string;
  readonly docker: Docker;
  readonly feed: ContainerFeed;
  readonly image: string;
  readonly version: string;
}

/** Starts an engine in a network namespace of its own, and makes it a swarm of one node. */
export async function openSharedHost(): Promise<SharedHost> {
  await using stack = new AsyncDisposableStack();
  const first = FIRST_ADDRESS + (process.pid % 100);
  const { hosts } = stack.use(await engineHosts(1, { first, env: NO_REGISTRY }));
  const [host] = hosts;
  if (host === undefined) throw new Error('no engine was started');
  const { url } = host;
  const { hostname, port } = new URL(url);
  const docker = new Docker({ protocol: 'http', host: hostname, port: Number(port) });
  {
    await using engine = connectEngine(url, { insecureTcp: true });
    await buildWebImage(engine, IMAGE, '1');
  }
  await docker.swarmInit({ ListenAddr: `${hostname}:2377`, AdvertiseAddr: hostname });
  // The services go before the engine removes its containers, or swarm would start others in their place.
  stack.defer(() => docker.swarmLeave({ force: true }));
  const feed = stack.use(await openFeed(docker));
  const { Version: version } = await docker.version();
  const whole = stack.move();
  return { url, docker, feed, image: IMAGE, version, [Symbol.asyncDispose]: () => whole.disposeAsync() };
}

export const SWARM_SERVICE_LABEL = 'com.docker.swarm.service.id';

export interface SwarmService {
  readonly name: string;
  readonly image: string;
  readonly replicas: number;
  /** Nanoseconds before a task is started again; swarm's own five seconds when absent. */
  readonly restartDelay?: number;
  /** Replicas replaced at a time, each new one before the old one goes. */
  readonly parallelism?: number;
  /** A label of the containers; another one is a new version. */
  readonly version: string;
}

/** What swarm is told: the image with one published port on a free port of the host, as the product publishes it. */
export function swarmSpec(service: SwarmService): Docker.ServiceSpec {
  const { name, image, replicas, restartDelay, parallelism = 1, version } = service;
  return {
    Name: name,
    TaskTemplate: {
      ContainerSpec: { Image: image, Labels: { version } },
      RestartPolicy: { Condition: 'any', ...(restartDelay === undefined ? {} : { Delay: restartDelay }) },
    },
    Mode: { Replicated: { Replicas: replicas } },
    UpdateConfig: { Parallelism: parallelism, Order: 'start-first', Delay: 0, Monitor: 1, FailureAction: 'pause' },
    EndpointSpec: { Ports: [{ Protocol: 'tcp', TargetPort: 8_080, PublishMode: 'host' }] },
  };
}

/** Creates the service; resolves with its id when all its containers have been started. */
export async function createSwarmService({ docker, feed }: SharedHost, service: SwarmService): Promise<string> {
  const started = feed.watch(({ action }, labels) => action === 'start' && labels[NAME_LABEL] === service.name, {
    count: service.replicas,
  });
  const created = await docker.createService(swarmSpec(service));
  await started;
  return created.id;
}

const NAME_LABEL = 'com.docker.swarm.service.name';

/** Containers that run, with these labels. */
export async function runningWith(docker: Docker, label: readonly string[]): Promise<Docker.ContainerInfo[]> {
  return docker.listContainers({ filters: { label: [...label], status: ['running'] } });
}
