import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import ssh2 from 'ssh2';

const run = promisify(execFile);

/** A repository that tests fill, served over http by git's own backend and over ssh, on 127.0.0.1. */
export interface GitServer extends AsyncDisposable {
  /** Of the http server; repositories: `/repo.git` (public), `/private.git` (LOGIN), `/moved.git` (redirects to private). */
  readonly url: string;
  readonly sshPort: number;
  readonly knownHosts: string;
  /** Private keys as text: one that is let in, the same sealed with PASSPHRASE, and one that is not known. */
  readonly keys: { readonly known: string; readonly sealed: string; readonly strange: string };
  /** Runs git in the repository's work tree. */
  git(...args: string[]): Promise<string>;
  /** Writes files, commits them, and answers with the commit. */
  commit(files: Readonly<Record<string, string | Buffer>>): Promise<string>;
  /** `METHOD path` of every request. */
  readonly requests: string[];
  /** Called before a request is answered. */
  onRequest: (request: IncomingMessage) => void | Promise<void>;
}

export const LOGIN = { username: 'ann', password: 'p4ss-of-ann-7361' } as const;
export const PASSPHRASE = 'seal-of-key-9042';

export async function startGitServer(): Promise<GitServer> {
  const folder = await mkdtemp(join(tmpdir(), 'deploy-svc-git-'));
  const work = join(folder, 'repo.git');
  await mkdir(work);
  const git = async (...args: string[]): Promise<string> => {
    const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.com', '-c', 'protocol.file.allow=always'];
    return (
      await run('git', [...identity, ...args], { cwd: work, env: { PATH: process.env['PATH'], HOME: folder } })
    ).stdout.trim();
  };
  await git('init', '--quiet', '--initial-branch=main');
  const requests: string[] = [];
  const state = { onRequest: (() => undefined) as GitServer['onRequest'] };
  const server = createServer((request, response) => {
    void (async () => {
      requests.push(`${request.method} ${request.url}`);
      await state.onRequest(request);
      answer(work, request, response);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const ssh = await startSsh(folder, work);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...ssh,
    requests,
    git,
    async commit(files) {
      for (const [name, content] of Object.entries(files)) {
        await mkdir(dirname(join(work, name)), { recursive: true });
        await writeFile(join(work, name), content);
      }
      await git('add', '--all');
      await git('commit', '--quiet', '--message=test');
      return git('rev-parse', 'HEAD');
    },
    get onRequest() {
      return state.onRequest;
    },
    set onRequest(next) {
      state.onRequest = next;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      ssh.close();
      await rm(folder, { recursive: true });
    },
  };
}

function answer(work: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url ?? '', 'http://x');
  const [, name = '', rest = ''] = /^\/(\w+)\.git(\/.*)$/.exec(pathname) ?? [];
  if (name === 'moved') return void response.writeHead(301, { location: `/private.git${rest}${search}` }).end();
  const expected = `Basic ${Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString('base64')}`;
  if (name === 'private' && request.headers.authorization !== expected) {
    return void response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end('who are you?');
  }
  if (!['repo', 'private'].includes(name)) return void response.writeHead(404).end();
  const backend = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: dirname(work),
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: `/repo.git${rest}`,
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'],
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    },
  });
  request.pipe(backend.stdin);
  backend.stdin.on('error', () => undefined);
  const chunks: Buffer[] = [];
  backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  backend.on('close', () => {
    const all = Buffer.concat(chunks);
    const end = all.indexOf('\r\n\r\n');
    const headers = all
      .subarray(0, end)
      .toString()
      .split('\r\n')
      .map((line) => line.split(': ') as [string, string]);
    const status = headers.find(([key]) => key === 'Status')?.[1] ?? '200';
    response.writeHead(Number.parseInt(status, 10), Object.fromEntries(headers.filter(([key]) => key !== 'Status')));
    response.end(all.subarray(end + 4));
  });
}

type Ssh = Pick<GitServer, 'sshPort' | 'knownHosts' | 'keys'> & { close(): void };

async function startSsh(folder: string, work: string): Promise<Ssh> {
  const keygen = (name: string, passphrase = ''): Promise<unknown> =>
    run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-f', join(folder, name)]);
  await Promise.all([keygen('host'), keygen('known'), keygen('sealed', PASSPHRASE), keygen('strange')]);
  const text = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
  const parsed = [await text('known.pub'), await text('sealed.pub')].map((key) => ssh2.utils.parseKey(key));
  const allowed = parsed.flatMap((key) => (key instanceof Error ? [] : [key.getPublicSSH()]));
  const server = new ssh2.Server({ hostKeys: [await text('host')] }, (client) => {
    client.on('error', () => undefined);
    client.on('authentication', (context) => {
      const known = context.method === 'publickey' && allowed.some((key) => key.equals(context.key.data));
      return known ? context.accept() : context.reject(['publickey']);
    });
    client.on('session', (accept) => {
      accept().on('exec', (acceptExec, reject, { command }) => {
        if (command !== "git-upload-pack '/repo.git'") return reject();
        const channel = acceptExec();
        const pack = spawn('git', ['upload-pack', work]);
        channel.pipe(pack.stdin);
        pack.stdout.on('data', (chunk: Buffer) => channel.write(chunk));
        pack.on('close', (code) => {
          channel.exit(code ?? 1);
          channel.end();
        });
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: sshPort } = server.address() as AddressInfo;
  const knownHosts = join(folder, 'known_hosts');
  await writeFile(knownHosts, `[127.0.0.1]:${sshPort} ${await text('host.pub')}`);
  const [known, sealed, strange] = [await text('known'), await text('sealed'), await text('strange')];
  return { sshPort, knownHosts, keys: { known, sealed, strange }, close: () => server.close() };
}
