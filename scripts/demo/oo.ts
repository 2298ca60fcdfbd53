import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';

import { type EventView, eventView } from '../../src/api/contract/deploy-schemas.ts';
import { DemoFailed } from './failure.ts';
import { showCommand } from './voice.ts';

const OO = join(import.meta.dirname, '../../bin/oo');

/** The command line, as a user has it, with a home of its own: the user's stays as it is. */
export interface Oo {
  /** Shows the command, runs it, and lets it print. Throws DemoFailed when it fails. */
  run(...args: string[]): Promise<void>;
  /** Runs it unseen and answers with what it printed. */
  read(...args: string[]): Promise<string>;
  /** Logs in with a password that is on no command line. */
  login(slug: string, password: string): Promise<void>;
  /** Shows the command, and answers with the events that it prints until the caller leaves. */
  follow(...args: string[]): AsyncGenerator<EventView, void>;
}

export function openOo(home: string, signal: AbortSignal): Oo {
  const env = { ...process.env, HOME: home, XDG_CACHE_HOME: join(home, '.cache') };
  const options = { env, signal, killSignal: 'SIGTERM' } as const;
  const check = (args: readonly string[], code: unknown): void => {
    signal.throwIfAborted();
    if (code !== 0) throw new DemoFailed(`oo ${args.join(' ')} ended with exit code ${String(code)}`);
  };
  return {
    async run(...args) {
      showCommand(`oo ${args.join(' ')}`);
      const child = spawn(OO, args, { ...options, stdio: ['ignore', 'inherit', 'inherit'] });
      check(args, await ended(child, signal));
    },
    async read(...args) {
      const child = spawn(OO, args, { ...options, stdio: ['ignore', 'pipe', 'inherit'] });
      const [printed, code] = await Promise.all([text(child.stdout), ended(child, signal)]);
      check(args, code);
      return printed;
    },
    async login(slug, password) {
      showCommand(`oo login ${slug}   (the password comes from standard input)`);
      const child = spawn(OO, ['login', slug], { ...options, stdio: ['pipe', 'inherit', 'inherit'] });
      child.stdin.end(`${password}\n`);
      check(['login', slug], await ended(child, signal));
    },
    async *follow(...args) {
      showCommand(`oo ${args.join(' ')}`);
      const child = spawn(OO, args, { ...options, stdio: ['ignore', 'pipe', 'inherit'] });
      const end = ended(child, signal);
      try {
        for await (const line of createInterface({ input: child.stdout })) yield eventView.parse(JSON.parse(line));
        check(args, await end);
        throw new DemoFailed(`oo ${args.join(' ')} ended by itself`);
      } finally {
        child.kill();
        await end;
      }
    },
  };
}

/** The exit code. An abort is no error here: whoever asked for it says so. */
async function ended(child: ReturnType<typeof spawn>, signal: AbortSignal): Promise<unknown> {
  child.once('error', () => {});
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    return code;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}
