import { randomBytes } from 'node:crypto';
import { access, chmod, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { checkOut } from '../../src/sources/check-out.ts';
import { parseCheckout } from '../../src/sources/request.ts';
import { testApi, type TestApi } from '../support/api.ts';
import { type GitServer, LOGIN, PASSPHRASE, startGitServer } from '../support/git-server.ts';

let server: GitServer;
let api: TestApi;
let folder: string;
let root: string;
let commits: { readonly first: string; readonly main: string; readonly feature: string };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deploy-svc-source-'));
  root = join(folder, 'checkouts');
  server = await startGitServer();
  const first = await server.commit({ version: 'first', 'app/Dockerfile': 'FROM scratch\n' });
  await server.git('tag', '--annotate', '--message=one', 'v1');
  const main = await server.commit({ version: 'main' });
  await server.git('checkout', '--quiet', '-b', 'feature/x');
  const feature = await server.commit({ version: 'feature' });
  await server.git('tag', 'both');
  await server.git('checkout', '--quiet', '-b', 'both', 'main');
  commits = { first, main, feature };
  api = await testApi({ checkouts: root, sources: { knownHosts: server.knownHosts } });
});
beforeEach(() => {
  server.requests.length = 0;
});
afterEach(() => {
  server.onRequest = () => undefined;
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const repo = (): string => `${server.url}/repo.git`;
const post = (body: object): ReturnType<TestApi['send']> =>
  api.send('POST', '/source-svc/repo/checkout', { token: api.adminToken, body: JSON.stringify(body) });
const dirOf = async (body: object): Promise<string> => {
  const { status, json, text } = await post(body);
  if (status !== 200) throw new Error(text);
  return (json as { dir: string }).dir;
};
const versionIn = (dir: string): Promise<string> => readFile(join(dir, 'version'), 'utf8');
const contains = (text: string): unknown => expect.stringContaining(text);
/** What fetching has left behind besides finished checkouts. */
const leftovers = async (at = root): Promise<readonly string[]> =>
  (await readdir(at)).filter((name) => name.startsWith('fetching-'));

describe('a checkout', () => {
  test.each([
    [undefined, 'main', 'main'],
    ['main', 'main', 'main'],
    ['feature/x', 'feature', 'feature'],
    ['v1', 'first', 'first'],
    ['refs/heads/feature/x', 'feature', 'feature'],
    ['refs/tags/v1', 'first', 'first'],
    // A branch before a tag of the same name.
    ['both', 'main', 'main'],
  ] as const)('of %s is that revision, without history', async (version, content, commit) => {
    const dir = await dirOf({ url: repo(), ...(version === undefined ? {} : { version }) });
    expect(dir).toBe(join(root, `repo-http_127.0.0.1_${new URL(server.url).port}_repo.git-${commits[commit]}`));
    expect(await versionIn(dir)).toBe(content);
    expect(await readFile(join(dir, 'app', 'Dockerfile'), 'utf8')).toBe('FROM scratch\n');
    await expect(access(join(dir, '.git', 'shallow'))).resolves.toBeUndefined();
    expect(await leftovers()).toEqual([]);
  });

  test('of a commit is that commit, also when no branch ends there', async () => {
    expect(await versionIn(await dirOf({ url: repo(), version: commits.first }))).toBe('first');
  });

  test('follows its branch; what was checked out before stays', async () => {
    await server.git('checkout', '--quiet', '-B', 'moving', 'main');
    await server.commit({ version: 'one' });
    const before = await dirOf({ url: repo(), version: 'moving' });
    await server.commit({ version: 'two' });
    const after = await dirOf({ url: repo(), version: 'moving' });
    expect([await versionIn(before), await versionIn(after)]).toEqual(['one', 'two']);
  });

  test('that is there is not fetched again, but access to it is asked for', async () => {
    const url = `${server.url}/private.git`;
    const dir = await dirOf({ url, version: commits.main, ...LOGIN });
    const fetched = server.requests.filter((request) => request.startsWith('POST'));
    server.requests.length = 0;
    expect(await dirOf({ url, version: commits.main, ...LOGIN })).toBe(dir);
    expect(server.requests.filter((request) => request.startsWith('POST')).length).toBeLessThan(fetched.length);
    expect(await post({ url, version: commits.main })).toMatchObject({ status: 422 });
  });

  test('asked for by many at once is one directory', async () => {
    await server.git('checkout', '--quiet', '-B', 'raced', 'main');
    await server.commit({ version: 'raced' });
    const dirs = await Promise.all(Array.from({ length: 4 }, () => dirOf({ url: repo(), version: 'raced' })));
    expect(new Set(dirs).size).toBe(1);
    expect(await versionIn(dirs[0] ?? '')).toBe('raced');
    expect(await leftovers()).toEqual([]);
  });

  test('is had by an address alone, as the command line asks for it', async () => {
    const answer = await api.send('GET', `/source-svc/checkout?url=${encodeURIComponent(repo())}`, {
      token: api.adminToken,
    });
    expect([answer.status, answer.json]).toEqual([200, { dir: contains(commits.main) }]);
  });

  test('of a remote without main is what its HEAD is', async () => {
    await server.git('branch', '--move', 'main', 'trunk');
    await server.git('checkout', '--quiet', 'trunk');
    try {
      expect(await versionIn(await dirOf({ url: repo() }))).toBe('main');
      expect(await post({ url: repo(), version: 'main' })).toMatchObject({ status: 404 });
    } finally {
      await server.git('branch', '--move', 'trunk', 'main');
    }
  });

  test.each([
    ['none', 404, 'no branch or tag none'],
    ['0123456789', 404, 'give all 40 characters'],
    ['0123456789012345678901234567890123456789', 422, 'git fetch'],
  ])('of %s: status %i, %s', async (version, status, message) => {
    const answer = await post({ url: repo(), version });
    expect([answer.status, answer.json]).toMatchObject([status, { error: contains(message) }]);
    expect(await leftovers()).toEqual([]);
  });
});

describe('who is let in', () => {
  test('over http: with user and password, and with a token as its password', async () => {
    const url = `${server.url}/private.git`;
    expect(await versionIn(await dirOf({ url, ...LOGIN }))).toBe('main');
    expect(await versionIn(await dirOf({ url, version: 'v1', username: LOGIN.username, token: LOGIN.password }))).toBe(
      'first',
    );
    expect(await post({ url })).toMatchObject({ status: 422 });
  });

  test('over ssh: with a known key, also a sealed one', async () => {
    const url = `ssh://git@127.0.0.1:${server.sshPort}/repo.git`;
    expect(await versionIn(await dirOf({ url, ssh_key: server.keys.known }))).toBe('main');
    const sealed = { ssh_key: server.keys.sealed, ssh_key_pwd: PASSPHRASE };
    expect(await versionIn(await dirOf({ url, version: 'v1', ...sealed }))).toBe('first');
    for (const ssh_key of [server.keys.strange, server.keys.sealed]) {
      const refused = await post({ url, ssh_key, ssh_key_pwd: 'wrong-phrase-5550' });
      expect([refused.status, refused.json]).toMatchObject([422, { error: contains('Permission denied') }]);
      expect(refused.text).not.toContain('wrong-phrase-5550');
    }
  });

  test('over ssh: nobody, where the host is not known', async () => {
    const request = parseCheckout({
      url: `ssh://git@127.0.0.1:${server.sshPort}/repo.git`,
      ssh_key: server.keys.known,
    });
    const knownHosts = join(folder, 'no-known-hosts');
    await expect(checkOut(request, { root, knownHosts })).rejects.toThrow('Host key verification failed');
  });

  test('a password follows no redirect', async () => {
    const seen: (string | undefined)[] = [];
    server.onRequest = ({ url = '', headers }) => {
      if (url.startsWith('/private')) seen.push(headers.authorization);
    };
    const answer = await post({ url: `${server.url}/moved.git`, ...LOGIN });
    expect([answer.status, seen]).toEqual([422, []]);
  });

  test('secrets are in no list of processes, no answer, no log, no event and no checkout', async () => {
    const url = `${server.url}/private.git`;
    const shown: string[] = [];
    server.onRequest = async () => {
      const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
      const lines = ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => ''));
      shown.push(...(await Promise.all(lines)).filter((line) => line.includes('git')));
    };
    const secret = 'wr0ng-pass-of-ann-1182';
    const dir = await dirOf({ url, version: 'feature/x', ...LOGIN });
    const refused = await post({ url, username: 'ann', password: secret });
    const answers = [refused.text, refused.reason];
    expect(refused.status).toBe(422);
    expect(shown.some((line) => line.includes('ls-remote'))).toBe(true);
    const files = (await readdir(join(dir, '.git'), { recursive: true, withFileTypes: true })).filter((entry) =>
      entry.isFile(),
    );
    const written = await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'latin1')));
    const events = JSON.stringify(await api.store.read({ after: 0, limit: 1000 }));
    const everything = [...shown, ...answers, ...written, events, JSON.stringify([api.errors, api.logged])].join('\n');
    expect(api.logged.length).toBeGreaterThan(0);
    for (const text of [LOGIN.password, secret, Buffer.from(`ann:${LOGIN.password}`).toString('base64')]) {
      expect(everything).not.toContain(text);
    }
  });
});

