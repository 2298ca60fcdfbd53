import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { readLine } from '../../src/domain/audit/export-line.ts';
import { sql } from '../../src/postgres/database.ts';
import { alone } from '../../src/process/archive/ports.ts';
import { archivedRows } from '../../src/process/archive/read.ts';
import { PROJECTIONS } from '../../src/projections/all.ts';
import type { WebhookState } from '../../src/domain/webhook/evolve.ts';
import { verifyPart, type Verified } from '../../src/services/audit/verify.ts';
import { Archived } from '../../src/store/archived.ts';
import { archivedUntil, readArchives } from '../../src/store/archives.ts';
import { readExport } from '../../src/store/audit.ts';
import { replayProjections } from '../../src/store/replay.ts';
import { passOver, positionOf } from '../../src/webhooks/ledger.ts';
import { command, definitionSaved, testStore, type TestStore } from '../support/store.ts';
import { archiveWorld, type ArchiveWorld, KEYS } from './archive-world.ts';

let world: TestStore;
let archives: ArchiveWorld;

beforeAll(async () => {
  world = await testStore();
  archives = await archiveWorld(world);
});
afterAll(async () => {
  if ((await archivedUntil(world.database.db)) > 0) await archives.restore();
  // With everything back, the rows of the database are held against its log here.
  await world[Symbol.asyncDispose]();
  await archives[Symbol.asyncDispose]();
});

/** Line and paragraph separators stand as they are in canonical JSON, and are no ends of lines. */
const WEIRD = 'web:\u2028\u2029 "quoted" \\ ü 🚀 ,"data":{},"id":"x"';

async function grow(count: number): Promise<number> {
  for (let n = 1; n <= count; n += 1) {
    const id = `d${n % 5}`;
    const event = definitionSaved(id, n % 3 === 0 ? WEIRD : `web:${n}`);
    await world.store.append(command(`definition/${id}`, 'any', [event]));
  }
  return world.store.head();
}

/** Every row of the log, as the database has it. */
async function rows(until: number): Promise<readonly string[]> {
  const { rows: found } = await sql<{ row: string }>`
    select to_jsonb(e)::text || data::text as row from events e where position <= ${until} order by position
  `.execute(world.database.db);
  return found.map(({ row }) => row);
}

const verify = async (): Promise<Verified> =>
  verifyPart(world.database.db, KEYS, await archivedUntil(world.database.db), 100_000);

test('whatever is archived at whichever checkpoints comes back as it was, and the log proves itself all the while', async () => {
  const { store, database } = world;
  const anySteps = fc.array(
    fc.record({ grows: fc.integer({ min: 1, max: 12 }), perFile: fc.integer({ min: 1, max: 15 }) }),
    {
      minLength: 1,
      maxLength: 3,
    },
  );
  await fc.assert(
    fc.asyncProperty(anySteps, fc.nat(), async (steps, pick) => {
      for (const { grows, perFile } of steps) {
        const head = await grow(grows);
        await archives.sign(head - Math.floor(grows / 2), head);
        const before = await rows(head);
        const [since, state] = [await store.positionAt(new Date()), await store.rows('definitions')];
        await archives.archive(head, { eventsPerFile: perFile });
        expect(await archivedUntil(database.db)).toBe(head);
        expect(await rows(head)).toEqual([]);
        expect(await store.rows('definitions')).toEqual(state);
        expect(await store.positionAt((await store.timeOf(since)) ?? new Date(0))).toBeGreaterThanOrEqual(since);
        expect((await verify()).fault).toBeUndefined();
        const kept = await readArchives(database.db);
        const replayed = await replayProjections(database.db, PROJECTIONS, {
          swap: false,
          archived: archivedRows(archives.directory, kept),
        });
        expect(replayed).toMatchObject({ differences: [], events: await store.head() });
        const from = 1 + (pick % head);
        const [first] = kept.filter(({ last }) => last >= from);
        await archives.restore(from);
        expect(await archivedUntil(database.db)).toBe((first?.first ?? 0) - 1);
        expect((await verify()).fault).toBeUndefined();
        if ((await archivedUntil(database.db)) > 0) await archives.restore();
        expect((await rows(head)).slice(-before.length)).toEqual(before);
        expect(await rows(head)).toEqual(before);
        expect((await verify()).fault).toBeUndefined();
      }
    }),
    { numRuns: 4 },
  );
});

