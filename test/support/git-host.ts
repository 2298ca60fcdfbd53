import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { GitServer } from './git-server.ts';

/** A git server under a name of the world outside, for everything in this process that goes through a proxy. */
export interface GitHost extends AsyncDisposable {
  /** `METHOD path` of every request. */
  readonly requests: readonly string[];
}

/**
 * Serves the public repository at `https://HOST/PATH`, with a certificate of its own. What takes the settings of a proxy
 * (HTTPS_PROXY, SSL_CERT_FILE) reaches it and no other host; they are what they were when it is disposed.
 */
export async function serveAs(
  repository: Pick<GitServer, 'url'>,
  { host, path }: { readonly host: string; readonly path: string },
): Promise<GitHost> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'deploy-svc-host-'));
  stack.defer(() => rm(folder, { recursive: true }));
  const [key, certificate] = await makeCertificate(folder, host);
  const requests: string[] = [];
  const front = createTlsServer(
    { key: await readFile(key), cert: await readFile(certificate) },
    (incoming, outgoing) => {
      requests.push(`${incoming.method} ${incoming.url}`);
      const target = new URL((incoming.url ?? '').replace(path, '/repo.git'), repository.url);
      const { method, headers } = incoming;
      incoming.pipe(
        request(target, { method, headers: { ...headers, host: target.host } }, (answer) => {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
        }),
      );
    },
  ).listen(0, '127.0.0.1');
  await once(front, 'listening');
  stack.defer(() => void front.close());
  stack.defer(() => front.closeAllConnections());
  const proxy = createServer().listen(0, '127.0.0.1');
  proxy.on('connect', ({ url }, client) => {
    if (url !== `${host}:443`) return void client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    const far = connect((front.address() as AddressInfo).port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      client.pipe(far).pipe(client);
    });
    for (const socket of [client, far]) socket.on('error', () => socket.destroy());
  });
  await once(proxy, 'listening');
  stack.defer(() => void proxy.close());
  const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  stack.use(withEnvironment({ ...NO_SETTINGS, HTTPS_PROXY: address, SSL_CERT_FILE: certificate }));
  const whole = stack.move();
  return { requests, [Symbol.asyncDispose]: () => whole.disposeAsync() };
}

async function makeCertificate(folder: string, host: string): Promise<readonly [string, string]> {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const files = ['-keyout', key, '-out', certificate, '-days', '1'];
  const subject = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`];
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await promisify(execFile)('openssl', ['req', '-x509', ...newKey, ...files, ...subject]);
  return [key, certificate];
}

/** Whatever this machine has of its own. */
const NO_SETTINGS = { https_proxy: undefined, NO_PROXY: undefined, no_proxy: undefined, GIT_SSL_CAINFO: undefined };

function withEnvironment(settings: Readonly<Record<string, string | undefined>>): Disposable {
  const before = Object.fromEntries(Object.keys(settings).map((name) => [name, process.env[name]]));
  const assign = (values: typeof settings): void => {
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
  assign(settings);
  return { [Symbol.dispose]: () => assign(before) };
}
