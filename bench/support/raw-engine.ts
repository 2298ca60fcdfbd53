// The raw calls are what the product is compared with, so they go past its own engine port.
// oxlint-disable-next-line no-restricted-imports
import Docker from 'dockerode';

import { createBody } from '../../src/engine/docker/create-body.ts';
import { DEFAULT_MAX_IN_FLIGHT } from '../../src/engine/docker/options.ts';
import { LABEL } from '../../src/engine/engine.ts';

/** Calls that a worker of ours has in flight at one engine, so the raw side has as many. */
export const RAW_CONCURRENCY = DEFAULT_MAX_IN_FLIGHT;

const docker = new Docker({ socketPath: '/var/run/docker.sock' });

/** Seconds that creating and starting so many containers takes, with the body that the product sends. They are removed again. */
export async function convergeRaw(image: string, containers: number, id: string): Promise<number> {
  try {
    const names = Array.from({ length: containers }, (_, index) => `${id}-${index}`);
    const begin = performance.now();
    const bring = async (): Promise<void> => {
      for (let name = names.shift(); name !== undefined; name = names.shift()) await bringUp(image, id, name);
    };
    await Promise.all(Array.from({ length: RAW_CONCURRENCY }, bring));
    const seconds = (performance.now() - begin) / 1_000;
    const running = await countRunning(id);
    if (running !== containers) throw new Error(`${running} raw containers run instead of ${containers}`);
    return seconds;
  } finally {
    await removeContainers(id);
  }
}

async function bringUp(image: string, id: string, name: string): Promise<void> {
  const labels = { [LABEL.owner]: 'bench', [LABEL.deployment]: id, [LABEL.replica]: name, [LABEL.generation]: '1' };
  const body = createBody({ name, image, labels, env: {}, ports: [{ internal: 8_080 }] });
  const container = await docker.createContainer({ name, ...body });
  await container.start();
}

/** Containers that run under this deployment's label. */
export async function countRunning(id: string): Promise<number> {
  const filters = { label: [`${LABEL.deployment}=${id}`], status: ['running'] };
  return (await docker.listContainers({ filters })).length;
}

/** SIGKILL, as `docker kill` sends it. */
export async function killContainer(id: string): Promise<void> {
  await docker.getContainer(id).kill({ signal: 'SIGKILL' });
}

/** When the engine started it. */
export async function startedAt(id: string): Promise<Date> {
  return new Date((await docker.getContainer(id).inspect()).State.StartedAt);
}

/** Removes the containers of this deployment's label, a few at a time. */
export async function removeContainers(id: string): Promise<void> {
  const found = await docker.listContainers({ all: true, filters: { label: [`${LABEL.deployment}=${id}`] } });
  const remove = async (): Promise<void> => {
    for (let next = found.shift(); next !== undefined; next = found.shift()) {
      await docker.getContainer(next.Id).remove({ force: true, v: true });
    }
  };
  await Promise.all(Array.from({ length: 8 }, remove));
}
