import { randomUUID } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { tarOf } from '../support/images.ts';
import type { Bench } from './bench.ts';

/** An image that no other test has. */
async function built(bench: Bench, reference: string): Promise<string> {
  const files = { Dockerfile: 'FROM scratch\nCOPY id /id\n', id: randomUUID() };
  await bench.engine.build(tarOf(files), reference, undefined, undefined, { memoryBytes: 512 * 2 ** 20 });
  const id = await bench.engine.imageId(reference);
  if (id === undefined) throw new Error('what was built is not there');
  return id;
}

export function transferConformance(bench: Bench): void {
  describe('images that travel', () => {
    it('are saved, and loaded again as the same image under the same name', async () => {
      const { buildTag } = bench.harness;
      const id = await built(bench, buildTag);
      const chunks: Uint8Array[] = [];
      for await (const chunk of bench.engine.saveImage(buildTag)) chunks.push(chunk);
      expect(await bench.engine.removeImage(buildTag)).toBe(true);
      expect(await bench.engine.imageId(buildTag)).toBeUndefined();
      async function* tar(): AsyncGenerator<Uint8Array> {
        yield* chunks;
      }
      await bench.engine.loadImage(tar());
      expect(await bench.engine.imageId(buildTag)).toBe(id);
      await bench.harness.forget(buildTag);
    });

    it('that are absent cannot be saved, pushed or removed', async () => {
      const { engine } = bench;
      const absent = 'deploy-svc-test/absent:1';
      await expect(engine.saveImage(absent)[Symbol.asyncIterator]().next()).rejects.toMatchObject({
        code: 'image-not-found',
      });
      await expect(engine.pushImage(absent)).rejects.toMatchObject({ code: 'image-not-found' });
      expect(await engine.removeImage(absent)).toBe(false);
    });

    it('tell a failure of their source, and leave nothing', async () => {
      const failure = new Error('the other engine is gone');
      async function* broken(): AsyncGenerator<Uint8Array> {
        yield Buffer.from('{');
        throw failure;
      }
      await expect(bench.engine.loadImage(broken())).rejects.toThrow('the other engine is gone');
      expect(await bench.engine.imageId(bench.harness.buildTag)).toBeUndefined();
    });

    it('are pushed to the registry of their name', async () => {
      const { pushable } = bench.harness;
      await built(bench, pushable);
      expect(await bench.engine.isPullable(pushable)).toBe(false);
      await bench.engine.pushImage(pushable);
      expect(await bench.engine.isPullable(pushable)).toBe(true);
      await bench.harness.forget(pushable);
    });

    it('stay while a container uses them', async () => {
      const { buildTag, image } = bench.harness;
      const source = tarOf({ Dockerfile: `FROM ${image}\nCOPY id /id\n`, id: randomUUID() });
      await bench.engine.build(source, buildTag);
      await bench.run(bench.spec({ image: buildTag, env: { MODE: 'sleep' } }));
      expect(await bench.engine.removeImage(buildTag)).toBe(false);
      expect(await bench.engine.imageId(buildTag)).toBeDefined();
      await bench.harness.forget(buildTag);
    });
  });
}
