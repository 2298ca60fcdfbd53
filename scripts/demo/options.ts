import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const USAGE = `npm run demo [-- OPTIONS]
  --simulate   simulated engines instead of Docker: nothing is installed, nothing listens but the API
  --yes        install what is missing (a Docker engine, busybox) without asking; CI=true does the same
  --keep       leave everything running at the end
  --end        end what --keep has left running, and nothing else
  --dir DIR    keep state, logs and the database there (default: one folder per user in ${tmpdir()})
  --help       print this`;

/** What the demo was asked to do. */
export interface DemoOptions {
  readonly simulate: boolean;
  readonly yes: boolean;
  readonly keep: boolean;
  readonly end: boolean;
  readonly help: boolean;
  /** Absolute. Everything that the demo writes is below it. */
  readonly dir: string;
}

/** Reads the command line. Throws TypeError for what it does not know. */
export function readOptions(argv: readonly string[]): DemoOptions {
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: { simulate: flag, yes: flag, keep: flag, end: flag, help: flag, dir: { type: 'string' } },
  });
  return { ...values, dir: resolve(values.dir ?? join(tmpdir(), `deploy-svc-demo-${userInfo().username}`)) };
}
