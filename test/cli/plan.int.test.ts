import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { testService, type TestService } from '../support/service.ts';

let service: TestService;
let file: string;
beforeAll(async () => {
  service = await testService({ NODES: 'simulated://plan-node' });
  file = join(service.shell.home, 'web.yaml');
  await writeFile(file, 'id: def-web\nimage: {name: web:1, internalPorts: [8080]}\n');
  await service.oo('definition', 'save', file);
});
afterAll(() => service[Symbol.asyncDispose]());

const web = (more: string): Promise<void> => writeFile(file, `id: web\ndefinitionId: def-web\n${more}`);
/** What differs from run to run in the place of what it is. */
const plain = (text: string): string =>
  text
    .replaceAll(/node_\w+/g, 'NODE')
    .replaceAll(/position \d+/g, 'position P')
    .replaceAll(/--plan-position \d+/g, '--plan-position P')
    .replaceAll(file, 'web.yaml')
    .replaceAll(/ {3,}/g, '   ');

test('a first save is shown with its actions, scores and end, and exits with 2; saved as shown it does that', async () => {
  await web('replicas: 1\n');
  const ran = await service.tryOo('deployment', 'plan', file);
  expect([ran.code, ran.stderr]).toEqual([2, '']);
  expect(plain(ran.stdout)).toMatchInlineSnapshot(`
    "web: revision 0 → 1 (at position P)

      definitionId added: def-web
      replicas added: 1

    ACTION   REPLICA   NODE   SCORE   WHY
    ~ revise   -   -   -   create revision 1 of web:1
    + start   web-r1-0   NODE   13 (spread 1, balance 1, cards 1, image 0, zones 1)   1 wanted

    1 step; at worst 0 of 0 that serve now missing, 0 more than 1 there
    Leads to OK, 1/1 ready
    Warning: no node has had the image web:1 yet: whether it can be pulled is found out when it is started
    Save exactly this: oo deployment save web.yaml --plan-position P
    "
  `);
  const position = /--plan-position (\d+)/.exec(ran.stdout)?.[1] ?? '';
  await service.oo('deployment', 'save', file, '--plan-position', position, '--wait');
  const same = await service.tryOo('deployment', 'plan', file);
  expect([same.code, plain(same.stdout)]).toEqual([0, 'web: nothing would change, revision 1 (at position P)\n']);
});

test('a change shows its fields; what has moved since refuses the save with 5, and says what', async () => {
  await web('replicas: 2\nenvars: {MODE: b}\n');
  const ran = await service.tryOo('deployment', 'plan', file);
  expect(ran.code).toBe(2);
  expect(plain(ran.stdout)).toMatchInlineSnapshot(`
    "web: revision 1 → 2 (at position P)

      envars.MODE added: b
      replicas 1 -> 2

    ACTION   REPLICA   NODE   SCORE   WHY
    ~ revise   -   -   -   create revision 2 of web:1
    + start   web-r2-0   NODE   14 (spread 1, balance 1, cards 1, image 1, zones 1)   2 wanted
    + start   web-r2-1   NODE   10 (spread 0.5, balance 1, cards 1, image 1, zones 0.5)   2 wanted

      1 ready replica stays until others are ready: at least 2 of 2 must be

    2 steps; at worst 0 of 1 that serve now missing, 1 more than 2 there
    Leads to OK, 2/2 ready
    Save exactly this: oo deployment save web.yaml --plan-position P
    "
  `);
  const position = /--plan-position (\d+)/.exec(ran.stdout)?.[1] ?? '';
  await service.oo('deployment', 'scale', 'web', '3', '--wait');
  const refused = await service.tryOo('deployment', 'save', file, '--plan-position', position);
  expect(refused.code).toBe(5);
  expect(plain(refused.stderr)).toMatch(
    /^Error: cannot save deployment web: what was planned at position P is no longer/,
  );
  expect(refused.stderr).toContain('deployment web (position ');
});

test('as JSON it has the number of its format; colours are for those who want them', async () => {
  const ran = await service.tryOo('deployment', 'plan', 'web', '-o', 'json');
  expect(ran.code).toBe(0);
  expect(JSON.parse(ran.stdout)).toMatchObject({ format_version: 1, deploymentId: 'web', changes: false, actions: [] });
  expect((await service.tryOo('deployment', 'plan', file)).stdout).not.toContain('\u001b');
});

test('what if: a node less, and others more', async () => {
  const less = await service.tryOo('deployment', 'plan', 'web', '--without-node', 'simulated://plan-node');
  expect(less.code).toBe(2);
  expect(less.stdout).toMatch(/^- give up +web-.* is lost$/m);
  expect(less.stdout).toMatch(
    /^Leads to Deploying: 3 replicas fit no node: .* health needs an engine that answers, has lost; 0\/3 ready$/m,
  );
  expect(less.stdout).not.toContain('Save exactly this');
  const nodes = join(service.shell.home, 'nodes.yaml');
  await writeFile(nodes, '- {name: new-a, cpu: "4", memory: 8Gi}\n- {name: new-b, cpu: "4", memory: 8Gi, zone: z}\n');
  const more = await service.tryOo(
    'depl',
    'plan',
    'web',
    '--without-node',
    'simulated://plan-node',
    '--with-nodes',
    nodes,
  );
  expect(more.stdout).toMatch(/^\+ start .* new-[ab] /m);
  expect(more.stdout).toMatch(/^Leads to OK, 3\/3 ready$/m);
  await writeFile(nodes, '- {name: new-a, cpu: "4", memroy: 8Gi}\n');
  const wrong = await service.tryOo('depl', 'plan', 'web', '--with-nodes', nodes);
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining(`${nodes}:1:`)]);
});

test('every error exits with 1, where 2 says that something would change', async () => {
  await web('replicas: -2\n');
  const bad = await service.tryOo('deployment', 'plan', file);
  expect([bad.code, bad.stdout]).toEqual([1, '']);
  expect(bad.stderr).toContain(`${file}:3:11 replicas:`);
  const none = await service.tryOo('deployment', 'plan', 'nobody');
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('next: oo deployment list')]);
  expect((await service.tryOo('deployment', 'plan', 'web', '--nonsense')).code).toBe(1);
  expect((await service.tryOo('deployment', 'plan')).code).toBe(1);
  expect((await service.tryOo('deployment', 'plan', '--help')).code).toBe(0);
  expect((await service.tryOo('deployment', 'plan', 'web', '--at', 'yesterday')).code).toBe(1);
});

test('a plan position is of one deployment', async () => {
  await web('---\nid: web-2\ndefinitionId: def-web\n');
  const ran = await service.tryOo('deployment', 'save', file, '--plan-position', '1');
  expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining('--plan-position is of one deployment')]);
});
