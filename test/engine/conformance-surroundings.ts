import { isIPv4 } from 'node:net';

import { describe, expect, it } from 'vitest';

import type { Bench } from './bench.ts';

export function surroundingsConformance(bench: Bench): void {
  describe('surroundings', () => {
    it('lists every container, whosever it is, as a listing tells', async () => {
      const { name } = bench.spec();
      await using _foreign = await bench.harness.runForeign(name);
      const running = await bench.run(bench.spec({ ports: [{ internal: 8080 }], labels: { mine: 'yes' } }));
      const ended = await bench.run(bench.spec({ env: { MODE: 'exit', CODE: '7' } }));
      await expect.poll(async () => (await bench.engine.inspect(ended))?.phase, { timeout: 10_000 }).toBe('exited');
      const all = await bench.engine.listAll();
      expect(all.find((container) => container.name === name)).toMatchObject({ phase: 'running' });
      expect(all.find(({ id }) => id === ended)).toMatchObject({ phase: 'exited', exitCode: 7 });
      const { ports, image } = (await bench.engine.inspect(running)) ?? {};
      expect(ports).toHaveLength(1);
      const found = all.find(({ id }) => id === running);
      expect(found).toMatchObject({ phase: 'running', image, ports, labels: { mine: 'yes' } });
    });

    it('knows which images the registry has, and takes none', async () => {
      const { pullable, missing } = bench.harness;
      await bench.harness.forget(pullable);
      expect(await bench.engine.isPullable(pullable)).toBe(true);
      expect(await bench.engine.isPullable(missing)).toBe(false);
      expect(await bench.engine.hasImage(pullable)).toBe(false);
    });

    it('tells the address by which containers reach the host', async () => {
      const address = await bench.engine.gateway();
      expect(isIPv4(address)).toBe(true);
      expect(address).not.toBe('0.0.0.0');
    });
  });
}
