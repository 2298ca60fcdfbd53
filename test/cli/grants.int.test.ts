import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { openShell, type Ran, type Shell } from './support/oo.ts';
import { type Reply, type ReplayServer, startReplayServer } from './support/replay-server.ts';

const TIMES = { createdAt: '2026-01-02T03:04:05Z', updatedAt: '2026-01-02T03:04:05Z' };
const PERMITS = {
  permits: [
    { id: 'p1', appId: 'app_1', permission: 'a-svc:b:c', slugs: ['x', 'y'], roles: [], ...TIMES },
    { id: 'p2', appId: 'app_1', permission: 'a-svc:b:d', slugs: [], roles: ['a-svc:r'], ...TIMES },
  ],
};
const ENROLLS = { enrolls: [{ id: 'e1', appId: 'app_1', role: 'a-svc:r', userId: 'usr_1', ...TIMES }] };
const ROUTES = { routes: [{ id: 'shop.example', target: 'http://10.0.0.7:8080', ...TIMES }] };
const CERT = {
  id: 'shop.example',
  cert: '-----BEGIN CERTIFICATE-----',
  commonName: 'shop.example',
  issuer: 'CA',
  serialNumber: '7',
  ...TIMES,
};
const USERS = {
  users: [{ id: 'usr_1', slug: 'ada', name: 'Ada', roles: ['a:b', 'c:d'], contactIds: ['a@x'], ...TIMES }],
  after: TIMES.createdAt,
  count: 1,
};
const APPS = { apps: [{ id: 'app_1', host: 'unnamed' }] };

let shell: Shell;
let server: ReplayServer;
let replies: Reply[];
beforeAll(async () => {
  shell = await openShell();
  server = await startReplayServer(() => replies.shift() ?? { body: {} });
  await shell.oo(['env', 'add', 'replay', server.url, 'recorded']);
});
beforeEach(() => {
  replies = [];
  server.received.length = 0;
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await shell[Symbol.asyncDispose]();
});

const oo = (line: string, stdin?: string): Promise<Ran> => shell.oo(line.split(' '), stdin);
const asked = (): unknown => server.received.map(({ method, path, body }) => [method, path, body]);
async function file(name: string, text: string): Promise<string> {
  const path = join(shell.home, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, text);
  return path;
}