test('times and positions of what is archived are found as before', async () => {
  const { store } = world;
  const head = await grow(5);
  await archives.sign(head);
  const places = Array.from({ length: head }, (_, index) => index + 1);
  const answers = async (): Promise<unknown> =>
    Promise.all(
      places.map(async (place) => {
        const at = await store.timeOf(place);
        return [at, at && (await store.positionAt(at)), await store.asOf(place).rows('definitions')];
      }),
    );
  const before = await answers();
  await archives.archive(head);
  expect(await answers()).toEqual(before);
  for (const read of [
    () => store.read({ after: 0, limit: 10 }),
    () => store.read({ after: head - 1, limit: 10, filter: { actor: 'nobody' } }),
    () => readExport(world.database.db, 3, 10),
    () => verifyPart(world.database.db, KEYS, head - 1, 10),
    () => replayProjections(world.database.db, PROJECTIONS, { swap: false }),
    async () => {
      for await (const _ of store.subscribe({ from: head - 1, signal: AbortSignal.timeout(10_000) })) break;
    },
    async () => {
      for await (const _ of store.subscribe({ from: 1, deploymentId: 'x', signal: AbortSignal.timeout(10_000) })) break;
    },
  ])
    await expect(read()).rejects.toThrow(Archived);
  await expect(store.read({ after: 0, limit: 1 })).rejects.toThrow(
    new RegExp(
      `position 1 of the log is in the archive events-0{11}1-.*positions 1 to ${head} .*from ${head + 1} on.*restore DIR --from 1$`,
    ),
  );
  expect((await store.read({ after: head, limit: 10 })).map(({ type }) => type)).toContain('LogArchived');
  await archives.restore();
  expect((await store.read({ after: 0, limit: 1 }))[0]?.position).toBe(1);
});

test('nothing leaves the log but by an archive that holds exactly what leaves', async () => {
  const { db } = world.database;
  const head = await grow(12);
  await archives.sign(head - 6);
  const [archive] = await archives.archive(head - 6);
  if (archive === undefined) throw new Error('nothing was archived');
  await grow(3);
  const until = archive.last;
  const refused = async (statement: string): Promise<void> =>
    expect(sql.raw(statement).execute(db), statement).rejects.toThrow(/append-only|is refused|stays/);
  const zero = `decode('${'00'.repeat(32)}', 'hex')`;
  const insert = (first: number, last: number, before: string, hash: string): string =>
    `insert into archives (first, last, hash_before, hash, file, sha256, bytes, actor) select ${first}, ${last}, ${before}, ${hash}, 'f', ${zero}, 1, 'x'`;
  const hashAt = (position: number): string => `(select hash from events where position = ${position})`;
  const known = `(select hash from archives where last = ${until})`;
  for (const statement of [
    'delete from events',
    `delete from events where position = ${until + 1}`,
    'delete from events where false',
    'update events set actor = actor',
    'truncate events',
    'update archives set file = file',
    'truncate archives',
    `delete from archives where last = ${until}`,
    'delete from archive_times',
    'truncate archive_times',
    // Without a checkpoint there, not from where the log begins, with another hash before, with another at its end.
    insert(until + 1, until + 2, known, hashAt(until + 2)),
    insert(until + 2, until + 3, known, hashAt(until + 3)),
    insert(1, until, zero, known),
  ])
    await refused(statement);
  await archives.sign(until + 2);
  await refused(insert(until + 1, until + 2, zero, hashAt(until + 2)));
  await refused(insert(until + 1, until + 2, known, zero));
  // Events that come back at archived positions open no way for others, and do not go unnoticed.
  const tx = await db.startTransaction().execute();
  await sql`
    insert into events select ${until}, gen_random_uuid(), stream || 'x', version, type, schema_version, data, actor, correlation_id,
      causation_id, at, hash from events where position = ${until + 1}
  `.execute(tx);
  expect((await verifyPart(tx, KEYS, until, 1_000)).fault?.position).toBe(until);
  await expect(sql`delete from events where position >= ${until}`.execute(tx)).rejects.toThrow('is in no archive');
  await tx.rollback().execute();
  expect((await verify()).fault).toBeUndefined();
  await archives.restore();
});

