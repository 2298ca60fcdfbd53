import { afterEach, beforeEach, expect, test } from 'vitest';

import { until } from '../support/until.ts';
import { type ListServer, startListServer } from './support/list-server.ts';
import { openShell, type Shell } from './support/oo.ts';
import { startOo } from './support/started.ts';

const one = (id: string, status: string): object => ({ id, definitionId: 'def_1', status });

let shell: Shell;
let server: ListServer;

beforeEach(async () => {
  shell = await openShell();
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await shell[Symbol.asyncDispose]();
});

async function serve(options: { readonly events: boolean } = { events: true }): Promise<void> {
  server = await startListServer(options);
  await shell.oo(['env', 'add', 'test', server.url]);
}

test('on a pipe: the table, then the rows that change, when an event says so and not before', async () => {
  await serve();
  server.deployments = [one('depl_1', 'OK'), one('depl_2', 'OK')];
  await using watching = startOo(shell, ['depl', 'ls', '-w']);
  await watching.printed('depl_2');
  await until('it follows the log', 5000, async () => server.followers() === 1);
  server.deployments = [one('depl_1', 'OK'), one('depl_2', 'Error'), one('a_longer_one', 'Pending')];
  const before = server.looks();
  server.tell();
  const told = performance.now();
  await watching.printed('a_longer_one');
  // Without events it would have looked five seconds later.
  expect(performance.now() - told).toBeLessThan(4000);
  expect(server.looks()).toBeLessThanOrEqual(before + 2);
  server.deployments = [one('depl_1', 'OK'), one('a_longer_one', 'Pending')];
  server.tell();
  await watching.printed('gone');
  expect(watching.stdout()).toBe(
    'ID       DEFINITION ID   STATUS   DETAILS\n' +
      'depl_1   def_1           OK       \n' +
      'depl_2   def_1           OK       \n' +
      'depl_2         def_1           Error     \n' +
      'a_longer_one   def_1           Pending   \n' +
      'depl_2 is gone\n',
  );
});

test('as JSON: one object for each line, of what is new and what has changed, and of what is gone', async () => {
  await serve();
  server.deployments = [one('depl_1', 'OK'), one('depl_2', 'OK')];
  await using watching = startOo(shell, ['depl', 'ls', '-w', '-o', 'ndjson', '--filter', 'id=depl_*']);
  await watching.printed('depl_2');
  await until('it follows the log', 5000, async () => server.followers() === 1);
  server.deployments = [one('depl_1', 'Error'), one('other', 'OK')];
  server.tell();
  await watching.printed('gone');
  const lines = watching.stdout().trimEnd().split('\n');
  expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
    one('depl_1', 'OK'),
    one('depl_2', 'OK'),
    one('depl_1', 'Error'),
    { id: 'depl_2', gone: true },
  ]);
});

test('on a terminal the table is drawn over itself, cut to its size', async () => {
  await serve();
  server.deployments = [one('depl_1', 'OK')];
  await using watching = startOo(shell, ['depl', 'ls', '-w'], { columns: 30, rows: 5 });
  await watching.printed('depl_1');
  await until('it follows the log', 5000, async () => server.followers() === 1);
  expect(watching.stdout()).toContain('ID       DEFINITION ID   STA…\r\n');
  server.deployments = Array.from({ length: 9 }, (_, index) => one(`depl_${index}`, 'OK'));
  server.tell();
  await watching.printed('more lines');
  // Up over the two lines of before, and away with them; then four lines of the five that the terminal has.
  const [, drawn = ''] = watching.stdout().split('\u001b[2A\u001b[J');
  expect(drawn.trimEnd().split('\r\n')).toEqual([
    expect.stringContaining('ID '),
    expect.stringContaining('depl_0 '),
    expect.stringContaining('depl_1 '),
    '… and 7 more lines',
  ]);
});

test('who may not follow the log is shown changes all the same', async () => {
  await serve({ events: false });
  server.deployments = [one('depl_1', 'OK')];
  await using watching = startOo(shell, ['depl', 'ls', '-w', '-o', 'name']);
  await watching.printed('depl_1');
  server.deployments = [one('depl_1', 'OK'), one('depl_2', 'OK')];
  await watching.printed('depl_2');
  expect(watching.stdout()).toBe('depl_1\ndepl_2\n');
});

test('a server that fails for a while is waited for; one that refuses ends the watch', async () => {
  await serve();
  server.deployments = [one('depl_1', 'OK')];
  await using watching = startOo(shell, ['depl', 'ls', '-w', '-o', 'name']);
  await watching.printed('depl_1');
  await until('it follows the log', 5000, async () => server.followers() === 1);
  server.failure = { status: 503, body: { error: 'the database is away' } };
  server.tell();
  await watching.printed('does not answer; trying again');
  server.failure = undefined;
  server.deployments = [one('depl_2', 'OK')];
  server.tell();
  await watching.printed('depl_2');
  server.failure = { status: 401, body: { error: 'Unauthorized' } };
  server.tell();
  await watching.printed('Error: cannot list deployments: Unauthorized');
  expect(watching.stdout()).toBe('depl_1\ndepl_2\n');
});