describe('lists have the columns of the contract', () => {
  test.each<[string, object, string, string, object]>([
    [
      'permit list',
      PERMITS,
      'PERMIT ID   PERMISSION   SLUGS   ROLES\np1          a-svc:b:c    x, y    \np2          a-svc:b:d            a-svc:r\n',
      'POST /user-svc/permits',
      {},
    ],
    [
      'p ls --slug x',
      { permits: [] },
      'PERMIT ID   PERMISSION   SLUGS   ROLES\n',
      'POST /user-svc/permits',
      { slug: 'x' },
    ],
    [
      'enroll list',
      ENROLLS,
      'ENROLL ID   ROLE      USER ID   CONTACT ID\ne1          a-svc:r   usr_1     \n',
      'POST /user-svc/enrolls',
      {},
    ],
    ['enr ls', { enrolls: [] }, 'ENROLL ID   ROLE   USER ID   CONTACT ID\n', 'POST /user-svc/enrolls', {}],
    [
      'route list',
      ROUTES,
      'ROUTE ID       TARGET\nshop.example   http://10.0.0.7:8080\n',
      'POST /proxy-svc/routes',
      {},
    ],
    ['r ls a b', { routes: [] }, 'ROUTE ID   TARGET\n', 'POST /proxy-svc/routes', { ids: ['a', 'b'] }],
    [
      'cert list',
      { certs: [CERT] },
      'CERT ID        CREATED AT             UPDATED AT             COMMON NAME    ISSUER   NOT BEFORE   NOT AFTER   SERIAL\n' +
        'shop.example   2026-01-02T03:04:05Z   2026-01-02T03:04:05Z   shop.example   CA                                7\n',
      'POST /proxy-svc/certs',
      {},
    ],
    ['cert raw', { certs: [CERT] }, '-----BEGIN CERTIFICATE-----\n', 'POST /proxy-svc/certs', {}],
    [
      'user list',
      USERS,
      'USER ID   SLUG   NAME   ROLES IDS   CONTACT IDS\nusr_1     ada    Ada    a:b, c:d    a@x\n',
      'POST /user-svc/users',
      { limit: 500 },
    ],
    [
      'u ls -u usr_1 -c a@x -l 5',
      { users: [], after: '', count: 0 },
      'USER ID   SLUG   NAME   ROLES IDS   CONTACT IDS\n',
      'POST /user-svc/users',
      { ids: ['usr_1'], contactId: 'a@x', limit: 5 },
    ],
    ['app list', APPS, 'APP ID   HOST\napp_1    unnamed\n', 'POST /user-svc/apps', {}],
    ['apps ls shop', { apps: [] }, 'APP ID   HOST\n', 'POST /user-svc/apps', { host: ['shop'] }],
  ])('oo %s', async (line, reply, stdout, address, body) => {
    replies = [{ body: reply }];
    expect(await oo(line)).toEqual({ code: 0, stdout, stderr: '' });
    expect(asked()).toEqual([[...address.split(' '), body]]);
  });

  test('or are JSON', async () => {
    replies = [{ body: PERMITS }, { body: USERS }];
    expect(JSON.parse((await oo('permit list -o json')).stdout)).toEqual(PERMITS.permits);
    expect(JSON.parse((await oo('user list -o json')).stdout)).toEqual(USERS.users);
  });

  test('all accounts come, page by page', async () => {
    const user = (index: number): object => ({ ...USERS.users[0], id: `usr_${index}` });
    replies = [
      { body: { users: [user(1), user(2)], after: '2026-01-02T00:00:00Z', count: 3 } },
      { body: { users: [user(3)], after: '2026-01-01T00:00:00Z', count: 3 } },
    ];
    expect((await oo('user list')).stdout.split('\n')).toHaveLength(5);
    expect(asked()).toEqual([
      ['POST', '/user-svc/users', { limit: 500 }],
      ['POST', '/user-svc/users', { limit: 500, afterTime: '2026-01-02T00:00:00Z' }],
    ]);
  });

  test('a certificate that is not there is not found', async () => {
    replies = [{ body: { certs: [] } }];
    expect(await oo('cert raw shop.example')).toMatchObject({ code: 3, stdout: '' });
  });
});

