import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { DeploymentEvent } from '../../src/domain/deployment/evolve.ts';
import { sql } from '../../src/postgres/database.ts';
import { testApi, type TestApi } from '../support/api.ts';
import { command } from '../support/store.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const DIGEST = `sha256:${'a'.repeat(64)}`;
const revise = (id: string, revision: number, image: string): DeploymentEvent => ({
  type: 'RevisionCreated',
  data: {
    deploymentId: id,
    revision,
    template: { definitionId: 'def', image, ports: [], env: {} },
    fingerprint: `f${revision}`,
  },
});
const status = (id: string, next: 'Deploying' | 'OK'): DeploymentEvent => ({
  type: 'DeploymentStatusChanged',
  data: { deploymentId: id, status: next, details: '' },
});
const save = (id: string, more: object = {}, reason?: string, ifMatch?: string) =>
  api.admin.call(
    'saveDeployment',
    { body: { deployment: { id, definitionId: 'def', ...more }, ...(reason === undefined ? {} : { reason }) } },
    ifMatch === undefined ? {} : { ifMatch },
  );
const rolledOut = (id: string, revision: number, image = 'reg:5000/web:1') =>
  api.store.append(
    command(`deployment/${id}`, 'any', [revise(id, revision, image), status(id, 'Deploying'), status(id, 'OK')]),
  );
const historyOf = async (id: string, query: object = {}) =>
  (await api.admin.call('deploymentHistory', { params: { id }, query })).body;

/** Two revisions that were OK, the first of an image whose digest is known. */
async function two(id: string): Promise<void> {
  await save(id, { resources: { cpu: '500m' } }, 'first');
  await rolledOut(id, 1);
  const pulled = { replicaId: `${id}-r1-0`, deploymentId: id, generation: 1, image: 'reg:5000/web:1', milliseconds: 1 };
  await api.store.append(
    command(`replica/${id}-r1-0`, 'any', [{ type: 'ImagePulled', data: { ...pulled, digest: DIGEST } }]),
  );
  await save(id, { resources: { cpu: '1' } }, 'slow');
  await rolledOut(id, 2, 'reg:5000/web:2');
}

describe('the history of a deployment', () => {
  test('tells who, why, what changed, what came of it, the image and its digest; in pages', async () => {
    await two('h');
    await api.admin.call('scaleDeployment', { params: { id: 'h' }, body: { replicas: 3, reason: 'sale' } });
    await api.admin.call('tagRevision', { params: { id: 'h' }, body: { name: 'v1', revision: 1 } });
    const { entries } = await historyOf('h');
    expect(entries).toMatchObject([
      { kind: 'tag', changes: [{ text: 'v1 is revision 1' }] },
      { kind: 'scale', outcome: 'saved', reason: 'sale', author: '1backend', changes: [{ text: 'replicas 1 -> 3' }] },
      {
        revision: 2,
        outcome: 'OK',
        reason: 'slow',
        author: '1backend',
        milliseconds: expect.any(Number),
        image: 'reg:5000/web:2',
        changes: [{ text: 'image reg:5000/web:1 -> reg:5000/web:2' }, { text: 'CPU 500m -> 1 (+100 %)' }],
      },
      { revision: 1, reason: 'first', digest: DIGEST, tags: ['v1'] },
    ]);
    const one = await historyOf('h', { limit: 2 });
    const rest = await historyOf('h', { limit: 2, before: one.before });
    expect([...one.entries, ...rest.entries]).toEqual(entries);
    expect(rest.before).toBeUndefined();
  });

  test('is read by indexes of its own', async () => {
    await api.database.db.transaction().execute(async (tx) => {
      await sql`set local enable_seqscan = off`.execute(tx);
      const { rows } = await sql<{ 'QUERY PLAN': string }>`
        explain select 1 from events where stream = 'deployment/h' and type in ('DeploymentSaved', 'RevisionCreated',
          'DeploymentStatusChanged', 'RolloutFailed', 'RolloutPaused', 'RolloutResumed', 'RolloutRestarted',
          'DeploymentDeleted', 'RevisionTagged', 'RevisionUntagged') order by version`.execute(tx);
      expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('events_of_history');
    });
  });

  test('differences and blame, by number and by tag', async () => {
    await two('b');
    await api.admin.call('tagRevision', { params: { id: 'b' }, body: { name: 'old', revision: 1 } });
    const diff = await api.admin.call('diffDeployment', { params: { id: 'b' }, query: {} });
    const back = await api.admin.call('diffDeployment', { params: { id: 'b' }, query: { from: '2', to: 'old' } });
    expect([diff.body.from, diff.body.to, back.body.from, back.body.to]).toEqual([1, 2, 2, 1]);
    expect(back.body.changes.map(({ text }) => text)).toContain('CPU 1 -> 500m (-50 %)');
    const { body } = await api.admin.call('blameDeployment', { params: { id: 'b' } });
    const reasons = body.fields.map(({ field, reason, author }) => `${field} ${reason} ${author}`);
    expect(reasons).toContain('resources.cpu slow 1backend');
    expect(reasons).toContain('definitionId first 1backend');
  });
});

