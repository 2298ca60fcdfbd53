import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { auditKey, checkpoint, signCheckpoint, type Checkpoint } from '../../src/domain/audit/checkpoint.ts';
import { hashesAt, keepCheckpoint } from '../../src/store/audit.ts';
import { appendToFile } from '../../src/workers/audit/checkpoint-file.ts';
import { deliverCheckpoints } from '../../src/workers/audit/deliver.ts';
import { command, definitionSaved, testStore, type TestStore } from '../support/store.ts';

const KEY = auditKey(Buffer.alloc(32, 9));

let world: TestStore;
let folder: string;
beforeEach(async () => {
  world = await testStore();
  folder = await mkdtemp(join(tmpdir(), 'deploy-svc-checkpoints-'));
  for (let n = 1; n <= 6; n += 1) await world.store.append(command(`definition/d${n}`, 0, [definitionSaved(`d${n}`)]));
});
afterEach(async () => {
  await world[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function sign(...positions: readonly number[]): Promise<void> {
  const { db } = world.database;
  const hashes = await hashesAt(db, positions);
  for (const position of positions)
    await keepCheckpoint(
      db,
      signCheckpoint(
        { installation: 'i', position, hash: hashes.get(position) ?? '', at: new Date(0).toISOString() },
        KEY,
      ),
    );
}

const positionsIn = async (file: string): Promise<readonly number[]> =>
  (await readFile(file, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => checkpoint.parse(JSON.parse(line)).position);

test('the file grows by what it lacks, also after a while without it', async () => {
  const file = join(folder, 'kept', 'checkpoints.ndjson');
  const { db } = world.database;
  await appendToFile(db, file);
  await sign(1, 3);
  await appendToFile(db, file);
  await appendToFile(db, file);
  expect(await positionsIn(file)).toEqual([1, 3]);
  await sign(5, 6);
  await appendToFile(db, file);
  expect(await positionsIn(file)).toEqual([1, 3, 5, 6]);
});

test('nobody writes after a line that cannot be read', async () => {
  const file = join(folder, 'checkpoints.ndjson');
  const { db } = world.database;
  await sign(1);
  await appendToFile(db, file);
  await appendFile(file, '{"position": 2');
  await sign(3);
  await expect(appendToFile(db, file)).rejects.toThrow('the last line');
  expect(await readFile(file, 'utf8')).toMatch(/\{"position": 2$/);
});

/** Takes what is posted to it; answers with the statuses one after the other, then with 204. */
async function receiver(...statuses: number[]): Promise<{ url: string; taken: Checkpoint[] } & AsyncDisposable> {
  const taken: Checkpoint[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const status = statuses.shift() ?? 204;
      if (status < 300) taken.push(checkpoint.parse(JSON.parse(body)));
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/checkpoints`,
    taken,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('an address is posted every checkpoint in order, until it has taken it', async () => {
  await using there = await receiver(204, 503, 307);
  const { db } = world.database;
  const deliver = (): Promise<void> => deliverCheckpoints(db, there.url, new AbortController().signal);
  await sign(1, 2, 4);
  await expect(deliver()).rejects.toThrow('checkpoint 2 was not taken: HTTP 503');
  // It is not led elsewhere.
  await expect(deliver()).rejects.toThrow('fetch failed');
  expect(there.taken.map(({ position }) => position)).toEqual([1]);
  await deliver();
  await sign(6);
  await deliver();
  expect(there.taken.map(({ position }) => position)).toEqual([1, 2, 4, 6]);
});
