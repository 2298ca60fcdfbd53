import { createVerify } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type RawAnswer, sendRaw } from '../support/raw-http.ts';
import { testService, type TestService } from '../support/service.ts';
import { refusals } from '../support/wire-contract/decode.ts';

/**
 * What the command line of the existing clients sends, byte for byte: paths as it encodes them, header fields in its order, bodies with
 * the keys in the order of its encoder. The typed commands name no user agent but Go's own.
 */
let service: TestService;
let token = '';
beforeAll(async () => {
  service = await testService({ NODES: 'simulated://bytes-a' });
  token = (await service.oo('token')).trim();
});
afterAll(() => service[Symbol.asyncDispose]());

interface Row {
  /** The command that sends it. */
  readonly command: string;
  /** Method and target. */
  readonly line: string;
  /** Absent: no body, and no header that speaks of one. */
  readonly body?: string | ((so: Replies) => string);
  /** Whether it is a typed command, which says what it accepts; a raw one sends no more than Go itself does. */
  readonly raw?: true;
  readonly public?: true;
  readonly status?: 201 | 204;
  /** The whole body of the answer, or the model by which it is read. */
  readonly answer: { readonly is: string } | { readonly model: string; readonly has?: object };
}

type Replies = ReadonlyMap<string, RawAnswer>;

const NOTHING = { is: '{}' } as const;
const EMPTY = { is: '' } as const;
const ENCRYPTED = (so: Replies): string =>
  (JSON.parse(so.get('secret encrypt')?.body ?? '{}') as { value: string }).value;
const appId = (so: Replies): string =>
  (JSON.parse(so.get('login')?.body ?? '{}') as { token: { appId: string } }).token.appId;

const DEPLOYMENT =
  '{"deployment":{"definitionId":"def_oo","id":"depl_oo","replicas":1,"status":"Deploying","strategy":{"maxSurge":1,"type":"RollingUpdate"}}}';
const DEFINITION =
  '{"definition":{"envars":[{"key":"A","value":"b"}],"id":"def_oo","image":{"internalPorts":[8080],"name":"hashicorp/http-echo"},"ports":[{"host":8887,"internal":8080}]}}';

