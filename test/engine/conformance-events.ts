import { describe, expect, it } from 'vitest';

import { type EngineEvent, LABEL } from '../../src/engine/engine.ts';
import type { Bench } from './bench.ts';
import { takeUntil, tellEvent } from './waiting.ts';

export function eventConformance(bench: Bench): void {
  describe('events', () => {
    const since = async (): Promise<Date> => (await bench.engine.info()).now;
    const of = (events: readonly EngineEvent[], id: string): readonly EngineEvent[] =>
      events.filter((event) => event.containerId === id);

    it('tell a life in order', async () => {
      const begin = await since();
      const spec = bench.spec({ env: { MODE: 'exit', CODE: '4' } });
      const id = await bench.run(spec);
      await expect.poll(async () => (await bench.engine.inspect(id))?.phase, { timeout: 10_000 }).toBe('exited');
      await bench.engine.remove(id);
      const controller = new AbortController();
      const destroyed = (event: EngineEvent): boolean => event.type === 'destroy' && event.containerId === id;
      const events = of(
        await takeUntil(bench.engine.events({ since: begin, signal: controller.signal }), destroyed),
        id,
      );
      controller.abort();
      expect(events.map(tellEvent)).toEqual(['create', 'start', 'die 4', 'destroy']);
      for (const event of events) expect(event.labels).toMatchObject(spec.labels);
      expect(events.map((event) => event.at)).toEqual(
        events.map((event) => event.at).toSorted((a, b) => a.getTime() - b.getTime()),
      );
      expect(events[0]?.at.getTime()).toBeGreaterThanOrEqual(begin.getTime());
    });

    it('tell of a stop', async () => {
      const begin = await since();
      const id = await bench.run(bench.spec({ env: { MODE: 'sleep' } }));
      await bench.engine.stop(id, 10);
      const controller = new AbortController();
      const stopped = (event: EngineEvent): boolean => event.type === 'stop' && event.containerId === id;
      const events = of(await takeUntil(bench.engine.events({ since: begin, signal: controller.signal }), stopped), id);
      controller.abort();
      expect(events.map((event) => event.type)).toEqual(['create', 'start', 'kill', 'die', 'stop']);
    });

    it('come as they happen', async () => {
      const controller = new AbortController();
      const spec = bench.spec();
      const reading = bench.engine.events({ since: await since(), signal: controller.signal });
      const first = takeUntil(reading, (event) => event.labels[LABEL.replica] === spec.name);
      const { containerId } = await bench.engine.create(spec);
      expect((await first).at(-1)).toMatchObject({ type: 'create', containerId });
      controller.abort();
      expect(await reading.next()).toMatchObject({ done: true });
    });

    it('are not lost between two readers, resumed from the last one seen', async () => {
      const ids: string[] = [];
      const begin = await since();
      for (let count = 0; count < 5; count += 1) ids.push((await bench.engine.create(bench.spec())).containerId);
      const seen: EngineEvent[] = [];
      // A reader that breaks off after each event and begins anew, as over a bad network.
      while (seen.at(-1)?.containerId !== ids.at(-1)) {
        const controller = new AbortController();
        const from = seen.at(-1)?.at ?? begin;
        const isNew = (event: EngineEvent): boolean =>
          ids.includes(event.containerId) && !seen.some((each) => each.containerId === event.containerId);
        const read = await takeUntil(bench.engine.events({ since: from, signal: controller.signal }), isNew);
        controller.abort();
        seen.push(...read.filter(isNew).slice(0, 1));
      }
      expect(seen.map((event) => event.containerId)).toEqual(ids);
    });

    it('tell only of what is ours', async () => {
      const begin = await since();
      const { name } = bench.spec();
      await (await bench.harness.runForeign(name))[Symbol.asyncDispose]();
      const { containerId } = await bench.engine.create(bench.spec());
      const controller = new AbortController();
      const events = await takeUntil(
        bench.engine.events({ since: begin, signal: controller.signal }),
        (event) => event.containerId === containerId,
      );
      controller.abort();
      expect(events.every((event) => event.labels[LABEL.managed] === 'true')).toBe(true);
    });

    it('tell of health', async () => {
      const begin = await since();
      const id = await bench.run(bench.spec({ image: bench.harness.checkedImage }));
      expect((await bench.engine.inspect(id))?.health).toMatch(/starting|healthy/);
      const controller = new AbortController();
      const healthy = (event: EngineEvent): boolean => event.type === 'health' && event.containerId === id;
      const events = await takeUntil(bench.engine.events({ since: begin, signal: controller.signal }), healthy);
      controller.abort();
      expect(events.at(-1)?.health).toBe('healthy');
      expect((await bench.engine.inspect(id))?.health).toBe('healthy');
    });

    it('end at once when the signal aborts', async () => {
      const controller = new AbortController();
      const reading = bench.engine.events({ signal: controller.signal })[Symbol.asyncIterator]();
      const pending = reading.next();
      await bench.engine.info();
      controller.abort();
      expect(await pending).toMatchObject({ done: true });
    });
  });
}
