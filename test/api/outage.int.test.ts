import { expect, test } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import { openDatabase } from '../../src/postgres/database.ts';
import { PROJECTIONS } from '../../src/projections/all.ts';
import { openStore } from '../../src/store/postgres-store.ts';
import { testApi } from '../support/api.ts';
import { freshDatabase } from '../support/postgres.ts';
import { openWire } from '../support/wire.ts';
import type { TestStore } from '../support/store.ts';

test('while the database is away, requests are told to come again; when it is back, all goes on', async () => {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await freshDatabase());
  const { hostname, port } = new URL(url);
  const wire = stack.use(await openWire({ host: hostname, port: Number(port) }));
  const wired = new URL(url);
  wired.host = `127.0.0.1:${wire.port}`;
  const database = stack.use(openDatabase({ url: wired.href, applicationName: 'outage', onError: () => undefined }));
  const store = stack.use(
    openStore({ database, clock: systemClock, projections: PROJECTIONS, effects: async () => undefined }),
  );
  const world: TestStore = { database, store, another: () => store, [Symbol.asyncDispose]: async () => undefined };
  const api = stack.use(await testApi({ world }));
  const body = JSON.stringify({ deployment: { id: 'through', definitionId: 'd' } });
  const save = (): ReturnType<typeof api.send> =>
    api.send('PUT', '/deploy-svc/deployment', { token: api.adminToken, body });
  expect((await save()).status).toBe(200);

  wire.cut();
  for (const answer of [
    await save(),
    await api.send('POST', '/deploy-svc/deployments', { token: api.adminToken }),
    // Not through the store, but by the user service's own queries.
    await api.send('POST', '/user-svc/login', { body: '{"slug":"1backend","password":"changeme"}' }),
  ]) {
    expect([answer.status, answer.json]).toMatchObject([503, { error: 'the database is unavailable; try again' }]);
    expect(answer.headers.get('retry-after')).toBe('1');
  }
  const ready = await api.send('GET', '/readyz');
  expect([ready.status, ready.json]).toMatchObject([
    503,
    { status: 'unavailable', checks: { database: 'failed' }, error: 'not ready: database failed' },
  ]);
  // Where the database is, and what it says, is nobody's business who is not an operator.
  expect(ready.text).not.toMatch(/127\.0\.0\.1|ECONN|terminated|timeout/);
  expect((await api.send('GET', '/healthz')).status).toBe(200);

  wire.mend();
  expect((await save()).status).toBe(200);
  expect((await api.send('GET', '/readyz')).status).toBe(200);
  expect(api.errors).toEqual([]);
});
