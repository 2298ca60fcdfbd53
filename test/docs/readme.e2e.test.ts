import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { connectEngine } from '../../src/engine/connect.ts';
import { LOCAL_ENGINE } from '../../src/process/nodes.ts';
import { removeContainers } from '../support/service.ts';
import { startEmbedded } from '../../src/postgres/embedded.ts';
import { blocksOf, commandsOf } from './blocks.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);
const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');
const README = blocksOf(read('README.md'));
const DOCUMENTS = ['README.md', 'CONTRIBUTING.md'];

/** Commands that are not run here, and the test that runs them. */
const RUN_ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['npm run demo', 'test/e2e/demo.e2e.test.ts'],
  ['scripts/environment.sh', 'test/e2e/image.e2e.test.ts'],
  ['scripts/image.sh', 'test/e2e/image.e2e.test.ts'],
  ['docker compose up -d --scale worker=3', 'test/e2e/image.e2e.test.ts'],
]);

let dir: string;
let environment: NodeJS.ProcessEnv;
const stack = new AsyncDisposableStack();

/** The server as the page starts it, and beside it a folder with the files of the page. */
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'deploy-svc-readme-'));
  stack.defer(() => rm(dir, { recursive: true, force: true }));
  await mkdir(join(dir, 'bin'));
  await symlink(join(ROOT, 'bin/oo'), join(dir, 'bin/oo'));
  await symlink(join(ROOT, 'demo'), join(dir, 'demo'));
  for (const { lines } of README.filter(({ language }) => language === 'yaml')) {
    const [, name = ''] = /^# ([\w-]+\.yaml)$/.exec(lines[0] ?? '') ?? [];
    await writeFile(join(dir, name), `${lines.join('\n')}\n`);
  }
  environment = { ...process.env, HOME: join(dir, 'home'), DATA_DIR: join(dir, 'data'), PORT: '0' };
  const url = await startServer();
  await run(join(ROOT, 'bin/oo'), ['env', 'add', 'local', url], { env: environment });
});
afterAll(() => stack.disposeAsync());

async function startServer(): Promise<string> {
  // The same server as the process uses: with it the containers of this installation can be removed at the end.
  const database = stack.use(await startEmbedded({ dataDir: join(dir, 'data/postgres') }));
  const engine = stack.use(connectEngine(LOCAL_ENGINE));
  stack.defer(() => removeContainers(engine, database.url));
  // `npm start`, without npm between the signal and the process.
  const child = spawn('bash', [join(ROOT, 'scripts/with-node.sh'), 'src/main.ts'], {
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  stack.defer(async () => {
    const end = once(child, 'close');
    child.kill();
    await end;
  });
  for await (const line of createInterface({ input: child.stderr })) {
    const { message, url } = JSON.parse(line) as { message: string; url?: string };
    if (message !== 'ready') continue;
    child.stderr.resume();
    return url ?? '';
  }
  throw new Error('the server ended');
}

test('every command is an npm script, runs here, or runs in the test that is named for it', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Readonly<Record<string, string>> };
  for (const command of DOCUMENTS.flatMap((name) => blocksOf(read(name)))
    .filter(({ language }) => language === 'sh')
    .flatMap(commandsOf)) {
    const elsewhere = RUN_ELSEWHERE.get(command);
    const script = /^npm (?:run )?([\w:]+)/.exec(command)?.[1] ?? '';
    const known = (elsewhere !== undefined && existsSync(join(ROOT, elsewhere))) || scripts[script] !== undefined;
    expect(known || command.startsWith('bin/oo '), command).toBe(true);
  }
});

test('the demo prints what the page shows', async () => {
  const [shown] = README.filter(({ language, lines }) => language === 'console' && lines[0] === '$ npm run demo');
  const { stdout, stderr } = await run(process.execPath, [
    join(ROOT, 'scripts/demo.ts'),
    '--dir',
    join(dir, 'demo-state'),
  ]);
  const printed = new Set(`${stdout}\n${stderr}`.split('\n').map(steady));
  // Of the progress the page shows what was seen that time; which steps are seen depends on how fast they are.
  const expected = (shown?.lines ?? [])
    .slice(1)
    .filter((line) => line !== '…' && !/^depl_hello (replica|Pending|Deploying)/.test(line));
  expect(expected.length).toBeGreaterThan(40);
  expect(expected.map(steady).filter((line) => !printed.has(line))).toEqual([]);
  const told = [...stdout.matchAll(/container ([0-9a-f]{12}) created/g)].map(([, id = '']) => id);
  expect(told.length).toBeGreaterThanOrEqual(7);
  await using engine = connectEngine(LOCAL_ENGINE);
  const left = (await engine.list()).filter(({ id }) => told.includes(id.slice(0, 12)));
  expect(left).toEqual([]);
});