describe('what is refused', () => {
  test.each([
    ['/etc'],
    ['../repo'],
    ['file:///etc'],
    ['ext::sh -c touch% /tmp/pwned'],
    ['fd::3'],
    ['git://host/repo.git'],
    ['ftp://host/repo.git'],
    ['--upload-pack=touch /tmp/pwned'],
    ['ssh://-oProxyCommand=touch/repo.git'],
    ['git@-oProxyCommand=touch:repo.git'],
    ['git@host:-repo.git'],
    ['host:repo.git'],
    ['https://'],
    ['https://ann:p4ss-7777@host/repo.git'],
    ['https://to ken@host/repo.git'],
    ['http::https://host/repo.git'],
    [''],
  ])('the address %j', async (url) => {
    const answer = await post({ url });
    expect([answer.status, answer.json]).toMatchObject([400, { problems: [{ field: 'url' }] }]);
    expect(answer.text).not.toContain('p4ss-7777');
  });

  test.each(['--upload-pack=x', '-x', 'a b', 'a..b', 'a*', '@{1}', 'a^', 'a:b'])('the version %j', async (version) => {
    const answer = await post({ url: repo(), version });
    expect([answer.status, answer.json]).toMatchObject([400, { problems: [{ field: 'version' }] }]);
  });

  test.each([
    [{ url: 'http://10.0.0.1/repo.git', token: 't0ken-4411' }, 'url'],
    [{ url: 'https://host/repo.git', password: 'p4ss-4411' }, 'username'],
    [{ url: 'https://host/repo.git', token: 't0ken-4411\r\nX: y' }, 'token'],
    [{ url: 'ssh://git@host/repo.git', ssh_key: '/root/.ssh/id_rsa' }, 'ssh_key'],
  ])('%j', async (body, field) => {
    const answer = await post(body);
    expect([answer.status, answer.json]).toMatchObject([400, { problems: [{ field }] }]);
    expect(answer.text).not.toMatch(/4411|id_rsa/);
  });

  test('an account that may not', async () => {
    const client = await api.register('no-sources');
    await expect(client.call('checkoutRepo', { body: { url: repo() } })).rejects.toMatchObject({ status: 401 });
  });
});

