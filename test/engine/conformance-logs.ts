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
      expect(lines).toContainEqual({ at: anyOf(Date), time: anyOf(String), stream: 'stdout', text: 'no database' });
      expect(lines).toContainEqual({ at: anyOf(Date), time: anyOf(String), stream: 'stderr', text: 'code 3' });
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

    it('tells the time of each line so exactly that reading goes on behind any of them', async () => {
      const id = await bench.run(bench.spec({ env: { MODE: 'lines', COUNT: '50' } }));
      const all = await collect(bench.engine.logs(id, { follow: true }));
      for (const { time } of all) expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
      expect(all.map(({ time = '' }) => time)).toEqual(all.map(({ time = '' }) => time).toSorted());
      for (const from of [0, 17, 49]) {
        const rest = await collect(bench.engine.logs(id, { since: all[from]?.time }));
        const same = rest.findIndex(({ text }) => text === `line ${from + 1}`);
        expect(rest.slice(0, same).every(({ time }) => time === all[from]?.time)).toBe(true);
        expect(rest.slice(same).map(({ text }) => text)).toEqual(all.slice(from).map(({ text }) => text));
      }
    });

    it('can be read of what has ended, as long as it is there', async () => {
      const spec = bench.spec({ env: { MODE: 'exit', CODE: '3', MESSAGE: 'no database' } });
      const id = await bench.run(spec);
      await collect(bench.engine.logs(id, { follow: true }));
      const texts = (await collect(bench.engine.logs(spec.name))).map(({ text }) => text);
      expect(texts.toSorted()).toEqual(['code 3', 'no database']);
      await bench.engine.remove(id);
      await expect(collect(bench.engine.logs(spec.name))).rejects.toMatchObject({ code: 'not-found' });
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