describe('files', () => {
  test('an object, a list, several documents and a folder are each sent as one list', async () => {
    const one = await file('one.yaml', 'id: p1\npermission: a-svc:b:c\nslugs: [x]\n');
    await file(
      'many/list.yaml',
      '- {permission: a-svc:b:c, roles: [a-svc:r]}\n- {permissions: [a-svc:b:d], slugs: [y]}\n',
    );
    await file('many/deep/docs.yml', 'id: p2\npermission: a:b\nslugs: [z]\n---\nid: p3\npermission: a:b\nslugs: [z]\n');
    const runs = [await oo(`permit save ${one}`), await oo(`p s ${join(shell.home, 'many')}`)];
    expect(runs.map(({ code, stdout, stderr }) => [code, stdout, stderr])).toEqual([
      [0, '', ''],
      [0, '', ''],
    ]);
    expect(asked()).toEqual([
      ['PUT', '/user-svc/permits', { permits: [{ id: 'p1', permission: 'a-svc:b:c', slugs: ['x'] }] }],
      [
        'PUT',
        '/user-svc/permits',
        {
          permits: [
            { id: 'p2', permission: 'a:b', slugs: ['z'] },
            { id: 'p3', permission: 'a:b', slugs: ['z'] },
            { permission: 'a-svc:b:c', roles: ['a-svc:r'] },
            { permissions: ['a-svc:b:d'], slugs: ['y'] },
          ],
        },
      ],
    ]);
  });

  test('enrolls and routes are saved, permits, enrolls and routes removed, apps made', async () => {
    const enrolls = await file('e.yaml', 'role: a-svc:r\nuserId: usr_1\n');
    const routes = await file('r.json', '[{"id": "shop.example", "target": "http://a:1"}]');
    for (const line of [
      `enroll save ${enrolls}`,
      `route save ${routes}`,
      'permit rm p1 p2',
      'enroll rm e1',
      'route rm shop.example',
      'app save shop.example',
    ]) {
      expect(await oo(line)).toEqual({ code: 0, stdout: '', stderr: '' });
    }
    expect(asked()).toEqual([
      ['PUT', '/user-svc/enrolls', { enrolls: [{ role: 'a-svc:r', userId: 'usr_1' }] }],
      ['PUT', '/proxy-svc/routes', { routes: [{ id: 'shop.example', target: 'http://a:1' }] }],
      ['DELETE', '/user-svc/permits', { ids: ['p1', 'p2'] }],
      ['DELETE', '/user-svc/enrolls', { ids: ['e1'] }],
      ['DELETE', '/proxy-svc/routes', { ids: ['shop.example'] }],
      ['POST', '/user-svc/app', { host: 'shop.example' }],
    ]);
  });

  test.each<[string, string, string]>([
    ['permit', 'permission: a-svc:b:c\nslug: [x]\n', ':2:1 slug: no such field (did you mean slugs?)'],
    ['permit', '- permission: nothing\n  slugs: [x]\n', ':1:15 permission: "nothing" is no permission'],
    ['permit', 'permission: a:b\nslugs:\n- x\n- Not One\n', ':4:3 slugs[1]: "Not One" is not valid'],
    ['enroll', 'role: a-svc:r\n', ':1:1 userId: is required, or contactId'],
    ['enroll', 'userId: usr_1\nrole: admin\n', ':2:7 role: "admin" is no role'],
    ['route', 'id: Shop.example\ntarget: x\n', ':1:5 id: "Shop.example" has upper-case letters'],
    ['route', 'id: shop.example\ntarget: ftp://x\n', ':2:9 target: "ftp://x" is neither http nor https'],
  ])('of a %s that is wrong are told with file and line, and nothing is sent', async (kind, text, problem) => {
    const path = await file('wrong.yaml', text);
    const { code, stderr } = await oo(`${kind} save ${path}`);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`${path}${problem}`)]);
    expect(stderr).toContain('nothing was sent');
    expect(asked()).toEqual([]);
  });

  test('what the server finds wrong is told with file and line as well', async () => {
    const path = await file('e.yaml', '- {role: a-svc:r, userId: usr_1}\n- role: a-svc:r\n  userId: usr_2\n');
    const problems = [{ field: 'enrolls[1].userId', message: 'there is no account usr_2', hint: 'see: oo user list' }];
    replies = [{ status: 400, body: { error: 'x', problems } }];
    const { code, stderr } = await oo(`enroll save ${path}`);
    expect([code, stderr]).toEqual([
      2,
      `${path}:3:11 userId: there is no account usr_2 (see: oo user list)\n` +
        'Error: cannot save enrolls: the server found 1 problem, and saved none\n',
    ]);
  });
});

