import { describe, expect, test } from 'vitest';

import { createChannel } from './channel.ts';

const never = new AbortController().signal;

/** Everything that was asked to happen has happened, but for what waits on somebody. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a channel', () => {
  test('makes its writers wait for a slow reader, and holds no more than its capacity', async () => {
    const channel = createChannel<number>(2);
    let written = 0;
    const write = async (): Promise<void> => {
      for (let item = 0; item < 100; item += 1) if (await channel.put(item)) written += 1;
      channel.close();
    };
    const writing = write();
    await settled();
    expect(written).toBe(2);
    const read: number[] = [];
    for await (const item of channel.read(never)) {
      read.push(item);
      await settled();
      expect(written).toBeLessThanOrEqual(read.length + 2);
    }
    await writing;
    expect(read).toEqual(Array.from({ length: 100 }, (_, index) => index));
  });

  test('lets its writers go when nobody reads any more', async () => {
    const channel = createChannel<number>(1);
    await channel.put(1);
    const second = channel.put(2);
    const third = channel.put(3);
    for await (const item of channel.read(never)) {
      expect(item).toBe(1);
      break;
    }
    expect(await second).toBe(true);
    expect(await third).toBe(false);
    expect(await channel.put(4)).toBe(false);
  });

  test('ends with the signal, and throws what it was closed with', async () => {
    const gone = new AbortController();
    const reading = createChannel<number>(1).read(gone.signal).next();
    gone.abort();
    expect((await reading).done).toBe(true);
    const broken = createChannel<number>(1);
    await broken.put(1);
    broken.close(new Error('broken'));
    const reader = broken.read(never);
    expect((await reader.next()).value).toBe(1);
    await expect(reader.next()).rejects.toThrow('broken');
  });
});
