import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';

import { InvalidSettings, readConfig, SETTINGS } from '../../src/config.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(resolve(ROOT, file), 'utf8');

const names = Object.keys(SETTINGS.shape);
type Name = keyof typeof SETTINGS.shape;

/** `# NAME=value` or `NAME=value`, with the line above it. */
const examples = new Map(
  read('.env.example')
    .split('\n')
    .flatMap((line, index, lines) => {
      const [, name = '', value = ''] = /^(?:# )?([A-Z][A-Z_]*)=(.*)$/.exec(line) ?? [];
      return name === '' ? [] : [[name, { value, above: lines[index - 1] ?? '' }] as const];
    }),
);

describe('.env.example', () => {
  test('names every setting, and nothing else but what docker-compose.yml asks for', () => {
    const asked = [...read('docker-compose.yml').matchAll(/\$\{([A-Z_]+)/g)].map(([, name = '']) => name);
    expect([...examples.keys()].toSorted()).toEqual([...new Set([...names, ...asked])].toSorted());
  });

  test.each(names)('%s: its default, with an explanation above it', (name) => {
    const example = examples.get(name);
    expect(example?.above).toMatch(/^# .{20,}/);
    expect(readConfig({ [name]: example?.value })[name as Name]).toEqual(readConfig({})[name as Name]);
  });
});

describe('a wrong setting is named with its value and the valid form', () => {
  test.each([
    [
      'DATABASE_URL',
      'mysql://host/db',
      'DATABASE_URL=(not shown) is not a URL like postgres://user:password@host:5432/database',
    ],
    ['PORT', '70000', 'PORT="70000" is not a port from 0 to 65535'],
    ['ROLES', 'api,wroker', 'ROLES="api,wroker" is not a list of api, worker and gateway like "api,worker"'],
    [
      'ADMIN_SLUG',
      'Ada Lovelace',
      'ADMIN_SLUG="Ada Lovelace" is not lower-case letters and digits separated by single dashes',
    ],
    ['TOKEN_LIFE', '5m', 'TOKEN_LIFE="5m" is not a whole number of seconds like 300'],
    ['AUTOSCALE_INTERVAL_SECONDS', '0', 'AUTOSCALE_INTERVAL_SECONDS="0" is not from 1 to 60 seconds'],
    [
      'SECRET_KEY',
      'c2hvcnQ=',
      'SECRET_KEY=(not shown) is not 32 bytes in base64, as "openssl rand -base64 32" makes them',
    ],
    [
      'SECRET_KEY_PREVIOUS',
      `${Buffer.alloc(32).toString('base64')},hunter2`,
      'SECRET_KEY_PREVIOUS=(not shown) is not 32 bytes in base64, as "openssl rand -base64 32" makes them',
    ],
    ['SERVER_URL', '10.0.0.5:11337', 'SERVER_URL="10.0.0.5:11337" is not a URL like http://10.0.0.5:11337'],
    ['ENV_ALLOW', 'A,B-C', 'ENV_ALLOW="A,B-C" is not a list of names like DEPLOY_ENV,BUILD_NUMBER'],
    [
      'ALLOW_HOST_PATHS',
      '/srv/../etc',
      'ALLOW_HOST_PATHS="/srv/../etc" is not a list of absolute paths like /srv/data,/var/lib/models, without "..", "//" or a "/" at the end',
    ],
    ['DOCKER_INSECURE_TCP', 'yes', 'DOCKER_INSECURE_TCP="yes" is not "true" or "false"'],
    ['LOG_LEVEL', 'verbose', 'LOG_LEVEL="verbose" is not one of error, warn, info, debug'],
  ])('%s=%s', (name, value, words) => {
    expect(() => readConfig({ [name]: value })).toThrow(new InvalidSettings([`${words}; see .env.example`]));
  });

  test('all of them at once', () => {
    expect(() => readConfig({ PORT: 'x', LOG_LEVEL: 'y' })).toThrow(/^PORT="x"[^\n]*\nLOG_LEVEL="y"[^\n]*$/);
  });

  test('the password of the database and of the administrator are never shown', () => {
    expect(() => readConfig({ DATABASE_URL: 'postgre://u:hunter2@h/d' })).toThrow(/^(?!.*hunter2)/);
  });
});

test('an empty value counts as absent', () => {
  expect(readConfig({ PORT: '', DATABASE_URL: '', ROLES: '' })).toEqual(readConfig({}));
});

test('lists are separated by commas, with or without spaces', () => {
  expect(readConfig({ NODES: 'simulated://a, simulated://b,' }).NODES).toEqual(['simulated://a', 'simulated://b']);
});

test('a process with wrong settings ends with code 2 and says which, before it starts anything', async () => {
  const child = spawn(process.execPath, [resolve(ROOT, 'src/main.ts')], {
    env: { PORT: '-1', ROLES: 'none' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toBe(
    'PORT="-1" is not a port from 0 to 65535; see .env.example\n' +
      'ROLES="none" is not a list of api, worker and gateway like "api,worker"; see .env.example\n',
  );
});