describe('going back', () => {
  test('saves the spec of then, with its template by digest; the tag of its image may have moved', async () => {
    await two('r');
    const { body } = await api.admin.call('rollbackDeployment', { params: { id: 'r' }, body: { reason: 'slow' } });
    expect(body).toEqual({ to: 1, image: `reg:5000/web@${DIGEST}` });
    const view = await api.admin.call('showDeployment', { params: { id: 'r' } });
    expect(view.body.spec).toMatchObject({ resources: { cpu: '500m' } });
    expect((await historyOf('r')).entries[0]).toMatchObject({ kind: 'rollback', reason: 'slow', outcome: 'saved' });
  });

  test.each<[string, object, number, string]>([
    ['r2', { to: 9 }, 404, 'r2 has no revision 9; the nearest is 2'],
    ['r2', { to: 'v2' }, 404, 'did you mean v1?'],
    ['r2', { to: '2' }, 409, 'revision 2 is what is wanted of r2 already'],
    ['r2', { to: true }, 400, 'to'],
    ['one', {}, 409, 'nothing to roll one back to'],
    ['nowhere', {}, 404, 'does not exist'],
  ])('of %s to %j is %i', async (id, body, expected, message) => {
    if ((await api.store.row('deployments', 'r2')) === undefined) {
      await two('r2');
      await api.admin.call('tagRevision', { params: { id: 'r2' }, body: { name: 'v1', revision: 1 } });
      await save('one');
      await rolledOut('one', 1);
    }
    const head = await api.store.head();
    const path = `/deploy-svc/deployment/${id}/rollback`;
    const answer = await api.send('POST', path, { token: api.adminToken, body: JSON.stringify(body) });
    expect([answer.status, answer.text]).toEqual([expected, expect.stringContaining(message)]);
    expect(await api.store.head()).toBe(head);
  });

  test('tags have names that are no numbers, move, and go', async () => {
    await two('t');
    const tag = (name: string, revision?: number) =>
      api.admin.call('tagRevision', { params: { id: 't' }, body: { name, revision } });
    await expect(tag('12')).rejects.toMatchObject({ status: 400 });
    await expect(tag('v1', 3)).rejects.toMatchObject({ status: 404 });
    await tag('v1', 1);
    expect((await tag('v1', 1)).position).toBeUndefined();
    expect((await tag('v1')).body).toEqual({ name: 'v1', revision: 2 });
    await api.admin.call('untagRevision', { params: { id: 't' }, body: { name: 'v1' } });
    await expect(api.admin.call('untagRevision', { params: { id: 't' }, body: { name: 'v1' } })).rejects.toMatchObject({
      status: 404,
    });
  });
});

describe('a save on condition of the revision', () => {
  const etag = async (id: string): Promise<string | null> =>
    (await api.send('GET', `/deploy-svc/deployment/${id}`, { token: api.adminToken })).headers.get('etag');

  test('is refused with who saved what since, and stores nothing', async () => {
    await two('m');
    expect(await etag('m')).toBe('"2"');
    const head = await api.store.head();
    await expect(save('m', { replicas: 2 }, undefined, '1')).rejects.toMatchObject({
      status: 412,
      message: expect.stringMatching(
        /m is at 2, not at revision 1 \(since then revision 2 by 1backend: .*CPU 500m -> 1/,
      ),
    });
    expect(await api.store.head()).toBe(head);
    await save('m', { replicas: 2 }, undefined, '2');
    expect(await etag('m')).toBe('"2.1"');
    const path = '/deploy-svc/deployment';
    const body = JSON.stringify({ deployment: { id: 'm', definitionId: 'def', replicas: 9 } });
    const bad = await api.send('PUT', path, { token: api.adminToken, body, headers: { 'if-match': 'three' } });
    expect([bad.status, bad.text]).toEqual([400, expect.stringContaining('names no revision')]);
  });

  test('of several at once, one is stored', async () => {
    await two('race');
    const tries = Array.from({ length: 8 }, (_, n) => save('race', { replicas: n + 2 }, undefined, '2'));
    const ends = await Promise.allSettled(tries);
    expect(ends.filter((each) => each.status === 'fulfilled')).toHaveLength(1);
    const refused: readonly unknown[] = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
    expect(refused).toEqual(Array.from({ length: 7 }, () => expect.objectContaining({ status: 412 })));
  });
});
