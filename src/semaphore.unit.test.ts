import { describe, expect, it } from 'vitest';

import { createSemaphore } from './semaphore.ts';

const never = new AbortController().signal;

describe('semaphore', () => {
  it('lets so many through, the others in order', async () => {
    const places = createSemaphore(2);
    const first = await places.acquire(never);
    await places.acquire(never);
    const order: number[] = [];
    const third = places.acquire(never).then((release) => (order.push(3), release));
    const fourth = places.acquire(never).then((release) => (order.push(4), release));
    await Promise.resolve();
    expect(order).toEqual([]);
    first();
    // A second release of the same place must not let another one in.
    first();
    (await third)();
    await fourth;
    expect(order).toEqual([3, 4]);
  });

  it('lets go who does not want to wait any longer', async () => {
    const places = createSemaphore(1);
    const release = await places.acquire(never);
    const controller = new AbortController();
    const reason = new Error('enough');
    const waiting = places.acquire(controller.signal).catch((error: unknown) => error);
    controller.abort(reason);
    expect(await waiting).toBe(reason);
    release();
    (await places.acquire(never))();
    await expect(places.acquire(AbortSignal.abort(reason))).rejects.toBe(reason);
    await places.acquire(never);
  });
});
