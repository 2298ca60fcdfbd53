import { describe, expect, it } from 'vitest';

import { rejection } from '../support/matchers.ts';
import { awaitLine, type Bench } from './bench.ts';
import { collect, takeUntil } from './waiting.ts';

export function hostConformance(bench: Bench): void {
  describe('host', () => {
    it('tells its name, version and clock', async () => {
      const info = await bench.engine.info();
      expect(info.name).not.toBe('');
      expect(info.version).not.toBe('');
      expect(Math.abs(info.now.getTime() - Date.now())).toBeLessThan(60_000);
    });

    it('answers a ping', async () => {
      await expect(bench.engine.ping()).resolves.toBeUndefined();
      const reason = new Error('changed my mind');
      await expect(bench.engine.ping(AbortSignal.abort(reason))).rejects.toBe(reason);
    });

    it('tells its capacity', async () => {
      const capacity = await bench.engine.capacity();
      expect(capacity.cpuMillis).toBeGreaterThanOrEqual(1_000);
      expect(capacity.memoryBytes).toBeGreaterThan(2 ** 28);
    });

    it('rejects with the reason of a signal that is aborted', async () => {
      const reason = new Error('changed my mind');
      await expect(bench.engine.info(AbortSignal.abort(reason))).rejects.toBe(reason);
      await expect(bench.engine.create(bench.spec(), AbortSignal.abort(reason))).rejects.toBe(reason);
    });

    it('rejects with the reason of a signal that aborts on the way', async () => {
      const id = await bench.run(bench.spec({ env: { MODE: 'stubborn' } }));
      await awaitLine(bench, id, 'ignoring SIGTERM');
      const controller = new AbortController();
      const reason = new Error('changed my mind');
      const events = bench.engine.events({
        since: (await bench.engine.info()).now,
        signal: AbortSignal.timeout(15_000),
      });
      const stopping = bench.engine.stop(id, 60, controller.signal);
      const rejected = rejection(stopping);
      // The signal has arrived at the container: the stop is under way.
      for await (const event of events) if (event.type === 'kill' && event.containerId === id) break;
      controller.abort(reason);
      expect(await rejected).toBe(reason);
    });

    it('ends calls and streams of a handle that is closed', async () => {
      const handle = bench.harness.connect();
      const reading = handle.events({ since: (await handle.info()).now, signal: new AbortController().signal });
      const id = await bench.run(bench.spec());
      await takeUntil(reading, (event) => event.containerId === id);
      const ended = rejection(collect(reading));
      await handle[Symbol.asyncDispose]();
      expect(await ended).toMatchObject({ code: 'unreachable' });
      await expect(handle.info()).rejects.toMatchObject({ code: 'unreachable' });
      await expect(handle.ping()).rejects.toMatchObject({ code: 'unreachable' });
      await expect(bench.engine.inspect(id)).resolves.toMatchObject({ id });
    });
  });
}