test('files are for their owner, are never overwritten, and one that is the same is adopted after a crash', async () => {
  const head = await grow(4);
  await archives.sign(head);
  const before = await rows(head);
  const dies = archives.archive(head, {
    onStored: () => {
      throw new Error('the process died here');
    },
  });
  await expect(dies).rejects.toThrow('the process died here');
  expect(await rows(head)).toEqual(before);
  expect(await archivedUntil(world.database.db)).toBe(0);
  const [name = ''] = (await readdir(archives.directory)).filter((each) =>
    each.includes(`-${String(head).padStart(12, '0')}.`),
  );
  const file = join(archives.directory, name);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const written = await stat(file);
  const adopted: boolean[] = [];
  await archives.archive(head, { onArchived: (_, was) => adopted.push(was) });
  expect(adopted).toEqual([true]);
  expect((await stat(file)).mtimeMs).toBe(written.mtimeMs);
  await archives.restore();
  const honest = await readFile(file);
  await writeFile(file, 'somebody else keeps something here\n');
  await expect(archives.archive(head)).rejects.toThrow(
    'a file of that name is there, and it is not this part of the log',
  );
  expect(await readFile(file, 'utf8')).toBe('somebody else keeps something here\n');
  await writeFile(file, honest);
});

test('what cannot be archived is said, and nothing has happened', async () => {
  const last = await grow(3);
  await archives.sign(last);
  const head = await grow(2);
  const before = await rows(head);
  await expect(archives.archive(head)).rejects.toMatchObject({
    message: `position ${head} is covered by no signed checkpoint: the last is at ${last}`,
    next: expect.stringContaining(`--until ${last}`),
  });
  await expect(archives.archive(0)).rejects.toThrow('position 0 is archived already');
  await expect(archives.archive(last, { directory: '/dev/null/x' })).rejects.toThrow('ENOTDIR');
  await expect(archives.archive(last, { directory: '/proc' })).rejects.toThrow(/ENOENT|EACCES|EPERM/);
  await alone(archives.ports, async () => {
    await expect(archives.archive(last)).rejects.toThrow('somebody else archives or restores');
  });
  await expect(archives.restore()).rejects.toThrow('nothing is archived');
  expect(await rows(head)).toEqual(before);
  expect((await verify()).fault).toBeUndefined();
});

test('nothing leaves the log that a webhook has still to be sent', async () => {
  const { db } = world.database;
  const secret = { version: 1, fingerprint: 'f' };
  const saved = { webhookId: 'audit', url: 'http://127.0.0.1:1/', filter: {}, secret, enabled: false };
  const event = { type: 'WebhookSaved', data: saved } as const;
  await world.store.append(command('webhook/audit', 'any', [event]));
  const born = await world.store.head();
  const head = await grow(5);
  await archives.sign(born - 1, head);
  await expect(archives.archive(head)).rejects.toThrow(`audit has taken the log up to position ${born - 1}`);
  const [row] = await world.store.rows<WebhookState>('webhooks', { removed: 'false' });
  await passOver(db, { id: 'audit', born: row?.state.born ?? '' }, head - 1);
  await expect(archives.archive(head)).rejects.toThrow(`never get the events from there to ${head}`);
  await passOver(db, { id: 'audit', born: row?.state.born ?? '' }, head);
  await archives.archive(head);
  expect(await archivedUntil(db)).toBe(head);
  expect(await positionOf(db, { id: 'audit', born: row?.state.born ?? '' })).toBe(head);
  await world.store.append(command('webhook/audit', 'any', [{ type: 'WebhookRemoved', data: { webhookId: 'audit' } }]));
  await archives.restore();
});

