import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { OO, type Ran } from '../cli/support/oo.ts';
import { buildWebImage } from '../support/images.ts';
import { testService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';
import { within } from '../support/within.ts';

const IMAGE = 'deploy-svc-test/exec:1';
let service: TestService;

beforeAll(async () => {
  service = await testService({ NODES: 'unix:///var/run/docker.sock' });
  await buildWebImage(service.engine, IMAGE, 'exec');
  const save = async (kind: string, value: object): Promise<void> => {
    const ran = await service.shell.oo(
      [kind, 'save', '-', ...(kind === 'deployment' ? ['--wait'] : [])],
      JSON.stringify(value),
    );
    expect(ran).toMatchObject({ code: 0 });
  };
  await save('definition', { id: 'def_exec', image: { name: IMAGE, internalPorts: [8080] } });
  await save('deployment', { id: 'exec-web', definitionId: 'def_exec', replicas: 2 });
});
afterAll(() => service[Symbol.asyncDispose]());

const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ');

interface OnTerminal {
  /** What it has written to the terminal so far. */
  shown(): string;
  type(keys: string): void;
  resize(columns: number, rows: number): Promise<void>;
  /** Closes the terminal, as somebody who shuts the window. */
  leave(): void;
  readonly end: Promise<number | null>;
}

/** `oo` on a terminal of its own of that size, which util-linux' script makes. */
async function onTerminal(columns: number, rows: number, ...args: readonly string[]): Promise<OnTerminal> {
  const line = `stty cols ${columns} rows ${rows}; echo "tty=$(tty)"; exec ${quoted([OO, ...args])}`;
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    env: { ...process.env, HOME: service.shell.home, SHELL: '/bin/sh' },
  });
  let shown = '';
  child.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString()));
  const end = new Promise<number | null>((resolve) => child.once('close', resolve));
  await until(`the terminal\n${shown}`, 20_000, async () => /tty=\S+/.test(shown));
  return {
    shown: () => shown,
    type: (keys) => void child.stdin.write(keys),
    async resize(toColumns, toRows) {
      const device = /tty=(\S+)/.exec(shown)?.[1] ?? '';
      const stty = spawn('stty', ['-F', device, 'cols', String(toColumns), 'rows', String(toRows)]);
      expect(await new Promise((resolve) => stty.once('close', resolve))).toBe(0);
    },
    leave: () => void child.kill('SIGKILL'),
    end,
  };
}

async function withInput(input: string, ...args: readonly string[]): Promise<Ran> {
  const child = spawn(OO, args, { env: { ...process.env, HOME: service.shell.home } });
  child.stdin.end(input);
  const code = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, stdout, stderr };
}

describe('oo exec', () => {
  test('passes outputs and the exit code on, and says which replica of a deployment it chose', async () => {
    expect(await service.tryOo('exec', 'exec-web', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7')).toEqual({
      code: 7,
      stdout: 'out\n',
      stderr: expect.stringMatching(/^-- in replica exec-web-r1-0 on node_\w+\nerr\n$/) as string,
    });
    const one = await service.tryOo(
      'exec',
      'inst_exec-web-r1-1-g1',
      '-e',
      'WORD=a b',
      '-w',
      '/www',
      '--',
      'sh',
      '-c',
      'echo $WORD; pwd',
    );
    expect(one).toMatchObject({ code: 0, stdout: 'a b\n/www\n' });
  });

  test('passes the input on, and its end', async () => {
    const megabyte = 'x'.repeat(1_048_576);
    const ran = await withInput(megabyte, 'exec', 'exec-web-r1-0', '-i', '--', 'wc', '-c');
    expect(ran).toEqual({ code: 0, stdout: '1048576\n', stderr: '' });
  });

  test('gives a terminal that is resized with the one that it is shown on', async () => {
    const terminal = await onTerminal(101, 37, 'exec', '-it', 'exec-web-r1-0', '--', 'sh');
    await until('the prompt', 20_000, async () => terminal.shown().includes('/ # '));
    terminal.type('stty size\r');
    await until('the size', 20_000, async () => terminal.shown().includes('37 101'));
    await terminal.resize(80, 24);
    await until('the new size', 20_000, async () => {
      terminal.type('stty size\r');
      return terminal.shown().includes('24 80');
    });
    terminal.type('echo slee$((1))ing; sleep 1000\r');
    await until(`it sleeps\n${terminal.shown()}`, 20_000, async () => terminal.shown().includes('slee1ing'));
    // Ctrl-C is the command's, and what was typed with it is lost, as on any terminal.
    await until('the shell has its terminal back', 20_000, async () => {
      terminal.type('\u0003');
      terminal.type('echo bac$((1))k\r');
      return terminal.shown().includes('bac1k');
    });
    terminal.type('exit 5\r');
    expect(await within(20_000, `the end\n${terminal.shown()}`, terminal.end)).toBe(5);
  });

  test('ends what runs in a shell when the one who talks with it goes away', async () => {
    const terminal = await onTerminal(80, 24, 'exec', '-it', 'exec-web-r1-1', '--', 'sh');
    await until('the prompt', 20_000, async () => terminal.shown().includes('/ # '));
    const running = async (): Promise<string> => service.oo('exec', 'exec-web-r1-1', '--', 'ps');
    terminal.type('sleep 4321\r');
    await until('it runs', 20_000, async () => (await running()).includes('sleep 4321'));
    terminal.leave();
    await within(20_000, `the end\n${terminal.shown()}`, terminal.end);
    await until('nothing of it is left', 20_000, async () => !/sleep 4321|\d sh$/m.test(await running()));
    expect(await running()).toContain('entrypoint');
  });

  test('tells what cannot be run, and what there is nothing of', async () => {
    const cannot = await service.tryOo('exec', 'exec-web-r1-0', '--', 'no-such-program');
    expect(cannot.code).toBe(126);
    expect(cannot.stdout).toContain('no-such-program');
    const nobody = await service.tryOo('exec', 'exec-wep', '--', 'true');
    expect(nobody).toMatchObject({ code: 3, stderr: expect.stringContaining('did you mean exec-web?') as string });
    const noTerminal = await service.tryOo('exec', '-t', 'exec-web', '--', 'true');
    expect(noTerminal).toMatchObject({ code: 2, stderr: expect.stringContaining('no terminal') as string });
    expect((await service.tryOo('exec', 'exec-web')).code).toBe(2);
  });

  test('leaves an event that says who ran what program where, and nothing that may be secret', async () => {
    await service.oo('exec', 'exec-web-r1-1', '-e', 'KEY=hush-value', '--', 'echo', 'hush-argument');
    const listed = JSON.parse(await service.oo('events', '--of', 'exec-web', '-n', '1000', '-o', 'json')) as {
      readonly type: string;
      readonly actor: string;
      readonly data: object;
    }[];
    const { actor, data } = listed.findLast(({ type }) => type === 'ReplicaExecuted') ?? {};
    expect(actor).toBe('user/1backend');
    expect(data).toMatchObject({
      replicaId: 'exec-web-r1-1',
      program: 'echo',
      arguments: 1,
      variables: ['KEY'],
      terminal: false,
    });
    expect(JSON.stringify(listed)).not.toContain('hush');
  });
});
