import { expect, it } from 'vitest';

import type { Bench } from './bench.ts';

/** Enough for a command that ends at once, on a busy machine. */
const AMPLE = { timeoutMs: 20_000 };

async function running(bench: Bench): Promise<string> {
  const { containerId } = await bench.engine.create(bench.spec({ env: { MODE: 'sleep' } }));
  await bench.engine.start(containerId);
  return containerId;
}

export function execConformance(bench: Bench): void {
  it('tells the exit code and the output of a command', async () => {
    const id = await running(bench);
    expect(await bench.engine.exec(id, ['echo', 'hello'], AMPLE)).toEqual({ exitCode: 0, output: 'hello' });
    expect(await bench.engine.exec(id, ['false'], AMPLE)).toEqual({ exitCode: 1, output: '' });
  });

  it('tells a command that cannot be run from one that failed', async () => {
    const id = await running(bench);
    const { exitCode, output } = await bench.engine.exec(id, ['no-such-command'], AMPLE);
    expect(exitCode === 126 || exitCode === 127).toBe(true);
    expect(output).toMatch(/no-such-command/);
  });

  it('has no exit code for what does not end in time, and does not wait for it', async () => {
    const id = await running(bench);
    const began = performance.now();
    expect(await bench.engine.exec(id, ['sleep', '30'], { timeoutMs: 300 })).toEqual({
      exitCode: undefined,
      output: '',
    });
    expect(performance.now() - began).toBeLessThan(10_000);
    expect((await bench.engine.inspect(id))?.phase).toBe('running');
  });

  it('throws where there is no container, or it does not run, and ends with the signal', async () => {
    const { containerId } = await bench.engine.create(bench.spec());
    await expect(bench.engine.exec('no-such-container', ['true'], AMPLE)).rejects.toMatchObject({ code: 'not-found' });
    await expect(bench.engine.exec(containerId, ['true'], AMPLE)).rejects.toMatchObject({ code: 'refused' });
    const given = new AbortController();
    const asking = bench.engine.exec(await running(bench), ['sleep', '30'], { ...AMPLE, signal: given.signal });
    const reason = new Error('given up');
    given.abort(reason);
    await expect(asking).rejects.toBe(reason);
  });
}