describe('oo save', () => {
  test('sends each object where it says, or where its folder does, what others need first', async () => {
    await file('all/z-permit.yaml', '_meta: {entity: user-svc:permit}\npermission: a-svc:b:c\nslugs: [x]\n');
    await file('all/a.yaml', '_meta:\n  entity: deploy-svc:deployment\nid: depl-a\ndefinitionId: def-a\n');
    await file(
      'all/b.yaml',
      '_meta:\n  entity: registry-svc:definition\nid: def-a\nimage: {name: web, internalPorts: [80]}\n',
    );
    await file('all/routes/_meta.yaml', 'entity: proxy-svc:route\n');
    await file('all/routes/r.yaml', 'id: shop.example\ntarget: http://a:1\n---\nid: b.example\ntarget: http://b:1\n');
    await file(
      'all/things/_meta.yaml',
      'transport: {endpoint: "/my-svc/{app.host}/thing/{id}", method: post, body: things, array: true}\n',
    );
    await file('all/things/deep/t.yaml', 'id: a b\napp: {host: shop}\nsize: 3\n');
    await file('all/things/own.yaml', '_meta: {transport: {method: PUT}}\nid: o\napp: {host: shop}\n');
    const folder = join(shell.home, 'all');
    const { code, stdout, stderr } = await oo(`save ${folder}`);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(
      [
        `saved user-svc:permit (${folder}/z-permit.yaml)`,
        `saved registry-svc:definition def-a (${folder}/b.yaml)`,
        `saved deploy-svc:deployment depl-a (${folder}/a.yaml)`,
        `saved proxy-svc:route shop.example (${folder}/routes/r.yaml)`,
        `saved proxy-svc:route b.example (${folder}/routes/r.yaml)`,
        `saved POST /my-svc/{app.host}/thing/{id} a b (${folder}/things/deep/t.yaml)`,
        `saved PUT /my-svc/{app.host}/thing/{id} o (${folder}/things/own.yaml)`,
        '',
      ].join('\n'),
    );
    expect(server.received.slice(-2).map(({ method, path, body }) => [method, path, body])).toEqual([
      ['POST', '/my-svc/shop/thing/a%20b', { things: [{ id: 'a b', app: { host: 'shop' }, size: 3 }] }],
      ['PUT', '/my-svc/shop/thing/o', { things: [{ id: 'o', app: { host: 'shop' } }] }],
    ]);
    expect(server.received[0]?.body).toEqual({ permits: [{ permission: 'a-svc:b:c', slugs: ['x'] }] });
  });

  test('the same for a file of that folder, and for standard input', async () => {
    await file('routes/_meta.yaml', 'entity: proxy-svc:route\n');
    const path = await file('routes/r.yaml', 'id: shop.example\ntarget: http://a:1\n');
    expect((await oo(`save ${path}`)).code).toBe(0);
    expect((await oo('save -', '_meta: {entity: proxy-svc:route}\nid: b.example\ntarget: http://b:1\n')).code).toBe(0);
    expect(asked()).toMatchObject([
      ['PUT', '/proxy-svc/routes', { routes: [{ id: 'shop.example' }] }],
      ['PUT', '/proxy-svc/routes', { routes: [{ id: 'b.example' }] }],
    ]);
  });

  test.each<[string, string]>([
    ['id: x\n', ':1:1 _meta: does not say what it is'],
    [
      'id: x\n_meta: {entity: user-svc:permits}\n',
      ':2:1 _meta.entity: "user-svc:permits" is not known (did you mean user-svc:permit?)',
    ],
    ['_meta: {entity: proxy-svc:route}\nid: x.y\ntarget: z\n', ':3:9 target: "z" is no URL'],
    [
      '_meta: {transport: {endpoint: "http://evil.example/x"}}\n',
      ' _meta.transport.endpoint: must be a path of the server',
    ],
    [
      '_meta: {transport: {endpoint: /x, method: DELETE}}\n',
      ' _meta.transport.method: is not known (PUT, POST, PATCH)',
    ],
    ['_meta: {transport: {endpoint: "/x/{id}"}}\nname: y\n', ':1:1 id: is required: /x/{id} needs it'],
    ['_meta: {transprt: {}}\nid: x\n', ' _meta.transprt: no such field (did you mean transport?)'],
    ['_meta: [', ' not valid YAML'],
    ['', ' is empty'],
  ])('%j: nothing is sent, not even what is right beside it', async (text, problem) => {
    await file('f/0-right.yaml', '_meta: {entity: proxy-svc:route}\nid: a.b\ntarget: http://a\n');
    const path = await file('f/wrong.yaml', text);
    const { code, stderr } = await oo(`save ${join(shell.home, 'f')}`);
    expect([code, stderr]).toEqual([2, expect.stringContaining(problem)]);
    expect(stderr).toContain(path);
    expect(asked()).toEqual([]);
  });

  test('what fails is told with its file, and what came before stays saved', async () => {
    await file('g/a.yaml', '_meta: {entity: proxy-svc:route}\nid: a.b\ntarget: http://a\n');
    const path = await file('g/b.yaml', '_meta: {transport: {endpoint: /x}}\nid: b\n');
    replies = [{ body: { routes: [] } }, { status: 404, body: { error: 'there is no PUT /x' } }];
    const { code, stdout, stderr } = await oo(`save ${join(shell.home, 'g')}`);
    expect([code, stdout]).toEqual([3, `saved proxy-svc:route a.b (${join(shell.home, 'g/a.yaml')})\n`]);
    expect(stderr).toContain(`cannot save PUT /x b of ${path}: there is no PUT /x`);
  });
});
