import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';

import { until } from '../../support/until.ts';
import { OO, type Shell } from './oo.ts';

/** A command that goes on until it is disposed. */
export interface Started extends AsyncDisposable {
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Waits until it has printed that, at most ten seconds. */
  printed(text: string | RegExp): Promise<void>;
}

/** Starts `oo` on pipes, or on a terminal of its own of that size. */
export function startOo(
  { home }: Shell,
  args: readonly string[],
  terminal?: { readonly columns: number; readonly rows: number },
): Started {
  const env = { ...process.env, HOME: home, XDG_CACHE_HOME: `${home}/.cache`, TERM: 'xterm' };
  const words = [OO, ...args].map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
  // `script` is what gives a program a terminal without a package for it.
  const child: ChildProcessWithoutNullStreams =
    terminal === undefined
      ? spawn(OO, args, { env })
      : spawn('script', ['-qfec', `stty cols ${terminal.columns} rows ${terminal.rows}; exec ${words}`, '/dev/null'], {
          env,
        });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return {
    stdout: () => stdout,
    stderr: () => stderr,
    async printed(text) {
      const holds = async (): Promise<boolean> =>
        typeof text === 'string' ? (stdout + stderr).includes(text) : text.test(stdout + stderr);
      await until(`oo ${args.join(' ')} prints ${String(text)}; so far:\n${stdout}${stderr}`, 10_000, holds);
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const end = once(child, 'close');
      child.kill('SIGTERM');
      await end;
    },
  };
}
