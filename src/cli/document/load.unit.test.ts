import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { definitionFile } from './definition-file.ts';
import { deploymentFile } from './deployment-file.ts';
import { type DocumentKind, type Loaded, loadDocuments, placeProblem } from './load.ts';
import { describeFileProblem } from './problem.ts';

const EXAMPLES = fileURLToPath(new URL('../../../test/fixtures/examples', import.meta.url));
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'oo-files-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

async function load<T>(kind: DocumentKind<T>, text: string): Promise<readonly Loaded<T>[]> {
  return loadDocuments(['-'], Readable.from([text]), kind);
}

/** The problems of a text, without the name of its file. */
async function problems(kind: DocumentKind<unknown>, ...lines: string[]): Promise<readonly string[]> {
  const error = await load(kind, lines.join('\n')).then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (!(error instanceof Failure)) throw new Error('it was accepted', { cause: error });
  expect(error.exitCode).toBe(EXIT.usage);
  return error.details.map((line) => line.replace('<stdin>:', ''));
}

test('the six example files are accepted as they are', async () => {
  const loaded = await loadDocuments([EXAMPLES], Readable.from([]), deploymentFile);
  expect(loaded.map(({ value }) => value.id)).toEqual([
    'depl_ai_model',
    'depl_dev_api',
    'depl_myservice123',
    'depl_simple123',
    'depl_user_service',
    'depl_webapp_prod',
  ]);
  expect(loaded[2]?.value).toMatchObject({
    strategy: { type: 'RollingUpdate', maxUnavailable: 1, maxSurge: 2 },
    resources: { cpu: '500m', memory: '256Mi', vram: '24GB' },
    targetRegions: [{ cluster: 'us-west1', zone: 'us-west1-b' }, { cluster: 'local-docker' }],
  });
});

test('unquoted scalars count as they are written where text is wanted', async () => {
  const [loaded] = await load(
    deploymentFile,
    'id: x\ndefinitionId: d\nresources: {cpu: 1.50}\nenvars: {PORT: 8080, V: 1.10, ON: true, N: no, E: }',
  );
  expect(loaded?.value.resources).toEqual({ cpu: '1.50' });
  expect(loaded?.value.envars).toMatchObject({ PORT: '8080', V: '1.10', ON: 'true', N: 'no' });
});

test('several documents, lists, JSON and anchors', async () => {
  const text =
    'id: a\ndefinitionId: d\nenvars: &e {A: "1"}\n---\n# nothing\n---\n- id: b\n  definitionId: d\n- id: c\n  definitionId: d\n';
  expect((await load(deploymentFile, text)).map(({ value }) => value.id)).toEqual(['a', 'b', 'c']);
  expect((await load(deploymentFile, '{"id": "j", "definitionId": "d"}'))[0]?.value).toEqual({
    id: 'j',
    definitionId: 'd',
  });
  const aliased = await load(deploymentFile, 'id: &x a\ndefinitionId: *x');
  expect(aliased[0]?.value).toEqual({ id: 'a', definitionId: 'a' });
});

test('every problem is told at once, each at its place', async () => {
  expect(
    await problems(
      deploymentFile,
      'id: depl_x',
      'strategy:',
      '  maxSurg: 1',
      '  type: RolingUpdate',
      'replicas: "3"',
      'resources: {memory: 12Qi}',
      'envars:',
      '  A: [1]',
    ),
  ).toEqual([
    '1:1 definitionId: is required (the id of a definition, as `oo definition list` shows it)',
    '3:3 strategy.maxSurg: no such field (did you mean maxSurge?)',
    '4:9 strategy.type: "RolingUpdate" is no strategy (did you mean RollingUpdate?)',
    '5:11 replicas: must be a whole number, not "3" (write it without quotes: 3)',
    '6:21 resources.memory: "12Qi" is no quantity above 0 (write it like "128Mi", "4Gi", "512M" or "24GB")',
    '8:3 envars.A: must be a text, not [1]',
  ]);
});

