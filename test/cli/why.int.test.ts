import { afterAll, beforeAll, expect, test } from 'vitest';

import type { Trace } from '../../src/api/contract/why.ts';
import { createSimulatedHost, dropSimulatedHost } from '../../src/engine/simulated/registry.ts';
import { testService, type TestService } from '../support/service.ts';
import { simulatedWebImage } from '../support/simulated-web-image.ts';

let service: TestService;
beforeAll(async () => {
  createSimulatedHost('told', { images: { 'web:1': simulatedWebImage('1') } });
  service = await testService({ NODES: 'simulated://told' });
  await service.shell.oo(['definition', 'save', '-'], 'id: def_t\nimage:\n  name: web:1\n  internalPorts: [8080]\n');
  await service.shell.oo(['deployment', 'save', '-', '--wait'], 'id: told\ndefinitionId: def_t\nreplicas: 1\n');
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  dropSimulatedHost('told');
});

test('why: a line for each event, with its time and its position at the end', async () => {
  const text = await service.oo('why', 'told-r1-0');
  const [head, ...lines] = text.trimEnd().split('\n');
  expect(head).toBe('replica told-r1-0:');
  for (const line of lines) expect(line).toMatch(/^\d\d:\d\d:\d\d\.\d{3} {2}.*\. \[\d+\]$/);
  expect(lines[0]).toContain('1backend saved told for the first time: 1 replica of definition def_t.');
  expect(JSON.parse(await service.oo('why', 'told-r1-0', '-o', 'json'))).toMatchObject({ kind: 'replica' });
});

test('why and why-not: what does not exist is said with the nearest that does', async () => {
  for (const command of ['why', 'why-not']) {
    const ran = await service.tryOo(command, 'tolt');
    expect(ran).toMatchObject({ code: 3, stderr: expect.stringContaining('did you mean told?') as string });
  }
});

test('why-not: all is well, and then what is in the way with the ways out', async () => {
  expect(await service.oo('why-not', 'told')).toBe('told is OK: all replicas are up, nothing is in the way\n');
  await service.shell.oo(
    ['deployment', 'save', '-'],
    'id: vast\ndefinitionId: def_t\nreplicas: 1\nresources:\n  memory: 64Gi\n',
  );
  const text = await service.oo('why-not', 'vast');
  expect(text).toMatch(/In the way:\n {2}1 replica fits no node -> oo node list\n/);
  expect(text).toMatch(/Nodes:\n {2}node_\w+: memory needs 64Gi, has \d+Mi free of \d+Mi/);
  expect(text).toMatch(
    /Any of these would let it fit:\n {2}-\d+Mi memory per replica: request \d+Mi instead of 65536Mi\n/,
  );
});

test('trace: a tree with times, the event marked; an event that is not there is 3', async () => {
  const { sentences } = JSON.parse(await service.oo('why', 'told-r1-0', '-o', 'json')) as {
    sentences: { position: number; type: string }[];
  };
  const position = String(sentences.find(({ type }) => type === 'ContainerStarted')?.position);
  const tree = await service.oo('trace', position);
  expect(tree).toMatch(/^\[\d+\] \+0\.0 s DeploymentSaved: /);
  expect(tree).toMatch(/^ *[│ ]*[├└]─ \[\d+\] \+\d+\.\d s ReplicaScheduled: /m);
  expect(tree.split('\n').filter((line) => line.endsWith('<- this one'))).toEqual([
    expect.stringContaining(`[${position}]`),
  ]);
  const { eventId } = JSON.parse(await service.oo('trace', position, '-o', 'json')) as Trace;
  expect(await service.oo('trace', eventId)).toBe(tree);
  expect(await service.tryOo('trace', '999999')).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('oo events -o wide') as string,
  });
});

test('report: Markdown; of a deployment since a while ago; bad times and no subject are refused', async () => {
  const text = await service.oo('report', '--deployment', 'told', '--since', '1h');
  expect(text).toMatch(/^# Report on deployment told\n\n\d{4}-/);
  expect(text).toMatch(/\n\| time \| event \| who \| what and why \|\n/);
  expect(JSON.parse(await service.oo('report', '--deployment', 'told', '-o', 'json'))).toMatchObject({
    counts: { scheduled: 1, ready: 1, failed: 0 },
  });
  expect(await service.tryOo('report', '--deployment', 'told', '--since', 'noon')).toMatchObject({ code: 2 });
  expect(await service.tryOo('report')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--deployment') as string,
  });
  expect(await service.tryOo('report', '--correlation', 'none')).toMatchObject({ code: 3 });
});
