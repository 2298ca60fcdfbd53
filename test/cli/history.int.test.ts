import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { testService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

const ID = 'depl_h';
let service: TestService;
beforeAll(async () => {
  service = await testService({ NODES: 'simulated://a' });
});
afterAll(() => service[Symbol.asyncDispose]());

const oo = (line: string): Promise<string> => service.oo(...line.split(' '));
async function file(name: string, text: string): Promise<string> {
  const path = join(service.shell.home, name);
  await writeFile(path, text);
  return path;
}
const deployment = (more: string): Promise<string> => file('d.yaml', `id: ${ID}\ndefinitionId: def_h\n${more}`);
const define = async (image: string): Promise<string> =>
  oo(`definition save ${await file('f.yaml', `id: def_h\nimage:\n  name: ${image}\n  internalPorts: [80]\n`)}`);
const entries = async (): Promise<readonly Record<string, unknown>[]> =>
  JSON.parse(await oo(`deployment history ${ID} -o json`)) as readonly Record<string, unknown>[];

test('two revisions, what differs, who did it, a tag, and the way back, also after another definition', async () => {
  await define('web:1');
  await service.oo('deployment', 'save', await deployment('resources: {cpu: 500m}\n'), '--wait', '-m', 'the first');
  await service.oo('deployment', 'save', await deployment('resources: {cpu: "1"}\n'), '--wait', '-m', 'too slow');
  const table = (await oo(`deployment history ${ID} --columns revision,kind,author,outcome,changes,reason`)).split(
    '\n',
  );
  expect(table.slice(0, 2).map((line) => line.split(/ {2,}/))).toEqual([
    ['REVISION', 'KIND', 'AUTHOR', 'OUTCOME', 'CHANGES', 'REASON'],
    ['2', 'save', '1backend', 'OK', 'CPU 500m -> 1 (+100 %)', 'too slow'],
  ]);
  expect((await oo(`deployment diff ${ID}`)).split('\n').map((line) => line.split(/ {2,}/))).toEqual([
    ['FIELD', 'CHANGE'],
    ['resources.cpu', 'CPU 500m -> 1 (+100 %)'],
    [''],
  ]);
  expect(JSON.parse(await oo(`deployment diff ${ID} 2 1 -o json`))).toMatchObject({ from: 2, to: 1 });
  expect(await oo(`deployment history ${ID} --diff`)).toContain('"too slow"\n  CPU 500m -> 1 (+100 %)\n');
  expect(await oo(`deployment blame ${ID} --columns field,author,reason --no-headers`)).toMatch(
    /^resources\.cpu +1backend +too slow$/m,
  );

  expect(await oo(`deployment tag ${ID} good --revision 1`)).toBe(`revision 1 of ${ID} is good\n`);
  await define('web:2');
  await until(
    'the changed definition is a revision',
    10_000,
    async () => (await entries())[0]?.['kind'] === 'definition',
  );
  const rolled = await service.oo('deployment', 'rollback', ID, '--to', 'good', '--wait', '-m', 'it was better');
  expect(rolled).toContain(`${ID} OK 1/1 ready`);
  const [latest, ofDefinition] = await entries();
  expect(ofDefinition).toMatchObject({ kind: 'definition', author: '1backend' });
  expect(latest).toMatchObject({ kind: 'rollback', outcome: 'OK', reason: 'it was better', image: 'web:1' });
  expect(JSON.parse(await oo(`deployment get ${ID} -o json`))).toMatchObject({ spec: { resources: { cpu: '500m' } } });

  const stale = await service.tryOo('deployment', 'save', await deployment('replicas: 2\n'), '--if-revision', '1');
  expect([stale.code, stale.stderr]).toEqual([5, expect.stringContaining('revision 2 by 1backend: CPU 500m -> 1')]);
  const none = await service.tryOo('deployment', 'rollback', ID, '--to', '99');
  expect([none.code, none.stderr]).toEqual([3, expect.stringMatching(/no revision 99; the nearest is \d/)]);
  expect(await oo(`deployment untag ${ID} good`)).toContain('no revision');
});
