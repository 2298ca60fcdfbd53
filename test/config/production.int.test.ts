import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type FreshDatabase, freshDatabase } from '../support/postgres.ts';

const MAIN = resolve(import.meta.dirname, '../../src/main.ts');
const KEY = Buffer.alloc(32, 7).toString('base64');
/** What `SECRET_KEY` is without one, in the form of the setting. */
const KNOWN_KEY = Buffer.from('changeMeToSomethingSecureForReal').toString('base64');

let database: FreshDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

interface End {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** The log says that it serves; it was ended after that. */
  readonly ready: boolean;
}

/** Starts the product as an operator does, and ends it as soon as it serves. */
async function start(settings: Readonly<Record<string, string>>): Promise<End> {
  const child = spawn(process.execPath, [MAIN], {
    env: { DATABASE_URL: database.url, PORT: '0', NODES: 'simulated://one', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  });
  let ready = false;
  child.stderr.on('data', (chunk: Buffer) => {
    if (ready || !chunk.toString().includes('"message":"ready"')) return;
    ready = true;
    child.kill('SIGTERM');
  });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: code as number | null, out, err, ready };
}

describe('NODE_ENV=production', () => {
  test('refuses the key and the password that everybody knows, and says how to make others', async () => {
    const { code, out, err, ready } = await start({ NODE_ENV: 'production', SECRET_KEY: KNOWN_KEY });
    expect({ code, out, ready }).toEqual({ code: 2, out: '', ready: false });
    expect(err.split('\n')).toEqual([
      'SECRET_KEY is the key that everybody knows; make one, the same for every process: openssl rand -base64 32',
      'ADMIN_PASSWORD is the password that everybody knows; make one of your own: openssl rand -base64 18',
      'NODE_ENV=production does not start like this; to try it out all the same: ALLOW_INSECURE_DEFAULTS=true',
      '',
    ]);
    expect(err).not.toContain('changeme');
  });

  test('starts with them where that is allowed, and warns; once stored, the known password is refused again', async () => {
    const allowed = await start({ NODE_ENV: 'production', SECRET_KEY: KEY, ALLOW_INSECURE_DEFAULTS: 'true' });
    expect(allowed, allowed.err).toMatchObject({ code: 0, ready: true });
    expect(allowed.err).toContain('"settings":["ADMIN_PASSWORD"]');
    const own = { NODE_ENV: 'production', SECRET_KEY: KEY, ADMIN_PASSWORD: 'one of our own' };
    const again = await start(own);
    expect(again, again.err).toMatchObject({ code: 2, ready: false });
    expect(again.err).toContain('the account 1backend still has the password that everybody knows');
    const other = await start({ ...own, ADMIN_SLUG: 'operator' });
    expect(other, other.err).toMatchObject({ code: 0, ready: true });
    expect(other.err).not.toContain('insecure defaults');
  }, 180_000);
});