/** In an order in which each has something to answer. */
const ROWS: readonly Row[] = [
  {
    command: 'login',
    line: 'POST /user-svc/login',
    body: '{"appHost":"unnamed","device":"cli","password":"changeme","slug":"1backend"}',
    public: true,
    answer: { model: 'Login', has: { token: { device: 'cli', app: { host: 'unnamed' } } } },
  },
  {
    command: 'depl ls, nothing there',
    line: 'POST /deploy-svc/deployments',
    body: 'null',
    answer: { is: '{"deployments":[]}' },
  },
  { command: 'def save', line: 'PUT /registry-svc/definition', body: DEFINITION, status: 201, answer: NOTHING },
  {
    command: 'def ls',
    line: 'GET /registry-svc/definitions',
    answer: { model: 'ListDefinitions', has: { definitions: [{ id: 'def_oo' }] } },
  },
  { command: 'depl save', line: 'PUT /deploy-svc/deployment', body: DEPLOYMENT, answer: NOTHING },
  {
    command: 'depl ls',
    line: 'POST /deploy-svc/deployments',
    body: 'null',
    answer: {
      model: 'ListDeployments',
      has: { deployments: [{ id: 'depl_oo', replicas: 1, strategy: { maxSurge: 1, type: 'RollingUpdate' } }] },
    },
  },
  { command: 'depl rm', line: 'DELETE /deploy-svc/deployment', body: '{"deploymentId":"depl_oo"}', answer: NOTHING },
  {
    command: 'depl rm, a second time',
    line: 'DELETE /deploy-svc/deployment',
    body: '{"deploymentId":"depl_oo"}',
    answer: NOTHING,
  },
  { command: 'def rm', line: 'DELETE /registry-svc/definition/def_oo', status: 204, answer: EMPTY },
  {
    command: 'node ls',
    line: 'POST /registry-svc/nodes',
    body: 'null',
    answer: { model: 'ListNodes', has: { nodes: [{ url: 'simulated://bytes-a' }] } },
  },
  { command: 'node rm', line: 'DELETE /registry-svc/node/http:%2F%2Fa:1', status: 204, answer: EMPTY },
  {
    command: 'node rm, as other clients encode it',
    line: 'DELETE /registry-svc/node/http%3A%2F%2Fa%3A1',
    status: 204,
    answer: EMPTY,
  },
  { command: 'instance ls', line: 'GET /registry-svc/instances', answer: { model: 'ListInstances' } },
  { command: 'instance rm', line: 'DELETE /registry-svc/instance/inst_x', status: 204, answer: EMPTY },
  {
    command: 'secret encrypt',
    line: 'POST /secret-svc/encrypt',
    body: '{"value":"correct horse"}',
    answer: { model: 'Sealed' },
  },
  {
    command: 'secret save, in the clear',
    line: 'PUT /secret-svc/secrets',
    body: '{"secrets":[{"id":"API_KEY_1","value":"example"}]}',
    answer: NOTHING,
  },
  {
    command: 'secret save, sealed',
    line: 'PUT /secret-svc/secrets',
    body: (so) => `{"secrets":[{"encrypted":true,"id":"API_KEY_2","value":"${ENCRYPTED(so)}"}]}`,
    answer: NOTHING,
  },
  {
    command: 'secret ls',
    line: 'POST /secret-svc/secrets',
    body: '{"allApps":false,"id":""}',
    answer: {
      model: 'ListSecrets',
      has: {
        secrets: [
          { id: 'API_KEY_1', value: 'example' },
          { id: 'API_KEY_2', value: 'correct horse' },
        ],
      },
    },
  },
  {
    command: 'secret ls, whose apps',
    line: 'POST /user-svc/apps',
    body: (so) => `{"ids":["${appId(so)}"]}`,
    answer: { model: 'ListApps', has: { apps: [{ host: 'unnamed' }] } },
  },
  { command: 'secret rm', line: 'DELETE /secret-svc/secrets', body: '{"ids":["API_KEY_2"]}', answer: NOTHING },
  { command: 'secret is-secure', line: 'GET /secret-svc/is-secure', answer: { is: '{"isSecure":false}' } },
  {
    command: 'config save',
    line: 'PUT /config-svc/config',
    body: '{"appHost":"unnamed","data":{"k":1},"id":"my-svc"}',
    answer: NOTHING,
  },
  {
    command: 'config ls',
    line: 'POST /config-svc/configs',
    body: '{"appHost":"unnamed"}',
    answer: {
      model: 'ListConfigs',
      has: { configs: { mySvc: { id: 'mySvc', branch: 'main', data: { k: 1 }, dataJson: '' } } },
    },
  },
  {
    command: 'config ls my-svc',
    line: 'POST /config-svc/configs',
    body: '{"appHost":"unnamed","ids":["my-svc"]}',
    answer: { model: 'ListConfigs', has: { configs: { mySvc: {} } } },
  },
  { command: 'whoami', line: 'GET /user-svc/public-key', public: true, answer: { model: 'PublicKey' } },
  { command: 'whoami, expired', line: 'POST /user-svc/refresh-token', answer: { model: 'RefreshToken' } },
  {
    command: 'get /registry-svc/instances?slug=x',
    line: 'GET /registry-svc/instances?slug=x?app-host=&env=&help=false',
    raw: true,
    answer: { is: '{"instances":[]}' },
  },
  {
    command: 'get /registry-svc/definitions',
    line: 'GET /registry-svc/definitions?app-host=&env=&help=false',
    raw: true,
    answer: { is: '{"definitions":[]}' },
  },
  {
    command: 'get /registry-svc/echo?a=b',
    line: 'GET /registry-svc/echo?a=b?app-host=&env=&help=false',
    raw: true,
    public: true,
    answer: { model: 'Nothing', has: { a: 'b' } },
  },
  {
    command: 'post /registry-svc/echo --a-b=1 --c=true --d=1.5',
    line: 'POST /registry-svc/echo',
    raw: true,
    body: '{"a":{"b":1},"c":true,"d":"1.5"}',
    answer: { is: '{"a":{"b":1},"c":true,"d":"1.5"}' },
  },
  {
    command: 'post /deploy-svc/deployments',
    line: 'POST /deploy-svc/deployments',
    raw: true,
    body: '{}',
    answer: { model: 'ListDeployments' },
  },
];

/** The request as Go's transport writes it: its own fields first, in its order, then those of the client by name. */
function bytesOf({ line, body, raw, public: open }: Row, so: Replies): string {
  const text = typeof body === 'function' ? body(so) : body;
  const own: readonly (readonly [string, string])[] = [
    ...(raw === true ? [] : [['Accept', 'application/json'] as const]),
    ...(open === true ? [] : [['Authorization', `Bearer ${token}`] as const]),
    ...(text === undefined ? [] : [['Content-Type', 'application/json'] as const]),
  ];
  const head = [
    `${line} HTTP/1.1`,
    `Host: ${new URL(service.url).host}`,
    'User-Agent: Go-http-client/1.1',
    'Connection: close',
    ...(text === undefined ? [] : [`Content-Length: ${Buffer.byteLength(text)}`]),
    ...own.map(([name, value]) => `${name}: ${value}`),
    'Accept-Encoding: gzip',
  ];
  return `${head.join('\r\n')}\r\n\r\n${text ?? ''}`;
}