test('lost indentation is named as such, also where it makes the text no YAML at all', async () => {
  expect(
    await problems(
      deploymentFile,
      'id: a',
      'definitionId: d',
      'strategy:',
      'type: "RollingUpdate"',
      'targetRegions:',
      '- cluster: "us-west1"',
      'zone: "us-west1-b"',
      '- cluster: "local-docker"',
    ),
  ).toEqual([
    '4:1 type: is not indented, so it is not part of "strategy" on line 3 (put two more spaces before "type")',
    '7:1 zone: is not indented, so it is not part of "targetRegions" on line 5 (put two more spaces before "zone")',
    '8:1 not valid YAML: Implicit keys need to be on a single line',
  ]);
});

test.each([
  ['', 'is empty'],
  ['# only words', 'is empty'],
  ['just text', '1:1 must be an object, not "just text"'],
  ['definitionId: d', '1:1 id: is required (a later save of the file finds the deployment by it)'],
  ['id: a\nid: b\ndefinitionId: d', '2:1 not valid YAML: Map keys must be unique'],
  ['id: a\ndefinitionId: d\n---\nid: a\ndefinitionId: d', '4:5 id: "a" is also the id in <stdin>:1:5'],
])('%j: %s', async (text, problem) => {
  expect((await problems(deploymentFile, text)).map((line) => line.replace('<stdin>: ', ''))).toContainEqual(
    expect.stringContaining(problem),
  );
});

test('a bomb of aliases ends', async () => {
  const levels = Array.from(
    { length: 12 },
    (_, level) => `a${level + 1}: &a${level + 1} [${Array.from({ length: 10 }, () => `*a${level}`).join(',')}]`,
  );
  const told = await problems(deploymentFile, 'a0: &a0 x', ...levels);
  expect(told.join('\n')).toContain('more than 1000 aliases');
});

test('the three spellings of a definition become one', async () => {
  const same = { id: 'd', image: { name: 'n', internalPorts: [8080] }, ports: [{ internal: 8080, host: 8887 }] };
  for (const text of [
    'id: d\nimage: {name: n, internalPorts: [8080]}\nports: [{internal: 8080, host: 8887}]',
    'id: d\nimage: {name: n, port: 8080}\nports: {"8887": 8080}',
    'id: d\nhostPort: 8887\nimage: {name: n, port: 8080}',
  ]) {
    expect((await load(definitionFile, text))[0]?.value).toEqual(same);
  }
  const repository = 'id: d\nrepository: {url: u, port: 3000}\nhostPort: 1';
  expect((await load(definitionFile, repository))[0]?.value).toEqual({
    id: 'd',
    repository: { url: 'u', internalPorts: [3000] },
    ports: [{ internal: 3000, host: 1 }],
  });
});

test('a problem in an older spelling is told where it is written', async () => {
  expect(await problems(definitionFile, 'id: d', 'image: {name: n, port: 0}', 'ports:', '  "99999": 80')).toEqual([
    '2:24 image.internalPorts[0]: must be from 1 to 65535, not 0 (nearest: 1)',
    '4:3 ports[0].host: must be from 1 to 65535, not 99999 (nearest: 65535)',
  ]);
});

test("the server's problem finds its line, or the nearest part around it", async () => {
  await writeFile(join(directory, 'a.yml'), 'id: a\ndefinitionId: d\nenvars:\n  my.key: "1"\n');
  const [loaded] = await loadDocuments([directory], Readable.from([]), deploymentFile);
  if (loaded === undefined) throw new Error('nothing was loaded');
  const told = ['envars.my.key', 'definitionId', 'resources.cpu', 'envars.absent'].map((field) =>
    describeFileProblem(placeProblem({ ...loaded, file: 'a.yml' }, { field, message: 'x' })),
  );
  expect(told).toEqual([
    'a.yml:4:11 envars.my.key: x',
    'a.yml:2:15 definitionId: x',
    'a.yml:1:1 resources.cpu: x',
    'a.yml:3:1 envars.absent: x',
  ]);
});
