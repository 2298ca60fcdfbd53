import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import type { RecordedEvent } from '../../src/domain/event.ts';
import { openDatabase } from '../../src/postgres/database.ts';
import { destroyEmbedded, startEmbedded } from '../../src/postgres/embedded.ts';
import { readPostmaster } from '../../src/postgres/embedded/postmaster.ts';
import { isRunning } from '../../src/postgres/embedded/processes.ts';
import { migrate } from '../../src/postgres/migrate.ts';
import type { EventStore } from '../../src/store/event-store.ts';
import {
  deploy,
  openInstallation,
  waitForNewId,
  waitForStatus,
  workerIds,
  type Installation,
} from '../support/installation.ts';
import { containersOf, oracle } from '../support/oracle.ts';
import { freePort } from '../support/registry.ts';
import { startTestImages, type TestImages } from '../support/test-images.ts';
import { until } from '../support/until.ts';

let images: TestImages;
beforeAll(async () => {
  images = await startTestImages();
});
afterAll(() => images[Symbol.asyncDispose]());

const web = (id: string) => ({ id, replicas: 1, image: images.local, envars: { MODE: 'sleep' } });

interface Server {
  readonly url: string;
  /** In an orderly way. */
  stops(): Promise<void>;
  /** At once; its next start recovers. */
  crashes(): Promise<void>;
  start(): Promise<void>;
}

/** A server of its own, which the test may stop and start on its port. */
async function ownServer(stack: AsyncDisposableStack): Promise<Server> {
  // Made by the server's own start: a folder of root's would be closed to the account that PostgreSQL runs as.
  const dataDir = join(tmpdir(), `deploy-svc-restart-${randomUUID()}`);
  stack.defer(() => destroyEmbedded(dataDir));
  const port = await freePort();
  let server = await startEmbedded({ dataDir, port });
  return {
    url: server.url,
    stops: () => server.stop(),
    async crashes() {
      const running = await readPostmaster(join(server.dataDir, 'cluster'));
      if (running === undefined) throw new Error('no server runs');
      process.kill(running.pid, 'SIGQUIT');
      await until('PostgreSQL is gone', 10_000, async () => !isRunning(running.pid));
    },
    async start() {
      server = await startEmbedded({ dataDir, port });
    },
  };
}

/** Everything that one subscription of the log hands out. */
function follow(store: EventStore, stack: AsyncDisposableStack): readonly RecordedEvent[] {
  const seen: RecordedEvent[] = [];
  const ending = new AbortController();
  const following = (async () => {
    for await (const event of store.subscribe({ from: 0, signal: ending.signal })) seen.push(event);
  })();
  stack.defer(async () => {
    ending.abort();
    await following;
  });
  return seen;
}

const readiness = async (url: string | undefined): Promise<number> => (await fetch(`${url}/readyz`)).status;

/** Saves it, however often the database has to be asked: a save that was lost with its answer has no second effect. */
async function deployStubbornly(installation: Installation, id: string): Promise<void> {
  await until(`${id} is saved`, 30_000, () =>
    deploy(installation, web(id)).then(
      () => true,
      () => false,
    ),
  );
}

test.for(['stops', 'crashes'] as const)(
  'PostgreSQL %s under load and comes back: nobody ends, nothing is lost or repeated, all comes up',
  async (goes) => {
    await using stack = new AsyncDisposableStack();
    const server = await ownServer(stack);
    {
      await using database = openDatabase({ url: server.url, applicationName: 'test', onError: () => undefined });
      await migrate(database);
    }
    const installation = stack.use(await openInstallation(server.url));
    const seen = follow(installation.store, stack);
    const processes = await Promise.all([installation.start({ roles: 'api,worker' }), installation.start()]);
    const api = processes[0].url;
    await deploy(installation, web('before'));
    await waitForStatus(installation, 'before', 'OK');
    const untouched = (await containersOf(installation.engine, installation.id)).map(({ id, startedAt }) => ({
      id,
      startedAt,
    }));
    const ids = await workerIds(installation, processes);
    expect(await readiness(api)).toBe(200);

    // Work is under way when the database goes, and more is asked for while it is away.
    await Promise.all([1, 2, 3].map((each) => deploy(installation, web(`during-${each}`))));
    await server[goes]();
    await until('the API says that it is unavailable', 10_000, async () => (await readiness(api)) === 503);
    const login = await fetch(`${api}/user-svc/login`, {
      method: 'POST',
      body: JSON.stringify({ slug: '1backend', password: 'changeme', appHost: 'unnamed' }),
    });
    expect(login.status).toBe(503);
    const late = [4, 5].map((each) => deployStubbornly(installation, `during-${each}`));
    await server.start();
    await Promise.all(late);

    for (const each of [1, 2, 3, 4, 5]) await waitForStatus(installation, `during-${each}`, 'OK', 60_000);
    await oracle(installation, 1 + 3 + 2, 60_000);
    expect(processes.map(({ running }) => running)).toEqual([true, true]);
    for (const [index, each] of processes.entries()) await waitForNewId(installation, each, ids[index]);
    expect(await readiness(api)).toBe(200);
    const after = (await containersOf(installation.engine, installation.id)).map(({ id, startedAt }) => ({
      id,
      startedAt,
    }));
    expect(after).toEqual(expect.arrayContaining(untouched));
    const head = await installation.store.head();
    await until('the subscription has caught up', 10_000, async () => (seen.at(-1)?.position ?? 0) >= head);
    expect(seen.slice(0, head).map(({ position }) => position)).toEqual(
      Array.from({ length: head }, (_, index) => index + 1),
    );
  },
);
