import { describe, expect, it } from 'vitest';

import { anyOf } from '../support/matchers.ts';
import { awaitLine, type Bench } from './bench.ts';
import { collect } from './waiting.ts';

export function logConformance(bench: Bench): void {
  describe('logs', () => {
    it('tells exit code and last words of what has failed', async () => {
      const id = await bench.run(bench.spec({ env: { MODE: 'exit', CODE: '3', MESSAGE: 'no database' } }));
      await expect.poll(async () => (await bench.engine.inspect(id))?.phase, { timeout: 10_000 }).toBe('exited');
      expect(await bench.engine.inspect(id)).toMatchObject({ exitCode: 3 });
      const lines = await collect(bench.engine.logs(id));
      expect(lines).toHaveLength(2);
      expect(lines).toContainEqual({ at: anyOf(Date), stream: 'stdout', text: 'no database' });
      expect(lines).toContainEqual({ at: anyOf(Date), stream: 'stderr', text: 'code 3' });
      for (const { at } of lines) expect(Math.abs((at?.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
    });

    it('gives the last lines, and the lines since a time', async () => {
      const id = await bench.run(bench.spec({ env: { MODE: 'lines', COUNT: '50' } }));
      const all = await collect(bench.engine.logs(id, { follow: true }));
      expect(all.map((line) => line.text)).toEqual(Array.from({ length: 50 }, (_, index) => `line ${index + 1}`));
      expect((await collect(bench.engine.logs(id, { tail: 2 }))).map((line) => line.text)).toEqual([
        'line 49',
        'line 50',
      ]);
      expect(await collect(bench.engine.logs(id, { tail: 0 }))).toEqual([]);
      const last = all.at(-1)?.at;
      const recent = await collect(bench.engine.logs(id, { since: last }));
      expect(recent.at(-1)?.text).toBe('line 50');
      expect(recent.every((line) => (line.at ?? 0) >= (last ?? 0))).toBe(true);
      expect(await collect(bench.engine.logs(id, { since: new Date((last?.getTime() ?? 0) + 1) }))).toEqual([]);
    });

    it('follows until the container ends', async () => {
      const id = await bench.run(bench.spec({ env: { MODE: 'exit', MESSAGE: 'late', START_DELAY: '1' } }));
      const lines = await collect(bench.engine.logs(id, { follow: true }));
      expect(lines.map((line) => line.text).sort()).toEqual(['code 1', 'late']);
    });

    it('follows until the signal aborts', async () => {
      const id = await bench.run(bench.spec());
      await awaitLine(bench, id, 'serving 1 on 8080');
      const controller = new AbortController();
      const texts: string[] = [];
      for await (const line of bench.engine.logs(id, { follow: true, signal: controller.signal })) {
        texts.push(line.text);
        controller.abort();
      }
      expect(texts).toEqual(['serving 1 on 8080']);
      expect(await bench.engine.inspect(id)).toMatchObject({ phase: 'running' });
    });

    it('knows what is absent', async () => {
      await expect(collect(bench.engine.logs('deploy-svc-test-absent'))).rejects.toMatchObject({ code: 'not-found' });
    });
  });
}
