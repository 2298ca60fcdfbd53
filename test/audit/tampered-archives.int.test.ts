import { createPublicKey } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { BrokenArchive } from '../../src/archive/verify-archive.ts';
import { verifyArchives } from '../../src/cli/audit/verify-archives.ts';
import type { ArchiveView } from '../../src/cli/kinds/archive.ts';
import { sql } from '../../src/postgres/database.ts';
import { verifyPart } from '../../src/services/audit/verify.ts';
import { readArchives } from '../../src/store/archives.ts';
import { readCheckpoints } from '../../src/store/audit.ts';
import { command, definitionSaved, testStore, type TestStore } from '../support/store.ts';
import { archiveWorld, KEYS, type ArchiveWorld } from './archive-world.ts';
import { anyTampering, foundAt, tamper } from './tampering.ts';

const [EVENTS, MIDDLE, UNTIL] = [30, 10, 20];

let world: TestStore;
let archives: ArchiveWorld;
let kept: readonly ArchiveView[];
let lines: readonly string[];

beforeAll(async () => {
  world = await testStore({ tampered: true });
  archives = await archiveWorld(world);
  for (let n = 1; n <= EVENTS; n += 1)
    await world.store.append(command(`definition/d${n % 9}`, 'any', [definitionSaved(`d${n % 9}`, `web:${n}`)]));
  await archives.sign(MIDDLE, UNTIL, EVENTS);
  await archives.archive(UNTIL, { eventsPerFile: MIDDLE });
  kept = (await readArchives(world.database.db)).map(({ at, ...each }) => ({ ...each, at: at.toISOString() }));
  const texts = await Promise.all(kept.map(({ file }) => readFile(join(archives.directory, file))));
  lines = texts.flatMap((bytes) => gunzipSync(bytes).toString().trimEnd().split('\n'));
  for (const table of ['events', 'archives', 'archive_times', 'checkpoints'])
    await sql`alter table ${sql.table(table)} disable trigger user`.execute(world.database.db);
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await archives[Symbol.asyncDispose]();
});

const verifyFiles = async (): Promise<number | undefined> => {
  const signed = await readCheckpoints(world.database.db, 0, 100);
  const checkpoints = (async function* () {
    yield* signed;
  })();
  const keys = KEYS.all.map(({ publicKey }) => createPublicKey(publicKey));
  try {
    await verifyArchives(archives.directory, { archives: kept, checkpoints, keys });
    return undefined;
  } catch (error) {
    if (error instanceof BrokenArchive) return error.position;
    throw error;
  }
};

test('honest files and rows hold, as one chain', async () => {
  expect(kept.map(({ first, last }) => [first, last])).toEqual([
    [1, MIDDLE],
    [MIDDLE + 1, UNTIL],
  ]);
  expect(await verifyFiles()).toBeUndefined();
  expect(await verifyPart(world.database.db, KEYS, UNTIL, 1_000)).toMatchObject({
    until: EVENTS + 2,
    fault: undefined,
  });
});

test('500 tamperings of the files of archives are found, each at its position', { timeout: 120_000 }, async () => {
  const paths = kept.map(({ file }) => join(archives.directory, file));
  const honest = await Promise.all(paths.map((path) => readFile(path)));
  await fc.assert(
    fc.asyncProperty(anyTampering(UNTIL, UNTIL), async (tampering) => {
      const all = tamper(lines, tampering);
      for (const [index, path] of paths.entries()) {
        const [from, to] = index === 0 ? [0, MIDDLE] : [MIDDLE, undefined];
        const own = all.slice(from, to).join('\n');
        // What is no gzip is read as it stands; a file that nobody touched keeps its bytes.
        await writeFile(path, own === lines.slice(from, to).join('\n') ? (honest[index] ?? '') : own);
      }
      expect(await verifyFiles()).toBe(foundAt(tampering, [MIDDLE, UNTIL]));
    }),
    { numRuns: 500 },
  );
  for (const [index, path] of paths.entries()) await writeFile(path, honest[index] ?? '');
});

test('a missing file, and one in the place of another, are found at their first position', async () => {
  const [one = '', other = ''] = kept.map(({ file }) => join(archives.directory, file));
  const [honest, second] = [await readFile(one), await readFile(other)];
  await rm(other);
  expect(await verifyFiles()).toBe(MIDDLE + 1);
  await writeFile(other, honest);
  expect(await verifyFiles()).toBe(MIDDLE + 1);
  await writeFile(one, second);
  expect(await verifyFiles()).toBe(1);
  await writeFile(one, honest);
  await writeFile(other, second);
  expect(await verifyFiles()).toBeUndefined();
});

test.each<readonly [string, number, number]>([
  [`delete from archives where last = ${UNTIL}`, MIDDLE, MIDDLE + 1],
  ['delete from archives', 0, 1],
  [`delete from archives where last = ${MIDDLE}`, UNTIL, 1],
  [`update archives set hash = sha256(hash) where last = ${UNTIL}`, UNTIL, MIDDLE + 1],
  [`update archives set hash = sha256(hash) where last = ${MIDDLE}`, UNTIL, 1],
  [`update archives set file = 'elsewhere' where last = ${UNTIL}`, UNTIL, MIDDLE + 1],
  [`update archives set sha256 = sha256(sha256) where last = ${MIDDLE}`, UNTIL, 1],
  [`update checkpoints set hash = sha256(hash) where position = ${UNTIL}`, UNTIL, UNTIL],
  [`delete from checkpoints where position = ${MIDDLE}`, UNTIL, MIDDLE],
  [`delete from events where position = ${EVENTS + 2}`, UNTIL, MIDDLE + 1],
  [`delete from events where position = ${UNTIL + 1}`, UNTIL, UNTIL + 1],
  ['delete from events', UNTIL, MIDDLE + 1],
])('%s is found', async (deed, after, position) => {
  const tx = await world.database.db.startTransaction().execute();
  try {
    await sql.raw(deed).execute(tx);
    expect((await verifyPart(tx, KEYS, after, 1_000)).fault?.position).toBe(position);
  } finally {
    await tx.rollback().execute();
  }
});