test('who appends goes on while the log is archived', async () => {
  const { store, another } = { store: world.store, another: world.another() };
  const last = await grow(20);
  await archives.sign(last);
  let appended = 0;
  const appending = async (id: string): Promise<void> => {
    for (let n = 0; n < 30; n += 1) {
      await another.append(command(`definition/${id}`, 'any', [definitionSaved(id, `web:${n}`)]));
      appended += 1;
    }
  };
  let during = -1;
  await Promise.all([
    appending('one'),
    appending('two'),
    archives.archive(last, { onStored: () => void (during = appended) }),
  ]);
  expect(during).toBeGreaterThanOrEqual(0);
  expect(await store.head()).toBe(last + 61);
  expect((await verify()).fault).toBeUndefined();
  await archives.restore();
  expect((await rows(last)).length).toBe(last);
});

test('whatever is done to the files is found where it was done, and is not restored', async () => {
  const { db } = world.database;
  const head = await grow(6);
  await archives.sign(head - 3, head);
  await archives.archive(head);
  const kept = await readArchives(db);
  expect(kept.length).toBeGreaterThan(0);
  const path = (index: number): string => join(archives.directory, kept[index]?.file ?? '');
  const honest = await Promise.all(kept.map((_, index) => readFile(path(index))));
  const lineAt =
    (position: number): ((lines: string[]) => void) =>
    (lines) => {
      const at = lines.findIndex((line) => readLine(line)?.position === position);
      lines[at] = (lines[at] ?? '').replace('"actor":"', '"actor":"x');
    };
  const rewritten = (index: number, change: (lines: string[]) => void): Buffer => {
    const lines = gunzipSync(honest[index] ?? Buffer.alloc(0))
      .toString()
      .split('\n');
    change(lines);
    return gzipSync(lines.join('\n'));
  };
  const last = kept.length - 1;
  const { first = 0, last: end = 0 } = kept[last] ?? {};
  const middle = Math.floor((first + end) / 2);
  const deeds: readonly (readonly [string, number, () => Promise<void>])[] = [
    ['edited', middle, () => writeFile(path(last), rewritten(last, lineAt(middle)))],
    [
      'a line taken out',
      first + 1,
      () =>
        writeFile(
          path(last),
          rewritten(last, (lines) => lines.splice(1, 1)),
        ),
    ],
    [
      'cut off',
      end,
      () =>
        writeFile(
          path(last),
          rewritten(last, (lines) => lines.splice(-2)),
        ),
    ],
    ['packed otherwise', first, () => writeFile(path(last), gzipSync(gunzipSync(honest[last] ?? ''), { level: 1 }))],
    ['missing', first, () => rm(path(last))],
    ['no gzip any more', first, () => writeFile(path(last), 'nothing\n')],
    [
      'another archive',
      first,
      () =>
        writeFile(
          path(last),
          rewritten(last, (lines) => lines.splice(0, 1)),
        ),
    ],
  ];
  for (const [what, position, deed] of deeds) {
    await deed();
    await expect(archives.restore(), what).rejects.toMatchObject({ position });
    const reading = async (): Promise<void> => {
      for await (const _ of archivedRows(archives.directory, kept));
    };
    await expect(reading(), what).rejects.toMatchObject({ position });
    expect(await archivedUntil(db), what).toBe(head);
    await writeFile(path(last), honest[last] ?? '', { mode: 0o600 });
  }
  await archives.restore();
});
