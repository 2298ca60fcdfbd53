import { afterAll, beforeAll, expect, test } from 'vitest';

import type { DomainEvent } from '../../src/domain/event.ts';
import { archiveWorld, SECRET, type ArchiveWorld } from '../audit/archive-world.ts';
import { type Sent, testApi, type TestApi } from '../support/api.ts';
import { command, definitionSaved, testStore } from '../support/store.ts';

let api: TestApi;
let archives: ArchiveWorld;
/** The log as it is archived and restored ends here. */
let head = 0;
/** The archived part ends here: after the third save, before the revision that came of it. */
let until = 0;
let before: Readonly<Record<string, string>>;

const saved = (replicas: number, reason?: string): DomainEvent => ({
  type: 'DeploymentSaved',
  data: {
    deploymentId: 'web',
    spec: { id: 'web', definitionId: 'd', replicas },
    ...(reason === undefined ? {} : { reason }),
  },
});
const rolledOut = (revision: number): readonly DomainEvent[] => [
  {
    type: 'RevisionCreated',
    data: {
      deploymentId: 'web',
      revision,
      fingerprint: `f${revision}`,
      template: { definitionId: 'd', image: `web:${revision}`, ports: [], env: {} },
    },
  },
  { type: 'DeploymentStatusChanged', data: { deploymentId: 'web', status: 'Deploying', details: '' } },
  { type: 'DeploymentStatusChanged', data: { deploymentId: 'web', status: 'OK', details: '' } },
];

beforeAll(async () => {
  const world = await testStore({ inventsDecisions: true });
  api = await testApi({ world, secretKey: SECRET });
  archives = await archiveWorld(world);
  let cause: string | undefined;
  const append = async (correlation: string, ...events: readonly DomainEvent[]): Promise<number> => {
    const context = { actor: 'user/1backend', correlationId: correlation, causationId: cause };
    const appended = await api.store.append(command('deployment/web', 'any', events, { context }));
    cause = appended.events.at(-1)?.id;
    return appended.last;
  };
  await api.store.append(command('definition/d', 'any', [definitionSaved('d', 'web:1')]));
  await append('cor-one', saved(1, 'it begins'));
  await append('cor-one', ...rolledOut(1));
  await append('cor-two', saved(2, 'more of it'));
  const second = await append('cor-two', ...rolledOut(2));
  until = await append('cor-three', saved(3));
  await archives.sign(second, until);
  await append('cor-three', ...rolledOut(3));
  await append('cor-four', saved(5, 'and more'));
  head = await append('cor-four', ...rolledOut(4));
  before = await answers();
  await archives.archive(until, { eventsPerFile: second });
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await archives[Symbol.asyncDispose]();
});

const get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Sent> =>
  api.send('GET', `/deploy-svc${path}`, { token: api.adminToken, headers });

/** What the API says of that log, and of how things were at each of its positions. */
async function answers(): Promise<Readonly<Record<string, string>>> {
  const places = Array.from({ length: head }, (_, n) => n + 1);
  const times = await Promise.all(places.map(async (place) => (await api.store.timeOf(place))?.toISOString()));
  const paths = [
    ...[0, 3, 7].flatMap((after) => [
      `/events?after=${after}&until=${head}`,
      `/events?after=${after}&until=${head}&entity=web`,
    ]),
    ...['history', 'blame', 'diff', 'diff?from=1&to=2'].map((each) => `/deployment/web/${each}`),
    ...['web', 'd', ...places].map((id) => `/why/${id}`),
    ...places.map((place) => `/trace/${place}`),
    '/report/cor-two',
    '/report/web?of=deployment',
    '/standings',
    `/audit/export?limit=${head}`,
    ...[...places, ...times].flatMap((at) => [`/describe/d?at=${at}`, `/standings?at=${at}`]),
  ];
  const said = await Promise.all(paths.map(async (path) => [path, (await get(path)).text] as const));
  // Archiving and restoring are in the log as well: its head has moved on.
  return Object.fromEntries(
    said.map(([path, text]) => [path, text.replace(/,"(head|position|correlationId)":[^,]+\}$/, '}')]),
  );
}

const GONE = new RegExp(String.raw`in the archive events-0+\d+-0+\d+\.ndjson\.gz: positions 1 to \d+ were archived`);