describe('nothing of the machine or the repository is run', () => {
  test('no hooks, no configuration of the account, no variables of git', async () => {
    const [home, proof] = [join(folder, 'home'), join(folder, 'pwned')];
    await mkdir(join(home, 'hooks'), { recursive: true });
    await writeFile(join(home, 'hooks', 'post-checkout'), `#!/bin/sh\ntouch ${proof}\n`);
    await chmod(join(home, 'hooks', 'post-checkout'), 0o755);
    await writeFile(
      join(home, '.gitconfig'),
      `[core]\n\thooksPath = ${join(home, 'hooks')}\n[url "${folder}/none"]\n\tinsteadOf = ${server.url}\n`,
    );
    const hostile = {
      HOME: home,
      XDG_CONFIG_HOME: home,
      GIT_CONFIG_PARAMETERS: `'core.hooksPath=${join(home, 'hooks')}'`,
      GIT_TEMPLATE_DIR: home,
      GIT_DIR: join(folder, 'elsewhere'),
      GIT_TRACE: proof,
    };
    const before = { ...process.env };
    Object.assign(process.env, hostile);
    try {
      const fresh = join(folder, 'fresh');
      const { directory } = await checkOut(parseCheckout({ url: repo() }), { root: fresh });
      expect(await versionIn(directory)).toBe('main');
    } finally {
      for (const name of Object.keys(hostile)) delete process.env[name];
      Object.assign(process.env, before);
    }
    await expect(access(proof)).rejects.toThrow('ENOENT');
  });

  test('no setting of the service reaches git, or what git starts', async () => {
    const [bin, seen] = [join(folder, 'bin'), join(folder, 'environments')];
    await mkdir(bin);
    const before = { ...process.env };
    await writeFile(join(bin, 'git'), `#!/bin/sh\nenv -0 >>${seen}\nPATH=${before['PATH']} exec git "$@"\n`, {
      mode: 0o755,
    });
    const credentials = {
      DATABASE_URL: 'leak-1',
      SECRET_KEY: 'leak-2',
      ADMIN_PASSWORD: 'leak-3',
      AWS_SECRET_ACCESS_KEY: 'leak-4',
    };
    Object.assign(process.env, credentials, { PATH: `${bin}:${before['PATH']}` });
    try {
      await checkOut(parseCheckout({ url: repo() }), { root: join(folder, 'unseen') });
    } finally {
      for (const name of Object.keys(credentials)) delete process.env[name];
      Object.assign(process.env, before);
    }
    const variables = (await readFile(seen, 'utf8')).split('\0');
    expect(variables.filter((each) => each.startsWith('GIT_CONFIG_COUNT=')).length).toBeGreaterThan(2);
    expect(variables.filter((each) => each.includes('leak-'))).toEqual([]);
  });

  test('no submodules', async () => {
    await server.git('checkout', '--quiet', '-B', 'nested', 'main');
    await server.git('submodule', '--quiet', 'add', repo(), 'inner');
    await server.commit({ version: 'nested' });
    const dir = await dirOf({ url: repo(), version: 'nested' });
    expect([await versionIn(dir), await readdir(join(dir, 'inner'))]).toEqual(['nested', []]);
  });
});

