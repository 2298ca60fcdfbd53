import { exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { expect, test } from 'vitest';

import { openShell } from './support/oo.ts';
import { startReplayServer } from './support/replay-server.ts';

const now = Math.trunc(Date.now() / 1000);

async function accounts(): Promise<{ publicKey: string; sign: (slug: string, expires: number) => Promise<string> }> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const sign = (slug: string, expires: number): Promise<string> =>
    new SignJWT({ '1sl': slug, '1ui': `usr_${slug}`, '1ai': 'app_1', '1ro': ['user-svc:user'] })
      .setProtectedHeader({ alg: 'RS256' })
      .setExpirationTime(expires)
      .sign(privateKey);
  return { publicKey: await exportSPKI(publicKey), sign };
}

const yamlOf = (slug: string): string =>
  `slug: ${slug}\nid: usr_${slug}\napp:\n  id: app_1\n  host: unnamed\nroles:\n  - user-svc:user\ntokenHosts:\n  - unnamed\n`;

test('whoami verifies the token, refreshes an expired one, and refuses one of another server', async () => {
  const [ours, others] = [await accounts(), await accounts()];
  const app = { id: 'app_1', host: 'unnamed' };
  let issued = await ours.sign('ada', now + 600);
  const refreshed = await ours.sign('bob', now + 600);
  await using server = await startReplayServer(({ path }) => {
    if (path === '/user-svc/public-key') return { body: { publicKey: ours.publicKey } };
    if (path === '/user-svc/refresh-token') return { body: { token: { token: refreshed, app } } };
    return { body: { token: { token: issued, app } } };
  });
  await using shell = await openShell();
  await shell.oo(['env', 'add', 'test', server.url]);
  expect(await shell.oo(['whoami'])).toMatchObject({ code: 4, stderr: expect.stringContaining('oo login <slug>') });
  await shell.oo(['login', 'ada', 'pw']);
  expect(await shell.oo(['whoami'])).toEqual({ code: 0, stdout: yamlOf('ada'), stderr: '' });

  issued = await ours.sign('bob', now - 600);
  await shell.oo(['register', 'bob', 'pw']);
  expect(server.received.at(-1)).toMatchObject({ path: '/user-svc/register', body: { slug: 'bob', password: 'pw' } });
  const both = await shell.oo(['whoami', '--all']);
  expect(both.stdout).toBe(`# Selected user: bob\n${yamlOf('bob')}\n${yamlOf('ada')}`);
  expect(server.received.filter(({ path }) => path === '/user-svc/refresh-token')).toMatchObject([
    { method: 'POST', authorization: `Bearer ${issued}` },
  ]);

  issued = await others.sign('eve', now + 600);
  await shell.oo(['login', 'eve', 'pw']);
  expect(await shell.oo(['whoami'])).toMatchObject({
    code: 4,
    stdout: '',
    stderr: expect.stringContaining('oo login eve'),
  });
});
