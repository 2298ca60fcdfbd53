import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** The launcher. */
export const OO = fileURLToPath(new URL('../../../bin/oo', import.meta.url));

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
    async oo(args, stdin = '') {
      const child = spawn(OO, args, {
        env: { ...process.env, HOME: home, XDG_CACHE_HOME: join(tmpdir(), 'oo-cache') },
      });
      child.stdin.end(stdin);
      const exit = Promise.withResolvers<number | null>();
      child.once('error', exit.reject);
      child.once('close', exit.resolve);
      const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exit.promise]);
      return { code, stdout, stderr };
    },
    async [Symbol.asyncDispose]() {
      await rm(home, { recursive: true });
    },
  };
}
