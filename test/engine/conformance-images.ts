import { describe, expect, it } from 'vitest';

import type { PullProgress } from '../../src/engine/engine.ts';
import { tarOf } from '../support/images.ts';
import { containing, matching } from '../support/matchers.ts';
import type { Bench } from './bench.ts';

export function imageConformance(bench: Bench): void {
  describe('images', () => {
    it('knows which are present', async () => {
      expect(await bench.engine.hasImage(bench.harness.image)).toBe(true);
      expect(await bench.engine.hasImage('deploy-svc-test/absent:1')).toBe(false);
    });

    it('pulls with progress', async () => {
      const { pullable } = bench.harness;
      await bench.harness.forget(pullable);
      expect(await bench.engine.hasImage(pullable)).toBe(false);
      const progress: PullProgress[] = [];
      await bench.engine.pull(pullable, (each) => progress.push(each));
      expect(await bench.engine.hasImage(pullable)).toBe(true);
      const sizes = progress.filter((each) => each.total !== undefined);
      expect(sizes.length).toBeGreaterThan(0);
      expect(sizes.at(-1)?.current).toBe(sizes.at(-1)?.total);
      expect(sizes.at(-1)?.total).toBeGreaterThan(100_000);
      const current = sizes.map((each) => each.current ?? 0);
      expect(current).toEqual(current.toSorted((a, b) => a - b));
    });

    it('has no effect to pull what is present', async () => {
      await bench.engine.pull(bench.harness.pullable);
      await bench.engine.pull(bench.harness.pullable);
      expect(await bench.engine.hasImage(bench.harness.pullable)).toBe(true);
    });

    it('tells that the registry does not have it, in its words', async () => {
      await expect(bench.engine.pull(bench.harness.missing)).rejects.toMatchObject({
        code: 'image-not-found',
        message: containing('manifest unknown'),
      });
      expect(await bench.engine.hasImage(bench.harness.missing)).toBe(false);
    });

    it('builds from a context', async () => {
      const { buildTag } = bench.harness;
      const lines: string[] = [];
      await bench.engine.build(
        tarOf({ Dockerfile: 'FROM scratch\nCOPY hello /hello\n', hello: 'world' }),
        buildTag,
        (line) => lines.push(line),
      );
      expect(await bench.engine.hasImage(buildTag)).toBe(true);
      expect(lines[0]).toBe('Step 1/2 : FROM scratch');
      await bench.harness.forget(buildTag);
    });

    it('tells why a build fails, with the last output', async () => {
      const { buildTag, image } = bench.harness;
      const missing = tarOf({ Dockerfile: `FROM ${image}\nCOPY missing /missing\n` });
      await expect(bench.engine.build(missing, buildTag)).rejects.toMatchObject({
        code: 'build-failed',
        message: containing('missing'),
      });
      const unknown = tarOf({ Dockerfile: 'FROM scratch\nFROB x\n' });
      await expect(bench.engine.build(unknown, buildTag)).rejects.toMatchObject({
        code: 'build-failed',
        message: containing('FROB'),
      });
      const failing = tarOf({ Dockerfile: `FROM ${image}\nRUN ["/bin/busybox", "false"]\n` });
      await expect(bench.engine.build(failing, buildTag)).rejects.toMatchObject({
        code: 'build-failed',
        message: matching(/non-zero code: 1[^]*Step 2\/2 : RUN/),
      });
      expect(await bench.engine.hasImage(buildTag)).toBe(false);
    }, 20_000);

    it('tells a failure of the context as what it is', async () => {
      const failure = new Error('the source is gone');
      // oxlint-disable-next-line require-yield -- it fails before its first chunk
      async function* broken(): AsyncGenerator<Uint8Array> {
        throw failure;
      }
      await expect(bench.engine.build(broken(), bench.harness.buildTag)).rejects.toBe(failure);
    });
  });
}
