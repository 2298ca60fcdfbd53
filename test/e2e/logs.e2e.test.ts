import { createServer, type AddressInfo } from 'node:net';

import { beforeAll, expect, test } from 'vitest';

import type { LogLineRecord } from '../../src/api/contract/log-schemas.ts';
import { followLogs } from '../cli/support/followed.ts';
import { openShell } from '../cli/support/oo.ts';
import { docker } from '../engine/docker-harness.ts';
import { buildCountingImage } from '../support/counting-image.ts';
import { deploy, openInstallation, waitForEvent, waitForStatus } from '../support/installation.ts';

let image: string;
beforeAll(async () => {
  image = await buildCountingImage();
});

/** A port that an API can come back to. */
async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

const numbersOf = (lines: readonly LogLineRecord[], stream: string): number[] =>
  lines.filter((line) => line.stream === stream).map(({ text }) => Number(text.replace('line ', '')));

const byContainer = (lines: readonly LogLineRecord[]): Map<string, LogLineRecord[]> =>
  Map.groupBy(lines, ({ containerId = '' }) => containerId);

/** Each container's odd and even numbers, from the first on: none is missing, none comes twice. */
function expectWhole(lines: readonly LogLineRecord[]): void {
  for (const own of byContainer(lines).values()) {
    const [odd, even] = [numbersOf(own, 'stdout'), numbersOf(own, 'stderr')];
    expect(odd).toEqual(odd.map((_, index) => 2 * index + 1));
    expect(even).toEqual(even.map((_, index) => 2 * index + 2));
  }
}

test('two replicas are followed over a restart of one and of the API: no line is lost, none comes twice', async () => {
  await using installation = await openInstallation();
  const settings = { PORT: await freePort() };
  const api = await installation.start({ roles: 'api', settings });
  await installation.start();
  const start = await installation.store.head();
  await deploy(installation, { id: 'web', replicas: 2, image, envars: {} });
  await waitForStatus(installation, 'web', 'OK');
  await using shell = await openShell();
  await shell.oo(['env', 'add', 'test', api.url ?? '']);
  await shell.oo(['login', '1backend', 'changeme']);

  await using followed = followLogs(shell.home, 'web', '--tail', '10000');
  const enough = (lines: readonly LogLineRecord[], containers: number): boolean =>
    [...byContainer(lines).values()].filter((own) => own.length >= 40).length >= containers;
  await followed.until('both replicas are read', (lines) => enough(lines, 2));

  const [doomed = ''] = byContainer(followed.lines).keys();
  await docker.getContainer(doomed).kill({ signal: 'SIGTERM' });
  await followed.until('the next generation is read', (lines) => enough(lines, 3));
  const { data } = await waitForEvent(installation, start, ({ type }) => type === 'ReplicaFailed');
  const lastWords = 'failure' in data && typeof data.failure === 'object' ? data.failure.lastLogs : [];

  api.signal('SIGKILL');
  await api.end();
  const seen = followed.lines.length;
  await installation.start({ roles: 'api', settings });
  await followed.until('lines come again', (lines) => enough(lines.slice(seen), 2));

  expectWhole(followed.lines);
  // What the log kept of the dead container's end was told as it happened.
  expect(
    byContainer(followed.lines)
      .get(doomed)
      ?.map(({ text }) => text),
  ).toEqual(expect.arrayContaining(lastWords ?? []));
  expect(lastWords).toHaveLength(20);
  expect(followed.notices()).toMatch(/generation 1, node_\w+\): its container has ended with code 0/);
  expect(followed.notices()).toMatch(/no answer from .*; trying again\n(.*\n)*?-- connected again/);

  const previous = await shell.oo(['logs', 'web', '--previous', '--no-prefix']);
  expect(previous.stdout.trim().split('\n')).toEqual(lastWords);
  expect(previous.stderr).toContain('the last 20 lines, as the event of its failure keeps them');
  expect(previous.stderr).toContain('this is its first generation');
});
