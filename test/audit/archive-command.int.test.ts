import { rm } from 'node:fs/promises';

import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { readConfig, type Config } from '../../src/config.ts';
import { createLogger } from '../../src/logger.ts';
import { archiveCommand, type ArchiveAction } from '../../src/process/archive/command.ts';
import { projectionsCommand } from '../../src/process/projections-command.ts';
import { command, definitionSaved, testStore, type TestStore } from '../support/store.ts';
import { archiveWorld, SECRET, type ArchiveWorld } from './archive-world.ts';

let world: TestStore;
let archives: ArchiveWorld;
let config: Config;

beforeAll(async () => {
  world = await testStore();
  archives = await archiveWorld(world);
  config = readConfig({ DATABASE_URL: world.database.url, SECRET_KEY: SECRET.toString('base64') });
  for (let n = 1; n <= 12; n += 1)
    await world.store.append(command(`definition/d${n % 4}`, 'any', [definitionSaved(`d${n % 4}`, `web:${n}`)]));
  await archives.sign(5, 10);
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await archives[Symbol.asyncDispose]();
});

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** What a command prints and ends with. */
async function said(work: () => Promise<number>): Promise<Said> {
  const written = { out: '', err: '' };
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((written.out += String(text)), true)),
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((written.err += String(text)), true)),
  ];
  try {
    return { code: await work(), ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
const log = createLogger('error', { service: 'test' });
const archive = (asked: ArchiveAction): Promise<Said> => said(() => archiveCommand(asked, config, log));
const projections = (archivesAt?: string): Promise<Said> =>
  said(() => projectionsCommand({ action: 'verify', archives: archivesAt }, config, log));

test('a range goes out and comes back by the command, which says each time what is where and what is next', async () => {
  const { directory } = archives;
  const create = (until: string, to = directory): Promise<Said> => archive({ action: 'create', until, directory: to });
  expect(await archive({ action: 'list' })).toMatchObject({
    code: 0,
    out: expect.stringContaining('nothing is archived'),
  });
  expect(await create('99')).toMatchObject({
    code: 2,
    err: expect.stringContaining('position 99 is in the future: the log'),
  });
  expect(await create('11')).toEqual({
    code: 2,
    out: '',
    err: 'Error: position 11 is covered by no signed checkpoint: the last is at 10\nnext: --until 10, or wait: a worker signs one within ten seconds of an event\n',
  });
  expect(await create('3')).toMatchObject({ code: 2, err: expect.stringContaining('the first one after 0 is at 5') });
  expect(await create('9d')).toMatchObject({ code: 2, err: expect.stringContaining('position 0 is archived already') });
  expect(await create('5', '/dev/null/x')).toMatchObject({
    code: 1,
    err: expect.stringContaining('no event of that file has left'),
  });
  expect(await create('7')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^positions 1 to 5 are in events-0+1-0+5\.ndjson\.gz/),
  });
  // All that is older than now, as far as it is covered.
  expect(await create('0s')).toMatchObject({ code: 0, out: expect.stringMatching(/^positions 6 to 10 are in /) });
  const { out } = await archive({ action: 'list' });
  expect(out).toMatch(/^1 to 5 .* sha256 [0-9a-f]{64} .* operator\/.+@.+\n6 to 10 /);

  expect(await projections()).toMatchObject({
    code: 2,
    err: expect.stringContaining('projections verify --archives DIR'),
  });
  expect(await projections(directory)).toMatchObject({
    code: 0,
    out: expect.stringContaining('14 events replayed: identical'),
  });
  expect(await projections('/nowhere')).toMatchObject({
    code: 1,
    err: expect.stringContaining('do not hold at position 1: /nowhere/'),
  });

  const restore = (path: string, from?: number): Promise<Said> => archive({ action: 'restore', path, from });
  expect(await restore(directory, 12)).toMatchObject({
    code: 2,
    err: expect.stringContaining('position 12 is in no archive'),
  });
  expect(await restore('/nowhere')).toMatchObject({ code: 2, err: expect.stringContaining('cannot read /nowhere') });
  expect(await restore('/etc/hostname')).toMatchObject({
    code: 2,
    err: expect.stringContaining('hostname is the file of no archive'),
  });
  expect((await restore(directory, 8)).out).toMatch(/^positions 6 to 10 are back from .*\n$/);
  expect((await restore(`${directory}/events-000000000001-000000000005.ndjson.gz`)).out).toMatch(
    /^positions 1 to 5 are back/,
  );
  expect(await projections()).toMatchObject({ code: 0, out: expect.stringContaining('16 events replayed: identical') });
});

test('who has another key than the workers does not archive', async () => {
  const other = readConfig({ DATABASE_URL: world.database.url, SECRET_KEY: Buffer.alloc(32, 6).toString('base64') });
  const asked = { action: 'create', until: '5', directory: `${archives.directory}/other` } as const;
  expect(await said(() => archiveCommand(asked, other, log))).toMatchObject({
    code: 2,
    err: expect.stringContaining('the checkpoint at 5 is not signed by a key of this installation'),
  });
  await rm(asked.directory, { recursive: true, force: true });
});
