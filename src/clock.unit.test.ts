import { describe, expect, it } from 'vitest';

import { systemClock, virtualClock } from './clock.ts';

describe('virtual clock', () => {
  it('stands still until it is advanced', async () => {
    const clock = virtualClock(new Date(1_000));
    const woken: string[] = [];
    const sleep = async (name: string, ms: number): Promise<void> => {
      await clock.sleep(ms);
      woken.push(`${name} at ${clock.now().getTime()}`);
    };
    const all = Promise.all([sleep('b', 200), sleep('a', 100), sleep('a too', 100), sleep('c', 301)]);
    await clock.advance(99);
    expect(woken).toEqual([]);
    await clock.advance(201);
    expect(woken).toEqual(['a at 1100', 'a too at 1100', 'b at 1200']);
    expect(clock.now()).toEqual(new Date(1_300));
    expect(clock.sleeping).toBe(1);
    expect(await clock.advanceToNext()).toBe(true);
    await all;
    expect(woken.at(-1)).toBe('c at 1301');
    expect(await clock.advanceToNext()).toBe(false);
  });

  it('lets sleepers sleep again on the way, each at its own time', async () => {
    const clock = virtualClock(new Date(0));
    const times: number[] = [];
    const ticking = (async () => {
      for (let count = 0; count < 3; count += 1) {
        await clock.sleep(10);
        times.push(clock.now().getTime());
      }
    })();
    await clock.advance(100);
    await ticking;
    expect(times).toEqual([10, 20, 30]);
  });
});

describe.each([
  ['virtual', virtualClock()],
  ['system', systemClock],
])('%s clock', (_name, clock) => {
  it("rejects with the signal's reason", async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const sleeping = clock.sleep(60_000, controller.signal);
    const rejected = sleeping.catch((error: unknown) => error);
    controller.abort(reason);
    expect(await rejected).toBe(reason);
    await expect(clock.sleep(60_000, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

describe('system clock', () => {
  it('sleeps at least as long as asked', async () => {
    const begin = performance.now();
    await systemClock.sleep(20);
    expect(performance.now() - begin).toBeGreaterThanOrEqual(19);
  });
});