test.each([
  '/events?after=0',
  '/events?after=3&entity=web',
  '/events?until=2',
  '/events?since=2',
  '/deployment/web/blame',
  '/why/2',
  '/trace/2',
  '/audit/export',
  '/audit/verify',
  '/audit/decisions',
])('%s is refused with the file and the way to have it back', async (path) => {
  const answer = await get(path);
  expect([answer.status, answer.text]).toEqual([410, expect.stringMatching(GONE)]);
  expect(answer.text).toContain('deploy-svc archive restore DIR --from');
});

test('a stream that would go on from an archived position is refused before it begins', async () => {
  const stream = { accept: 'text/event-stream' };
  const refused = await get('/events', { ...stream, 'last-event-id': '2' });
  expect([refused.status, refused.text]).toEqual([410, expect.stringContaining(`from ${until + 1} on`)]);
  expect((await get('/events?after=1', stream)).status).toBe(410);
  const gone = new AbortController();
  const open = await fetch(`${api.url}/deploy-svc/events`, {
    headers: { ...stream, authorization: `Bearer ${api.adminToken}`, 'last-event-id': String(until) },
    signal: gone.signal,
  });
  expect(open.status).toBe(200);
  let said = '';
  for await (const text of open.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    said += text;
    if (/^id:/m.test(said)) break;
  }
  expect(/^id: ?(\d+)/m.exec(said)?.[1]).toBe(String(until + 1));
  gone.abort();
});

test('who names no beginning gets all that there is, and is told what there is not', async () => {
  const answer = await get('/events');
  const { events } = answer.json as { events: readonly { position: number }[] };
  expect(events[0]?.position).toBe(until + 1);
  expect(answer.headers.get('x-log-archived')).toMatch(
    new RegExp(`^${until};file="events-.*-0+${until}\\.ndjson\\.gz"$`),
  );
  expect((await get(`/events?after=${until}`)).headers.get('x-log-archived')).toBeNull();
});

test('the history goes on where the archive ends, entry for entry as it was, and says what it lacks', async () => {
  const whole = JSON.parse(before['/deployment/web/history'] ?? '') as { entries: readonly { position: number }[] };
  const answer = await get('/deployment/web/history');
  const { entries } = answer.json as typeof whole;
  expect(entries.length).toBe(1);
  expect(entries).toEqual(whole.entries.filter(({ position }) => position > until));
  expect(answer.headers.get('x-log-archived')).toMatch(`${until};`);
  expect((await get('/deployment/web/history?before=5')).status).toBe(410);
  // Revisions are rows, and rows are kept.
  for (const path of ['/deployment/web/diff', '/deployment/web/diff?from=1&to=2'])
    expect((await get(path)).text).toBe(before[path]);
  const back = await api.send('POST', '/deploy-svc/deployment/web/rollback', {
    token: api.adminToken,
    body: JSON.stringify({ to: 1 }),
  });
  expect([back.status, back.text]).toEqual([410, expect.stringContaining('the digest that web:1 had for revision 1')]);
});

test('explanations that would begin in an archive say so', async () => {
  for (const path of ['/why/web', `/trace/${until + 1}`, '/report/cor-three', '/report/web?of=deployment']) {
    const answer = await get(path);
    expect([path, answer.status, answer.headers.get('x-log-archived')]).toEqual([
      path,
      200,
      expect.stringMatching(`^${until};`),
    ]);
  }
  expect((await get('/report/web?of=deployment')).text).toContain(`Events up to position ${until} are in archives`);
  expect((await get('/report/cor-one')).text).toContain(`no event of correlation cor-one after position ${until}`);
  expect((await get('/why/d')).text).toContain('all that the log says of definition d');
});

test('what was so at any position or time is answered as before', async () => {
  const asOf = Object.entries(before).filter(([path]) => path.includes('at=') || path === '/standings');
  expect(asOf.length).toBeGreaterThan(4 * until);
  const standings = asOf.filter(([path]) => path.startsWith('/standings'));
  for (const [path, text] of standings) expect((await get(path)).text, path).toBe(text);
});

test('the list of archives and the log behind them prove themselves', async () => {
  const { archives: listed } = (await get('/audit/archives')).json as { archives: readonly { last: number }[] };
  expect(listed.map(({ last }) => last)).toEqual([expect.any(Number), until]);
  const verified = (await get(`/audit/verify?after=${until}`)).json as Record<string, unknown>;
  expect(verified['fault']).toBeUndefined();
});

test('everything restored is everything as it was, to the byte', async () => {
  await archives.restore();
  expect(await answers()).toEqual(before);
});
