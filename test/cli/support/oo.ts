import { fork, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Call } from './oo-host.ts';

/** The launcher. */
export const OO = fileURLToPath(new URL('../../../bin/oo', import.meta.url));
const HOST = fileURLToPath(new URL('oo-host.ts', import.meta.url));

/** What a run of the command line left behind. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command line with a home of its own, deleted when disposed. */
export interface Shell extends AsyncDisposable {
  readonly home: string;
  oo(args: readonly string[], stdin?: string): Promise<Ran>;
}

/** A fresh home in which nothing is known yet. */
export async function openShell(): Promise<Shell> {
  const home = await mkdtemp(join(tmpdir(), 'oo-home-'));
  return {
    home,
    oo: (args, stdin = '') => runOo({ args, env: { ...process.env, HOME: home }, stdin }),
    async [Symbol.asyncDispose]() {
      await rm(home, { recursive: true });
    },
  };
}

/** Processes that wait for the next command line; each runs one at a time. They end with the process that started them. */
const idle: ChildProcess[] = [];

async function runOo({ args, env, stdin }: Omit<Call, 'env'> & { readonly env: NodeJS.ProcessEnv }): Promise<Ran> {
  const host = idle.pop() ?? fork(HOST, { execArgv: ['--disable-warning=ExperimentalWarning'] });
  host.ref();
  host.channel?.ref();
  const answer = Promise.withResolvers<Ran>();
  const ended = (code: number | null): void =>
    answer.reject(new Error(`oo ${args.join(' ')} ended its process with ${code}`));
  host.once('message', answer.resolve).once('error', answer.reject).once('exit', ended);
  host.send({ args, env, stdin });
  try {
    const ran = await answer.promise;
    idle.push(host);
    return ran;
  } finally {
    host.off('message', answer.resolve).off('error', answer.reject).off('exit', ended);
    host.unref();
    host.channel?.unref();
  }
}
