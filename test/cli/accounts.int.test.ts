import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { Ran } from './support/oo.ts';
import { testService, type TestService } from '../support/service.ts';

/** The whole product, on simulated nodes. */
let service: TestService;
beforeAll(async () => {
  service = await testService({ NODES: 'simulated://accounts-node' });
});
afterAll(() => service[Symbol.asyncDispose]());

const run = (line: string, stdin?: string): Promise<Ran> => service.shell.oo(line.split(' '), stdin);
const oo = (line: string): Promise<string> => service.oo(...line.split(' '));
async function file(name: string, text: string): Promise<string> {
  const path = join(service.shell.home, name);
  await writeFile(path, text);
  return path;
}

describe('an account from its making to its rights', () => {
  test('registers with a contact, is given a role and a permission, and uses them under its own name', async () => {
    await oo('register ada ada-password -i ada@shop.example -p email');
    expect(await run('deployment list')).toMatchObject({ code: 4, stdout: '' });
    await oo('su 1backend');
    const listed = await oo('user list -c ada@shop.example');
    const [, userId = ''] = /^(usr_\w+) +ada +user-svc:user +ada@shop\.example$/m.exec(listed) ?? [];
    expect(userId).not.toBe('');
    const enroll = await file('enroll.yaml', `id: e-ada\nrole: shop-svc:operator\nuserId: ${userId}\n`);
    await oo(`enroll save ${enroll}`);
    const permit = await file(
      'permit.yaml',
      'id: p-ada\npermission: deploy-svc:deployment:view\nroles: [shop-svc:operator]\n',
    );
    await oo(`permit save ${permit}`);
    expect(await oo('permit list')).toBe(
      'PERMIT ID   PERMISSION                   SLUGS   ROLES\n' +
        'p-ada       deploy-svc:deployment:view           shop-svc:operator\n',
    );
    await oo('su ada');
    expect(await oo('deployment list')).toBe('ID   DEFINITION ID   STATUS   DETAILS\n');
    expect(await oo('enroll list')).toContain('shop-svc:operator');
    const own = await file('own.yaml', 'permission: user-svc:user:view\nslugs: [ada]\n');
    const refused = await run(`permit save ${own}`);
    expect([refused.code, refused.stderr]).toEqual([
      4,
      expect.stringContaining('ada may not permit user-svc:user:view: it neither owns nor holds it'),
    ]);
    await oo('su 1backend');
    await oo('permit remove p-ada');
    await oo('su ada');
    expect(await run('deployment list')).toMatchObject({ code: 4 });
  });

  test('su to who is not logged in says how, with the nearest name', async () => {
    const { code, stderr } = await run('su adda');
    expect([code, stderr]).toEqual([4, expect.stringContaining('did you mean ada?')]);
    expect(stderr).toContain('next: oo login adda');
  });

  test('a password is changed from standard input; the old one is worthless, what is logged in here goes on', async () => {
    await oo('register bob bob-password');
    const wrong = await run('user change-password', 'no-password\nnew-password\n');
    expect([wrong.code, wrong.stderr]).toEqual([4, expect.stringContaining('Invalid Password')]);
    expect(await run('user change-password', 'bob-password\nnew-password\n')).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect(await run('user change-password', '')).toMatchObject({ code: 2, stdout: '' });
    expect(await oo('whoami')).toContain('slug: bob');
    expect(await run('enroll list')).toMatchObject({ code: 0 });
    expect(await run('login bob bob-password')).toMatchObject({ code: 4 });
    expect(await run('login bob new-password')).toMatchObject({ code: 0 });
    await oo('su 1backend');
    expect(await oo('events --limit 1000')).toContain('PasswordChanged');
  });

  test('a token that somebody else was given is kept under the name of whose it is; one that is not ours is not', async () => {
    await oo('register carol carol-password');
    const token = (await oo('token')).trim();
    await oo('su ada');
    expect(await run('set-token', `${token}\n`)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect((await oo('token')).trim()).toBe(token);
    expect(await oo('whoami')).toContain('slug: carol');
    const state = join(service.shell.home, '.1backend', 'cliConfig.yaml');
    const before = await readFile(state, 'utf8');
    expect(await run('set-token a.b.c')).toMatchObject({ code: 4, stdout: '' });
    expect(await run('set-token', '')).toMatchObject({ code: 2 });
    expect(await readFile(state, 'utf8')).toBe(before);
  });
});

test('routes, certificates, apps and a folder of everything', async () => {
  await oo('su 1backend');
  const route = await file('route.yaml', 'id: shop.example\ntarget: http://10.0.0.7:8080\n');
  await oo(`route save ${route}`);
  expect(await oo('route list')).toBe('ROUTE ID       TARGET\nshop.example   http://10.0.0.7:8080\n');
  expect(await oo('cert list')).toMatch(/^CERT ID .*SERIAL\n$/);
  expect(await oo('cert raw')).toBe('');
  await oo('app save shop.example');
  expect(await oo('app list shop.example')).toMatch(/^APP ID +HOST\napp_\w+ +shop\.example\n$/);
  const all = await file(
    'all.yaml',
    [
      '_meta: {entity: deploy-svc:deployment}\nid: depl-all\ndefinitionId: def-all',
      '_meta: {entity: registry-svc:definition}\nid: def-all\nimage: {name: "web:1", internalPorts: [8080]}',
      '_meta: {entity: secret-svc:secret}\nid: all-key\nvalue: hunter2',
      '_meta: {entity: config-svc:config}\nid: all-svc\ndata: {a: 1}',
      '_meta: {transport: {endpoint: /proxy-svc/routes, body: routes, array: true}}\nid: b.example\ntarget: "http://b:1"',
    ].join('\n---\n'),
  );
  const saved = await oo(`save ${all}`);
  expect(saved.split('\n').map((line) => line.replace(/ \(.*/, ''))).toEqual([
    'saved secret-svc:secret all-key',
    'saved config-svc:config all-svc',
    'saved registry-svc:definition def-all',
    'saved deploy-svc:deployment depl-all',
    'saved PUT /proxy-svc/routes b.example',
    '',
  ]);
  expect(saved).not.toContain('hunter2');
  expect(await oo('route list')).toContain('b.example');
  expect(await oo('deployment list')).toContain('depl-all');
});