describe('limits', () => {
  test('what is too large is given up, and leaves nothing', async () => {
    await server.git('checkout', '--quiet', '-B', 'large', 'main');
    await server.commit({ blob: randomBytes(3_000_000) });
    const at = join(folder, 'limited');
    const request = parseCheckout({ url: repo(), version: 'large' });
    await expect(checkOut(request, { root: at, maxBytes: 1_000_000 })).rejects.toMatchObject({
      code: 'too-large',
      message: 'the checkout is larger than 1000000 bytes',
    });
    expect(await readdir(at)).toEqual([]);
    await expect(checkOut(request, { root: at, maxBytes: 10_000_000 })).resolves.toMatchObject({
      directory: contains(at),
    });
  });

  test('a server that never answers is given up, and git with it', async () => {
    const closed = Promise.withResolvers<void>();
    server.onRequest = async ({ socket }) => {
      socket.on('close', closed.resolve);
      await closed.promise;
    };
    const at = join(folder, 'late');
    const request = parseCheckout({ url: repo() });
    await expect(checkOut(request, { root: at, timeoutMs: 1_000 })).rejects.toMatchObject({
      code: 'timeout',
      message: 'not done within 1000 ms',
    });
    await closed.promise;
    expect(await readdir(at)).toEqual([]);
  });

  test('a caller that turns away gets its own reason', async () => {
    const reason = new Error('changed my mind');
    const controller = new AbortController();
    const closed = Promise.withResolvers<void>();
    server.onRequest = async ({ socket }) => {
      socket.on('close', closed.resolve);
      controller.abort(reason);
      await closed.promise;
    };
    const checking = checkOut(parseCheckout({ url: repo() }), {
      root: join(folder, 'away'),
      signal: controller.signal,
    });
    await expect(checking).rejects.toBe(reason);
  });

  test('what nobody has asked for in a day is removed, and what a killed process left after an hour', async () => {
    const at = join(folder, 'old');
    const { directory: old } = await checkOut(parseCheckout({ url: repo(), version: 'v1' }), { root: at });
    const [broken, busy] = [join(at, 'fetching-broken'), join(at, 'fetching-busy')];
    await Promise.all([mkdir(broken), mkdir(busy)]);
    const age = (path: string, hours: number): Promise<void> =>
      utimes(path, Date.now() / 1000 - hours * 3600, Date.now() / 1000 - hours * 3600);
    await Promise.all([age(old, 25), age(broken, 2), age(busy, 0.5)]);
    const { directory } = await checkOut(parseCheckout({ url: repo() }), { root: at });
    await age(directory, 23);
    await checkOut(parseCheckout({ url: repo() }), { root: at });
    expect((await readdir(at)).map((name) => join(at, name)).toSorted()).toEqual([busy, directory].toSorted());
  });

  test('a directory that others may write to is not used', async () => {
    const at = join(folder, 'shared');
    await mkdir(at);
    await chmod(at, 0o777);
    await expect(checkOut(parseCheckout({ url: repo() }), { root: at })).rejects.toThrow('others may write');
  });
});