const replies = new Map<string, RawAnswer>();

describe('each request of the existing command line', () => {
  test.each(ROWS)('oo $command: $line', async (row) => {
    const { command, answer, status = 200 } = row;
    const reply = await sendRaw(service.url, bytesOf(row, replies));
    replies.set(command, reply);
    expect([reply.status, reply.reason]).toEqual([status, { 200: 'OK', 201: 'Created', 204: 'No Content' }[status]]);
    expect(headersOf(reply)).toEqual(
      status === 204 ? BARE : { ...BARE, type: 'application/json; charset=utf-8', ...sized(reply) },
    );
    const seen = 'is' in answer ? { body: reply.body, refused: [] } : readBy(reply, answer);
    expect(seen).toMatchObject({ body: 'is' in answer ? answer.is : (answer.has ?? {}), refused: [] });
  });

  test('the token is a JWT that the public key verifies, as whoami does without asking', () => {
    const { token: whole } = JSON.parse(replies.get('login')?.body ?? '{}') as { token: { token: string } };
    const { publicKey } = JSON.parse(replies.get('whoami')?.body ?? '{}') as { publicKey: string };
    const [head = '', claims = '', signature = ''] = whole.token.split('.');
    expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toMatchObject({ alg: 'RS256' });
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      '1sl': '1backend',
      '1ro': expect.arrayContaining(['user-svc:admin', 'user-svc:user']),
      '1ui': expect.any(String),
      '1ai': expect.any(String),
      exp: expect.any(Number),
    });
    expect(publicKey).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
    expect(createVerify('RSA-SHA256').update(`${head}.${claims}`).verify(publicKey, signature, 'base64url')).toBe(true);
  });
});

describe('what the existing command line shows of a refusal', () => {
  const failing: readonly (readonly [Row, number, RegExp])[] = [
    [
      {
        command: 'login',
        line: 'POST /user-svc/login',
        body: '{"appHost":"unnamed","device":"cli","password":"wrong","slug":"1backend"}',
        public: true,
        answer: NOTHING,
      },
      401,
      /Invalid Password/,
    ],
    [
      { command: 'depl ls', line: 'POST /deploy-svc/deployments', body: 'null', public: true, answer: NOTHING },
      401,
      /Unauthorized/,
    ],
    [
      {
        command: 'depl save',
        line: 'PUT /deploy-svc/deployment',
        body: '{"deployment":{"id":"d","definitionId":"x","status":"Deploying","replicas":-1}}',
        answer: NOTHING,
      },
      400,
      /replicas/,
    ],
    [
      { command: 'depl save', line: 'PUT /deploy-svc/deployment', body: '{"deployment":', answer: NOTHING },
      400,
      /Invalid JSON/,
    ],
    [{ command: 'node rm', line: 'DELETE /registry-svc/node/http:%2F%2Fa:1%', answer: NOTHING }, 400, /Invalid URL/],
    [
      { command: 'get /nowhere', line: 'GET /nowhere?app-host=&env=&help=false', raw: true, answer: NOTHING },
      404,
      /there is no GET \/nowhere/,
    ],
  ];

  test.each(failing)('$command', async (row, status, words) => {
    const reply = await sendRaw(service.url, bytesOf(row, replies));
    expect(reply.status).toBe(status);
    // The phrase is all that the typed commands print.
    expect(reply.reason).toMatch(words);
    expect(headersOf(reply)).toMatchObject({ type: 'application/json; charset=utf-8' });
    expect(JSON.parse(reply.body)).toMatchObject({ error: expect.stringMatching(words) });
  });
});

/** What every answer says, beside what it is. */
const BARE = {
  origin: '*',
  methods: 'POST, GET, OPTIONS, PUT, DELETE',
  credentials: 'false',
  vary: expect.stringContaining('Origin'),
  connection: 'close',
  correlation: expect.stringMatching(/^[\w-]{36}$/),
} as const;

function headersOf({ headers }: RawAnswer): object {
  const shown = {
    type: headers['content-type'],
    length: headers['content-length'],
    origin: headers['access-control-allow-origin'],
    methods: headers['access-control-allow-methods'],
    credentials: headers['access-control-allow-credentials'],
    vary: headers['vary'],
    connection: headers['connection'],
    correlation: headers['x-correlation-id'],
  };
  return Object.fromEntries(Object.entries(shown).filter(([, value]) => value !== undefined));
}

function sized({ body }: RawAnswer): object {
  return { length: String(Buffer.byteLength(body)) };
}

function readBy({ body }: RawAnswer, { model }: { readonly model: string }): object {
  const value: unknown = JSON.parse(body);
  return { body: value, refused: refusals(value, { model }) };
}