/** Without what differs from run to run: numbers, ids, names of workers and containers. */
function steady(line: string): string {
  return line
    .replaceAll(/\bcontainer [0-9a-f]{12}\b/g, 'container ID')
    .replaceAll(/(-g\d+)-[0-9a-f]{8}\b/g, '$1-INSTALLATION')
    .replaceAll(/\bworker \w{4}\b/g, 'worker NAME')
    .replaceAll(/\bnode_\w+/g, 'node_ID')
    .replaceAll(/\bhash [0-9a-f]{64}\b/g, 'hash HASH')
    .replaceAll(/\d+(\.\d+)?/g, 'N')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

test('what the page says to type works, in its order', async () => {
  const ran: string[] = [];
  const followed: string[] = [];
  for (const command of README.filter(({ language }) => language === 'sh').flatMap(commandsOf)) {
    if (RUN_ELSEWHERE.has(command) || command === 'npm test') continue;
    const cwd = command.startsWith('npm ') ? ROOT : dir;
    const result = await run('bash', ['-c', command], { cwd, env: environment }).catch((error: unknown) => {
      throw new Error(`${command} failed`, { cause: error });
    });
    ran.push(command);
    if (command.endsWith('--wait')) followed.push(result.stdout);
  }
  expect(ran.length).toBeGreaterThan(10);
  expect(followed).toEqual([expect.stringMatching(/ OK 3\/3 ready in /), expect.stringMatching(/ OK 2\/2 ready in /)]);
});

/** A command of a transcript with what it printed. */
interface Step {
  readonly command: string;
  readonly printed: readonly string[];
}

function stepsOf(lines: readonly string[]): readonly Step[] {
  const starts = lines.flatMap((line, index) => (line.startsWith('$ ') ? [index] : []));
  return starts.map((start, n) => ({
    command: (lines[start] ?? '').slice(2),
    printed: lines.slice(start + 1, starts[n + 1] ?? lines.length),
  }));
}

/** What stands for lines left out matches any. */
function shownBy(printed: readonly string[]): RegExp {
  const lines = printed.map((line) =>
    line === '…' ? '(?:.*\\n)*' : `${steady(line).replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\n`,
  );
  return new RegExp(`^${lines.join('')}$`);
}

test('the tour: a deployment is broken, explained, compared, rolled back and proved, as the page shows it', async () => {
  const [tour] = README.filter(({ lines }) => lines[0]?.startsWith('$ bin/oo definition save my-definition.yaml'));
  const steps = stepsOf(tour?.lines ?? []);
  expect(steps.length).toBeGreaterThan(8);
  await run(join(ROOT, 'bin/oo'), ['login', '1backend', 'changeme'], { env: environment });
  for (const { command, printed } of steps) {
    const once = async (): Promise<string> => {
      const { stdout } = await run('bash', ['-c', `exec 2>&1; ${command}`], { cwd: dir, env: environment });
      return stdout.replaceAll(/^.*\n/gm, (line) => `${steady(line)}\n`);
    };
    // What changes something is done once; what only reads may be asked before the planner has come to it.
    const said = / (save|rollback) /.test(command) ? await once() : undefined;
    await expect.poll(() => said ?? once(), { timeout: 20_000, message: command }).toMatch(shownBy(printed));
  }
  await run(join(ROOT, 'bin/oo'), ['deployment', 'remove', 'depl_tour'], { env: environment });
});

test('what the page says about a mistake is what the command line says', async () => {
  const [shown] = README.filter(({ lines }) => lines[0]?.startsWith('$ bin/oo deployment save mistaken.yaml'));
  const [command = '', ...words] = shown?.lines ?? [];
  const failure = await run('bash', ['-c', command.slice(2)], { cwd: dir, env: environment }).then(
    () => undefined,
    (error: unknown) => error as { code: number; stderr: string },
  );
  expect(failure).toMatchObject({ code: 2, stderr: `${words.join('\n')}\n` });
});

const DECISIONS = readdirSync(join(ROOT, 'docs/decisions')).map((name) => `docs/decisions/${name}`);

test.each(['README.md', ...DECISIONS])('every test that %s names exists', (name) => {
  const named = [...read(name).matchAll(/`(test\/[\w./-]+\.ts)`/g)].map(([, path = '']) => path);
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test.each(['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md'])('every link and path of %s leads somewhere', (name) => {
  const links = [...read(name).matchAll(/\]\(([^)#]+)\)/g)].map(([, target = '']) => target);
  const paths = [...read(name).matchAll(/`((?:src|scripts|docs|demo|migrations)\/[\w./-]+\.(?:ts|sh|md))`/g)].map(
    ([, path = '']) => path,
  );
  const missing = [...links, ...paths].filter((path) => !/^https?:/.test(path) && !existsSync(join(ROOT, path)));
  expect(missing).toEqual([]);
});
