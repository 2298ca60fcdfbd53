import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { readRun } from '../../scripts/demo/run-file.ts';
import { connectEngine } from '../../src/engine/connect.ts';
import { LABEL } from '../../src/engine/engine.ts';

const DEMO = resolve(import.meta.dirname, '../../scripts/demo.ts');
const DOCKER = 'unix:///var/run/docker.sock';

let parent: string;
let dir: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'deploy-svc-demo-test-'));
  dir = join(parent, 'state');
});

afterEach(async () => {
  await demo('--end').ended;
  await rm(parent, { recursive: true, force: true });
});

interface Demo {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>;
  /** Resolves when it has printed that. */
  readonly printed: (words: string) => Promise<void>;
}

function demo(...given: (string | Readonly<Record<string, string>>)[]): Demo {
  const options = given.filter((one) => typeof one === 'string');
  const more = given.find((one) => typeof one === 'object');
  const child = spawn(process.execPath, [DEMO, '--dir', dir, ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HOME: join(parent, 'untouched'), ...more },
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  const ended = Promise.all([text(child.stderr), once(child, 'close')]).then(([err, close]) => {
    const [code] = close as [number | null];
    return { code, out, err };
  });
  const printed = (words: string): Promise<void> =>
    new Promise((resolvePrinted, reject) => {
      child.stdout.on('data', () => out.includes(words) && resolvePrinted());
      void ended.then(({ err }) => reject(new Error(`it ended without "${words}":\n${out}\n${err}`)));
    });
  return { child, ended, printed };
}

/** Processes of the product that belong to this test's demo. */
async function processesLeft(): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const all = await Promise.all(
    pids.map(async (pid) => {
      const [environment, command] = await Promise.all(
        ['environ', 'cmdline'].map((file) => readFile(`/proc/${pid}/${file}`, 'latin1').catch(() => '')),
      );
      const ours = environment?.includes(`DEPLOY_SVC_DEMO_DIR=${dir}\0`) || command?.includes(join(dir, 'postgres'));
      return ours ? [`${pid} ${command}`] : [];
    }),
  );
  return all.flat();
}

/** Containers of the installation that runs in `dir`. */
async function ownContainers(): Promise<readonly string[]> {
  await using engine = connectEngine(DOCKER);
  const owner = (await readRun(dir))?.installationId ?? '';
  expect(owner).not.toBe('');
  return (await engine.list()).filter(({ labels }) => labels[LABEL.owner] === owner).map(({ id }) => id);
}

/** Those that the story told of. */
function toldContainers(out: string): readonly string[] {
  return [...out.matchAll(/container ([0-9a-f]{12}) created/g)].map(([, id = '']) => id);
}

async function expectNothingLeft(containers: readonly string[]): Promise<void> {
  await using engine = connectEngine(DOCKER);
  const all = new Set((await engine.list()).map(({ id }) => id.slice(0, 12)));
  expect(containers.map((id) => id.slice(0, 12)).filter((id) => all.has(id))).toEqual([]);
  expect(await processesLeft()).toEqual([]);
  expect(existsSync(dir)).toBe(false);
  expect(existsSync(join(parent, 'untouched'))).toBe(false);
}

const STORY = [
  '$ oo definition save',
  '3/3 ready in',
  'Hello from version 1',
  'Hello from version 2',
  '$ docker kill depl_hello-r2-',
  'container exited with code 137',
  'depl_hello saved: 3 of def_hello_v1',
  'revision 2: image deploy-svc-demo/hello:2',
  '$ oo deployment list',
  'depl_hello   def_hello_v2    OK',
  '$ oo deployment remove depl_hello',
  'depl_hello is removed',
  'nothing is left running',
];

/** What it tells when it leaves everything running: neither the removal nor the end. */
const STORY_KEPT = STORY.slice(0, STORY.indexOf('$ oo deployment remove depl_hello'));

function expectInOrder(out: string, words: readonly string[]): void {
  let at = 0;
  for (const word of words) {
    const found = out.indexOf(word, at);
    expect(found, `"${word}" after\n${out.slice(0, at)}\n--- in ---\n${out.slice(at)}`).toBeGreaterThanOrEqual(0);
    at = found + word.length;
  }
}

/** The story of three containers on a real engine, until they are left running: killed, healed, rolled out. */
function expectStory(out: string): void {
  expectInOrder(out, STORY_KEPT);
  expect(out.match(/\(generation 2\) ready/g)).toHaveLength(2);
  expect(new Set(toldContainers(out)).size).toBeGreaterThanOrEqual(7);
}

describe('npm run demo', () => {
  test('tells its story; --keep leaves it running, and --end ends it, and nothing is left', async () => {
    const { code, out } = await demo('--keep').ended;
    expect(code).toBe(0);
    expectStory(out);
    const url = /the API at (\S+),/.exec(out)?.[1] ?? '';
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const home = /export HOME=(\S+);/.exec(out)?.[1] ?? '';
    const oo = spawn(resolve(import.meta.dirname, '../../bin/oo'), ['deployment', 'list'], {
      env: { ...process.env, HOME: home },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    expect(await text(oo.stdout)).toMatch(/depl_hello +def_hello_v2 +OK/);
    const containers = await ownContainers();
    expect(containers).toHaveLength(3);
    const end = await demo('--end').ended;
    expect(end).toMatchObject({ code: 0, err: '' });
    await expectNothingLeft(containers);
  });

  test('what a killed run leaves is removed by the next one; an interruption ends everything that was started', async () => {
    const killed = demo();
    await killed.printed('3/3 ready in');
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect((await processesLeft()).length).toBeGreaterThanOrEqual(3);
    const left = await ownContainers();
    expect(left.length).toBeGreaterThanOrEqual(3);

    const { child, ended, printed } = demo();
    await printed('3/3 ready in');
    const containers = await ownContainers();
    expect(containers.length).toBeGreaterThanOrEqual(3);
    child.kill('SIGINT');
    const { code, out } = await ended;
    expect(code).toBe(130);
    expect(out).toContain('cleaned up after an earlier run');
    expect(out).toContain('SIGINT: cleaning up');
    await expectNothingLeft([...left, ...containers]);
  });
});

describe('npm run demo -- --simulate', () => {
  test('tells the same without an engine; a second one in the meantime says which process the first is', async () => {
    const first = demo('--simulate');
    await first.printed('# logging in');
    const second = await demo('--simulate').ended;
    expect(second.code).toBe(1);
    expect(second.err).toContain(`a demo is running (process ${first.child.pid})`);
    const { code, out, err } = await first.ended;
    expect(code, `${out}\n${err}`).toBe(0);
    expectInOrder(
      out,
      STORY.filter((words) => !/Hello|docker kill/.test(words)),
    );
    await expectNothingLeft([]);
  });
});

test('an option that it does not know is named, with those that it knows', async () => {
  const { code, err } = await demo('--simulated').ended;
  expect(code).toBe(2);
  expect(err).toContain("Unknown option '--simulated'");
  expect(err).toContain('--simulate ');
});

test('without an engine it fails, leaves nothing, and says how to go on', async () => {
  const { code, out, err } = await demo({ DOCKER_HOST: 'unix:///nowhere/docker.sock' }).ended;
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain('no engine answers at DOCKER_HOST=unix:///nowhere/docker.sock');
  expect(err).toContain('npm run demo -- --simulate');
  await expectNothingLeft([]);
});
