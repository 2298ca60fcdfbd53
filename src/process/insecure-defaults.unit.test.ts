import { expect, test } from 'vitest';

import { readConfig } from '../config.ts';
import { refuseInsecureDefaults } from './insecure-defaults.ts';

const KEY = Buffer.alloc(32, 7).toString('base64');
const KNOWN_KEY = Buffer.from('changeMeToSomethingSecureForReal').toString('base64');

/** What is refused, or else what the log warns of. */
function judged(settings: Readonly<Record<string, string>>): { refused: string[] } | { warned: unknown } {
  let warned: unknown = [];
  const log = { warn: (_: string, fields?: Readonly<Record<string, unknown>>) => void (warned = fields?.['settings']) };
  try {
    refuseInsecureDefaults(readConfig(settings), log);
    return { warned };
  } catch (error) {
    return { refused: String(error).match(/\b(SECRET_KEY|ADMIN_PASSWORD)(?= is the)/g) ?? [] };
  }
}

const production = { NODE_ENV: 'production' };
const both = ['SECRET_KEY', 'ADMIN_PASSWORD'];

test.each([
  [production, { refused: both }],
  [{ ...production, SECRET_KEY: KNOWN_KEY }, { refused: both }],
  [{ ...production, SECRET_KEY: KEY }, { refused: ['ADMIN_PASSWORD'] }],
  [{ ...production, SECRET_KEY: KEY, ADMIN_PASSWORD: 'changeme' }, { refused: ['ADMIN_PASSWORD'] }],
  [{ ...production, ADMIN_PASSWORD: 'one of our own' }, { refused: ['SECRET_KEY'] }],
  // A worker makes no account.
  [{ ...production, ROLES: 'worker' }, { refused: ['SECRET_KEY'] }],
  [{ ...production, ROLES: 'worker', SECRET_KEY: KEY }, { warned: [] }],
  // A gateway has no secrets.
  [{ ...production, ROLES: 'gateway' }, { warned: [] }],
  [{ ...production, ROLES: 'worker,gateway' }, { refused: ['SECRET_KEY'] }],
  [{ ...production, SECRET_KEY: KEY, ADMIN_PASSWORD: 'one of our own' }, { warned: [] }],
  [{ ...production, ALLOW_INSECURE_DEFAULTS: 'true' }, { warned: both }],
  [{}, { warned: both }],
  [{ SECRET_KEY: KEY, ADMIN_PASSWORD: 'one of our own' }, { warned: [] }],
])('%j', (settings, expected) => {
  expect(judged(settings)).toEqual(expected);
});
