import { afterAll, beforeAll, expect, test } from 'vitest';

import { type Client, createClient } from '../../src/api/client.ts';
import type { DifferenceView } from '../../src/api/contract/difference.ts';
import { type TestService, testService } from '../support/service.ts';
import { until } from '../support/until.ts';

let service: TestService;
let client: Client;
beforeAll(async () => {
  service = await testService({ NODES: 'simulated://diff-a,simulated://diff-b' });
  const { body } = await createClient({ baseUrl: service.url }).call('login', {
    body: { slug: '1backend', password: 'changeme' },
  });
  client = createClient({ baseUrl: service.url, token: body.token.token });
}, 60_000);
afterAll(() => service[Symbol.asyncDispose]());

async function head(): Promise<string> {
  return String((await client.call('listEvents', { query: { type: 'None' } })).body.position);
}

/** Saves, and waits until it is up. */
async function save(resources: object, revision: number): Promise<void> {
  const deployment = { id: 'depl_d', definitionId: 'def', replicas: 2, resources };
  await client.call('saveDeployment', { body: { deployment } });
  await until(`revision ${revision} is up`, 20_000, async () => {
    const { body } = await client.call('showDeployment', { params: { id: 'depl_d' } });
    return body.revision === revision && body.deployment.status === 'OK';
  });
}

async function diff(query: { from: string; to?: string; of?: string }): Promise<readonly DifferenceView[]> {
  return (await client.call('diffFleet', { query })).body.differences;
}

const named = ({ kind, id, change }: DifferenceView): string => `${change} ${kind} ${id}`;

test('what a rollout changed, and nothing else', async () => {
  await client.call('saveDefinition', {
    body: { definition: { id: 'def', image: { name: 'web:1', internalPorts: [80] } } },
  });
  const before = await head();
  await save({ cpu: '500m' }, 1);
  const up = await head();
  expect((await diff({ from: before, to: up })).map(named)).toEqual([
    'added deployment depl_d',
    'added replica depl_d-r1-0',
    'added replica depl_d-r1-1',
  ]);
  await save({ cpu: '1' }, 2);
  const after = await head();
  const rolled = await diff({ from: up, to: after });
  expect(rolled.map(named)).toEqual([
    'changed deployment depl_d',
    'removed replica depl_d-r1-0',
    'removed replica depl_d-r1-1',
    'added replica depl_d-r2-0',
    'added replica depl_d-r2-1',
  ]);
  expect(rolled[0]?.text).toEqual(['CPU 500m -> 1 (+100 %)', 'revision 1 -> 2']);
  expect(await diff({ from: up, to: up })).toEqual([]);
  expect(await diff({ from: before, of: 'nobody' })).toEqual([]);
  // Of a node: the replicas that it has or had.
  const node = rolled.at(-1)?.text[0]?.replace('nodeId ', '') ?? '';
  expect(node).toMatch(/^node_/);
  const ofNode = await diff({ from: up, of: node });
  expect(ofNode.map(named)).toContain('added replica depl_d-r2-1');
  expect(new Set(ofNode.map(({ kind }) => kind))).toEqual(new Set(['replica']));

  const { code, stdout } = await service.tryOo('diff', '--from', up, '--to', after, '--of', 'depl_d');
  expect(code).toBe(2);
  expect(stdout).toMatch(
    /^CHANGE +KIND +ID +WHAT\n~ changed +deployment +depl_d +CPU 500m -> 1 \(\+100 %\); revision 1 -> 2\n- removed +replica +depl_d-r1-0 /,
  );
});

test('oo diff exits with 0 where nothing differs and 1 at every error; an age is a moment', async () => {
  const tryOo = (...args: readonly string[]) => service.tryOo(...args);
  const [same, wrong, future, age] = await Promise.all([
    tryOo('diff', '--from', '5', '--to', '5', '-o', 'json'),
    tryOo('diff'),
    tryOo('diff', '--from', '1', '--to', '99999999'),
    tryOo('diff', '--from', '10h', '--limit', '1'),
  ]);
  expect([same.code, JSON.parse(same.stdout)]).toEqual([0, { from: 5, to: 5, differences: [], omitted: 0 }]);
  expect(wrong.code).toBe(1);
  expect([future.code, future.stderr]).toEqual([1, expect.stringContaining('position 99999999 is in the future')]);
  expect([age.code, age.stdout]).toEqual([2, expect.stringContaining('+ added   node   node_')]);
  expect(age.stderr).toMatch(/and \d+ more; see them with --limit \d+/);
});
