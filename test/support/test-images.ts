import { randomBytes, randomUUID } from 'node:crypto';

import { connectEngine } from '../../src/engine/connect.ts';
import { docker, ignoreAbsent, DOCKER_URL, pushImage } from '../engine/docker-harness.ts';
import { buildWebImage, tarOf } from './images.ts';
import { startRegistry } from './registry.ts';

/** Images for tests of the whole product. */
export interface TestImages extends AsyncDisposable {
  /** Present on the engine. */
  readonly local: string;
  /** One that the engine has to pull first; a new one at every call. */
  pullable(): Promise<string>;
}

/** Builds the web image, and starts a registry for images that have to be pulled. */
export async function startTestImages(): Promise<TestImages> {
  await using stack = new AsyncDisposableStack();
  const registry = stack.use(await startRegistry());
  const engine = stack.use(connectEngine(DOCKER_URL));
  const local = 'deploy-svc-test/web:1';
  await buildWebImage(engine, local, '1');
  const whole = stack.move();
  return {
    local,
    async pullable() {
      const reference = `${registry.address}/deploy-svc-test/pulled:${randomUUID().slice(0, 8)}`;
      // A layer that no engine has yet: what is present is not downloaded.
      const files = { Dockerfile: `FROM ${local}\nCOPY blob /blob\n`, blob: randomBytes(2_000_000) };
      await engine.build(tarOf(files), reference);
      await pushImage(reference);
      const forget = (): Promise<void> => ignoreAbsent(docker.getImage(reference).remove({ force: true }));
      await forget();
      whole.defer(forget);
      return reference;
    },
    [Symbol.asyncDispose]: () => whole.disposeAsync(),
  };
}
