import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TlsOptions } from 'node:tls';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { connectEngine } from '../../src/engine/connect.ts';
import { type Certificates, makeCertificates } from '../support/certificates.ts';
import { anyOf, matching } from '../support/matchers.ts';
import { startProxy } from '../support/proxy.ts';
import { collect } from './waiting.ts';

const SOCKET = '/var/run/docker.sock';
const read = (folder: string, file: string): Buffer => readFileSync(join(folder, file));

describe('an engine behind TLS', () => {
  let ours: Certificates;
  let strange: Certificates;
  let server: TlsOptions;

  beforeAll(async () => {
    [ours, strange] = await Promise.all([makeCertificates(), makeCertificates()]);
    const folder = ours.server;
    server = {
      ca: read(folder, 'ca.pem'),
      cert: read(folder, 'cert.pem'),
      key: read(folder, 'key.pem'),
      requestCert: true,
      rejectUnauthorized: true,
    };
  });
  afterAll(async () => {
    await Promise.all([ours[Symbol.asyncDispose](), strange[Symbol.asyncDispose]()]);
  });

  it('serves calls and streams to a client that it knows', async () => {
    await using proxy = await startProxy(SOCKET, server);
    await using engine = connectEngine(`tcp://127.0.0.1:${proxy.port}`, { tls: { directory: ours.client } });
    await expect(engine.info()).resolves.toMatchObject({ version: anyOf(String) });
    const controller = new AbortController();
    const reading = collect(engine.events({ signal: controller.signal }));
    await engine.info();
    controller.abort();
    expect(await reading).toEqual([]);
  });

  it('takes the files one by one', async () => {
    await using proxy = await startProxy(SOCKET, server);
    const tls = {
      ca: join(ours.client, 'ca.pem'),
      cert: join(ours.client, 'cert.pem'),
      key: join(ours.client, 'key.pem'),
    };
    await using engine = connectEngine(`tcp://127.0.0.1:${proxy.port}`, { tls });
    await expect(engine.info()).resolves.toMatchObject({ version: anyOf(String) });
  });

  it('refuses a client of another authority', async () => {
    await using proxy = await startProxy(SOCKET, server);
    const tls = {
      ca: join(ours.client, 'ca.pem'),
      cert: join(strange.client, 'cert.pem'),
      key: join(strange.client, 'key.pem'),
    };
    await using engine = connectEngine(`tcp://127.0.0.1:${proxy.port}`, { tls });
    await expect(engine.info()).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('is refused when its certificate is of another authority', async () => {
    await using proxy = await startProxy(SOCKET, server);
    await using engine = connectEngine(`tcp://127.0.0.1:${proxy.port}`, { tls: { directory: strange.client } });
    await expect(engine.info()).rejects.toMatchObject({
      code: 'unreachable',
      message: matching(/certificate/),
    });
  });

  it('is refused when its certificate is for another host', async () => {
    await using proxy = await startProxy(SOCKET, server);
    await using engine = connectEngine(`tcp://localhost:${proxy.port}`, { tls: { directory: ours.client } });
    await expect(engine.info()).rejects.toMatchObject({
      code: 'unreachable',
      message: matching(/altnames/),
    });
  });

  it('says which file is missing', () => {
    expect(() => connectEngine('tcp://127.0.0.1:2376', { tls: { directory: '/nowhere' } })).toThrow('/nowhere/ca.pem');
  });
});
