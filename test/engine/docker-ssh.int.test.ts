import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { connectEngine } from '../../src/engine/connect.ts';
import type { SshOptions } from '../../src/engine/docker/options.ts';
import { LABEL, type Engine } from '../../src/engine/engine.ts';
import { tarOf } from '../support/images.ts';
import { anyOf, containing, rejection } from '../support/matchers.ts';
import { type SshServer, startSshServer } from '../support/ssh-server.ts';
import { docker, ignoreAbsent } from './docker-harness.ts';
import { collect } from './waiting.ts';

vi.setConfig({ testTimeout: 30_000 });

describe('an engine behind ssh', () => {
  let server: SshServer;
  beforeAll(async () => {
    server = await startSshServer('/var/run/docker.sock');
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const through = (ssh: SshOptions = {}): Engine => {
    const known = { identityFile: server.identityFile, knownHostsFile: server.knownHostsFile };
    return connectEngine(`ssh://deployer@127.0.0.1:${server.port}`, { ssh: { ...known, ...ssh } });
  };

  it('serves calls, many at once, as the user of the address', async () => {
    await using engine = through();
    await expect(engine.info()).resolves.toMatchObject({ version: anyOf(String) });
    const answers = await Promise.all(Array.from({ length: 20 }, () => engine.hasImage('deploy-svc-test/absent:1')));
    expect(answers).toEqual(Array.from({ length: 20 }, () => false));
    expect(new Set(server.users)).toEqual(new Set(['deployer']));
  });

  it('uses a connection again', async () => {
    await using engine = through();
    await engine.info();
    const before = server.users.length;
    await engine.info();
    await engine.info();
    expect(server.users.length).toBe(before);
  });

  it('carries uploads and streams', async () => {
    await using engine = through();
    const tag = `deploy-svc-test/ssh:${process.pid}`;
    await engine.build(tarOf({ Dockerfile: 'FROM scratch\nCOPY blob /blob\n', blob: Buffer.alloc(3_000_000) }), tag);
    expect(await engine.hasImage(tag)).toBe(true);
    await ignoreAbsent(docker.getImage(tag).remove());
    const controller = new AbortController();
    const reading = collect(engine.events({ signal: controller.signal }));
    await engine.info();
    controller.abort();
    // Others may use the engine at the same time: what comes is an event like any other.
    for (const { labels } of await reading) expect(labels).toHaveProperty(LABEL.managed);
  });

  it('ends a stream with unreachable when the session ends', async () => {
    await using engine = through();
    const since = (await engine.info()).now;
    const reading = engine.events({ since: new Date(since.getTime() - 1), signal: new AbortController().signal });
    const broken = rejection(collect(reading));
    await engine.info();
    server.cut();
    expect(await broken).toMatchObject({ code: 'unreachable' });
  });

  it('refuses a host whose key is not the known one, with the words of ssh', async () => {
    await using engine = through({ knownHostsFile: server.wrongKnownHostsFile });
    await expect(engine.info()).rejects.toMatchObject({
      code: 'unreachable',
      message: containing('Host key verification failed'),
    });
  });

  it('says that it was not let in', async () => {
    await using engine = through({ identityFile: server.strangeIdentityFile });
    await expect(engine.info()).rejects.toMatchObject({
      code: 'unreachable',
      message: containing('Permission denied'),
    });
  });

  it('says that there is no ssh', async () => {
    await using engine = through({ command: '/nowhere/ssh' });
    await expect(engine.info()).rejects.toMatchObject({
      code: 'unreachable',
      message: containing('ENOENT'),
    });
  });
});
