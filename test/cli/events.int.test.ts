import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

import { expect, test } from 'vitest';

import { OO, openShell } from './support/oo.ts';
import { startReplayServer } from './support/replay-server.ts';
import { startRolloutServer } from './support/rollout-server.ts';

const event = (position: number): object => ({
  position,
  id: `evt_${position}`,
  stream: 'deployment/depl_x',
  version: 1,
  type: 'DeploymentSaved',
  data: { deploymentId: 'depl_x' },
  actor: 'user:1backend',
  correlationId: 'c',
  at: '2026-01-02T03:04:05.678Z',
});

test('events are listed as a table, filtered by the server', async () => {
  await using server = await startReplayServer(() => ({ body: { events: [event(7)], position: 7 } }));
  await using shell = await openShell();
  await shell.oo(['env', 'add', 'test', server.url]);
  const ran = await shell.oo(['events', '--of', 'depl_x', '--after', '6', '-n', '5']);
  expect(ran).toEqual({
    code: 0,
    stderr: '',
    stdout:
      'POSITION   TIME                       TYPE              STREAM              ACTOR           DATA\n' +
      '7          2026-01-02T03:04:05.678Z   DeploymentSaved   deployment/depl_x   user:1backend   {"deploymentId":"depl_x"}\n',
  });
  expect(server.received.map(({ path }) => path)).toEqual(['/deploy-svc/events?entity=depl_x&after=6&limit=5']);
});

test('more events than a page holds are read page by page; the server does the looking', async () => {
  await using server = await startReplayServer(({ path }) => {
    const query = new URL(path, 'http://x').searchParams;
    const [after, limit] = [Number(query.get('after') ?? 0), Number(query.get('limit'))];
    const positions = Array.from({ length: 2_500 }, (_, index) => index + 1)
      .filter((each) => each > after)
      .slice(0, limit);
    return { body: { events: positions.map(event), position: positions.at(-1) ?? after } };
  });
  await using shell = await openShell();
  await shell.oo(['env', 'add', 'test', server.url]);
  const options = ['--type', 'Rare', 'Very*', '--actor', 'user/a', '--correlation', 'c', '--since', '7', '-o', 'name'];
  const { stdout } = await shell.oo(['events', ...options, '-n', '2200']);
  expect(stdout.trim().split('\n')).toEqual(Array.from({ length: 2_200 }, (_, index) => `evt_${index + 1}`));
  const asked = server.received.map(({ path }) => Object.fromEntries(new URL(path, 'http://x').searchParams));
  const filter = { type: 'Rare,Very*', actor: 'user/a', correlationId: 'c', since: '7' };
  expect(asked).toEqual([
    { ...filter, limit: '1000' },
    { ...filter, limit: '1000', after: '1000' },
    { ...filter, limit: '200', after: '2000' },
  ]);
});

test('what follows has no end', async () => {
  await using shell = await openShell();
  const ran = await shell.oo(['events', '--follow', '--until', '10m']);
  expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining('what follows has no end')]);
});

test('followed events come one JSON object for each line, over a broken stream, until the reader goes away', async () => {
  const steps = ['a', 'b', 'c'].map((type) => ({ type }));
  await using server = await startRolloutServer({ steps, breakAfter: 1, happened: 3 });
  await using shell = await openShell();
  await shell.oo(['env', 'add', 'test', server.url]);
  const child = spawn(OO, ['events', '-f', '-o', 'json'], { env: { ...process.env, HOME: shell.home } });
  const types: unknown[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    types.push((JSON.parse(line) as { type: unknown }).type);
    if (types.length === 3) break;
  }
  expect(types).toEqual(['a', 'b', 'c']);
  const gone = once(child, 'exit');
  child.kill('SIGINT');
  expect(await gone).toEqual([null, 'SIGINT']);
});
