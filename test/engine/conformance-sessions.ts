import { expect, it } from 'vitest';

import type { ExecSession, SessionOptions } from '../../src/engine/engine.ts';
import { within } from '../support/within.ts';
import type { Bench } from './bench.ts';

async function running(bench: Bench): Promise<string> {
  return bench.run(bench.spec({ env: { MODE: 'sleep' } }));
}

const PLAIN: SessionOptions = { tty: false, stdin: false };
const WITH_INPUT: SessionOptions = { tty: false, stdin: true };
const TERMINAL: SessionOptions = { tty: true, stdin: true };

interface Said {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | undefined;
}

/** What it says until it ends. */
async function hear(session: ExecSession): Promise<Said> {
  const said = { stdout: '', stderr: '' };
  const listen = async (): Promise<void> => {
    for await (const { stream, bytes } of session.output) said[stream] += bytes.toString();
  };
  await within(20_000, 'the end of the session', listen());
  return { ...said, code: await session.exitCode() };
}

export function sessionConformance(bench: Bench): void {
  it('keeps the outputs apart and tells the exit code', async () => {
    const id = await running(bench);
    await using good = await bench.engine.openSession(id, ['echo', 'hello'], PLAIN);
    expect(await hear(good)).toEqual({ stdout: 'hello\n', stderr: '', code: 0 });
    await using bad = await bench.engine.openSession(id, ['ls', '/nowhere'], PLAIN);
    expect(await hear(bad)).toEqual({ stdout: '', stderr: expect.stringContaining('/nowhere') as string, code: 1 });
  });

  it('carries the input to the command, and its end', async () => {
    const id = await running(bench);
    await using session = await bench.engine.openSession(id, ['cat'], WITH_INPUT);
    const hearing = hear(session);
    await session.write(Buffer.from('one\n'));
    await session.write(Buffer.from('two\n'));
    session.endInput();
    await session.write(Buffer.from('late\n'));
    expect(await hearing).toEqual({ stdout: 'one\ntwo\n', stderr: '', code: 0 });
  });

  it('carries a megabyte both ways', async () => {
    const id = await running(bench);
    await using session = await bench.engine.openSession(id, ['cat'], WITH_INPUT);
    const hearing = hear(session);
    const part = Buffer.alloc(65_536, 'x');
    for (let sent = 0; sent < 16; sent += 1) await session.write(part);
    session.endInput();
    expect((await hearing).stdout).toHaveLength(16 * part.length);
  });

  it('gives the command variables', async () => {
    const id = await running(bench);
    await using session = await bench.engine.openSession(id, ['env'], { ...PLAIN, env: { WORD: 'a b=c' } });
    const { stdout, code } = await hear(session);
    expect(stdout.split('\n')).toEqual(expect.arrayContaining(['WORD=a b=c', 'MODE=sleep']));
    expect(code).toBe(0);
  });

  it('has a terminal of the size that it is told, again and again', async () => {
    const id = await running(bench);
    await using session = await bench.engine.openSession(id, ['sh'], TERMINAL);
    const told = Promise.withResolvers<void>();
    let stdout = '';
    const hearing = (async (): Promise<void> => {
      for await (const { bytes } of session.output) {
        stdout += bytes.toString();
        if (stdout.includes('37 101')) told.resolve();
      }
    })();
    await session.resize(101, 37);
    await session.write(Buffer.from('stty size\n'));
    await within(20_000, 'the first size', told.promise);
    await session.resize(80, 24);
    await session.write(Buffer.from('stty size; exit 3\n'));
    await within(20_000, 'the end of the session', hearing);
    expect(stdout).toContain('24 80');
    expect(await session.exitCode()).toBe(3);
  });

  it('does not mind a resize without a terminal', async () => {
    const id = await running(bench);
    await using session = await bench.engine.openSession(id, ['cat'], WITH_INPUT);
    await session.resize(101, 37);
    session.endInput();
    expect((await hear(session)).code).toBe(0);
  });

  it('tells a command that cannot be run', async () => {
    const id = await running(bench);
    await using session = await bench.engine.openSession(id, ['no-such-command'], PLAIN);
    const { stdout, stderr, code } = await hear(session);
    expect(stdout + stderr).toMatch(/no-such-command/);
    expect(code === 126 || code === 127).toBe(true);
  });

  it('ends when the container does', async () => {
    const id = await running(bench);
    await using session = await bench.engine.openSession(id, ['cat'], WITH_INPUT);
    const hearing = hear(session).catch((error: unknown) => error);
    await bench.engine.stop(id, 1);
    await hearing;
    expect((await bench.engine.inspect(id))?.phase).toBe('exited');
  });

  it('breaks when the handle is closed', async () => {
    const id = await running(bench);
    const own = bench.harness.connect();
    await using session = await own.openSession(id, ['cat'], WITH_INPUT);
    const hearing = hear(session);
    const broken = expect(hearing).rejects.toMatchObject({ code: 'unreachable' });
    await own[Symbol.asyncDispose]();
    await broken;
  });

  it('throws where there is no container, or it does not run', async () => {
    const { containerId } = await bench.engine.create(bench.spec());
    await expect(bench.engine.openSession('no-such-container', ['true'], PLAIN)).rejects.toMatchObject({
      code: 'not-found',
    });
    await expect(bench.engine.openSession(containerId, ['true'], PLAIN)).rejects.toMatchObject({ code: 'refused' });
  });
}
