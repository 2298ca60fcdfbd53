import { randomBytes, randomUUID } from 'node:crypto';

import Docker from 'dockerode';

import { connectEngine } from '../../src/engine/connect.ts';
import { buildWebImage, tarOf } from '../support/images.ts';
import { startRegistry } from '../support/registry.ts';
import type { EngineHarness } from './harness.ts';

export const DOCKER_URL = 'unix:///var/run/docker.sock';
export const docker = new Docker({ socketPath: '/var/run/docker.sock' });

/** Removes a container or image, or finds it gone. */
export async function ignoreAbsent(removal: Promise<unknown>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (!(error instanceof Error) || !('statusCode' in error) || error.statusCode !== 404) throw error;
  }
}

/** The machine's Docker engine with a registry of its own. */
export async function dockerHarness(): Promise<EngineHarness> {
  const registry = await startRegistry();
  const run = randomUUID().slice(0, 8);
  const image = 'deploy-svc-test/web:1';
  const checkedImage = 'deploy-svc-test/checked:1';
  const pullable = `${registry.address}/deploy-svc-test/blob:${run}`;
  await using engine = connectEngine(DOCKER_URL);
  await buildWebImage(engine, image, '1');
  await buildWebImage(engine, checkedImage, '1', { healthcheck: true });
  // A layer that no engine has yet: what is present is not downloaded.
  await engine.build(tarOf({ Dockerfile: 'FROM scratch\nCOPY blob /blob\n', blob: randomBytes(2_000_000) }), pullable);
  await pushImage(pullable);
  return {
    connect: (deadlines) => connectEngine(DOCKER_URL, { deadlines }),
    image,
    checkedImage,
    buildTag: `deploy-svc-test/built:${run}`,
    pullable,
    pushable: `${registry.address}/deploy-svc-test/pushed:${run}`,
    missing: `${registry.address}/deploy-svc-test/blob:missing`,
    forget: (reference) => ignoreAbsent(docker.getImage(reference).remove({ force: true })),
    forgetVolume: (name) => ignoreAbsent(docker.getVolume(name).remove()),
    async runForeign(name) {
      const container = await docker.createContainer({ name, Image: image, Env: ['MODE=sleep'] });
      await container.start();
      return { [Symbol.asyncDispose]: () => ignoreAbsent(container.remove({ force: true })) };
    },
    async clean(names) {
      await Promise.all(names.map((name) => ignoreAbsent(docker.getContainer(name).remove({ force: true }))));
    },
    async dispose() {
      await ignoreAbsent(docker.getImage(pullable).remove({ force: true }));
      await registry[Symbol.asyncDispose]();
    },
  };
}

/** Pushes the image to the registry that its reference names. */
export async function pushImage(reference: string): Promise<void> {
  const stream = await docker
    .getImage(reference)
    .push({ authconfig: { username: '', password: '', serveraddress: '' } });
  await new Promise<void>((resolve, reject) => {
    const finish = (error: Error | null, messages: readonly { error?: string }[]): void => {
      const failure = error ?? messages.find((message) => message.error !== undefined)?.error;
      if (failure === undefined) resolve();
      else reject(failure instanceof Error ? failure : new Error(failure));
    };
    docker.modem.followProgress(stream, finish);
  });
}
