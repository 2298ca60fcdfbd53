import { describe, expect, it } from 'vitest';

import { rejection } from '../support/matchers.ts';
import type { Bench } from './bench.ts';

export function networkConformance(bench: Bench): void {
  describe('networks', () => {
    it("tells, in the host's network, the container's own ports while it runs", async () => {
      const [first, second] = [1, 2].map(() => 20_000 + Math.floor(Math.random() * 10_000)).sort((a, b) => a - b);
      const ports = [{ internal: first ?? 0 }, { internal: second ?? 0 }];
      const spec = bench.spec({ network: 'host', ports, env: { MODE: 'sleep' } });
      const id = await bench.run(spec);
      const own = ports.map(({ internal }) => ({ internal, host: internal }));
      expect((await bench.engine.inspect(id))?.ports).toEqual(own);
      expect((await bench.engine.list()).find((container) => container.id === id)?.ports).toEqual(own);
      await bench.engine.stop(id, 5);
      expect((await bench.engine.inspect(id))?.ports).toEqual([]);
    });

    it('publishes nothing without a network', async () => {
      const spec = bench.spec({ network: 'none', ports: [{ internal: 8080 }], env: { MODE: 'sleep' } });
      const id = await bench.run(spec);
      expect(await bench.engine.inspect(id)).toMatchObject({ phase: 'running', ports: [] });
    });

    it('refuses to start in a network that there is not', async () => {
      const { containerId } = await bench.engine.create(bench.spec({ network: 'deploy-svc-test-nowhere' }));
      const error = await rejection(bench.engine.start(containerId));
      expect(error).toMatchObject({ code: 'start-failed' });
      expect(String(error)).toContain('network deploy-svc-test-nowhere not found');
    });

    it('takes volumes by name and a profile', async () => {
      const name = `deploy-svc-test-${process.pid}`;
      const volumes = [{ source: name, target: '/data' }];
      const security = { profile: 'restricted' as const, pidsLimit: 64 };
      const id = await bench.run(bench.spec({ volumes, security, env: { MODE: 'sleep' } }));
      expect(await bench.engine.inspect(id)).toMatchObject({ phase: 'running' });
      await bench.engine.remove(id);
      await bench.harness.forgetVolume(name);
    });
  });
}
