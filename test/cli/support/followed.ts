import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

import type { LogLineRecord } from '../../../src/api/contract/log-schemas.ts';
import { until } from '../../support/until.ts';
import { OO } from './oo.ts';

/** `oo logs … -f -o ndjson` that runs until it is disposed, and what it has printed. */
export interface Followed extends AsyncDisposable {
  readonly lines: readonly LogLineRecord[];
  /** What it says beside the lines. */
  readonly notices: () => string;
  /** Waits until the lines so far pass. */
  until(what: string, passes: (lines: readonly LogLineRecord[]) => boolean): Promise<void>;
}

export function followLogs(home: string, id: string, ...options: readonly string[]): Followed {
  const child = spawn(OO, ['logs', id, '-f', '-o', 'ndjson', ...options], { env: { ...process.env, HOME: home } });
  const lines: LogLineRecord[] = [];
  let notices = '';
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line) as LogLineRecord));
  child.stderr.on('data', (chunk: Buffer) => (notices += chunk.toString()));
  const exited = once(child, 'exit');
  return {
    lines,
    notices: () => notices,
    async until(what, passes) {
      try {
        await until(what, 60_000, async () => passes(lines) || child.exitCode !== null);
      } catch (error) {
        throw new Error(`${String(error)}; ${lines.length} lines; ${notices}`, { cause: error });
      }
      if (!passes(lines)) throw new Error(`it ended with ${child.exitCode} before ${what}: ${notices}`);
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGINT');
      await exited;
    },
  };
}
