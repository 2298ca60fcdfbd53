import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { testService, type TestService } from '../support/service.ts';
import { startOo } from './support/started.ts';

let service: TestService;
let file: string;

beforeAll(async () => {
  service = await testService({ NODES: 'simulated://lists-a,simulated://lists-b' });
  file = join(service.shell.home, 'all.yaml');
  await writeFile(
    file,
    'id: def-web\nimage: {name: web:1, internalPorts: [8080]}\nports: [{internal: 8080, host: 18080}]\n',
  );
  await service.oo('definition', 'save', file);
  await writeFile(
    file,
    'id: depl-two\nname: two\ndefinitionId: def-web\nreplicas: 2\n---\n' +
      'id: depl-none\ndefinitionId: def-web\nreplicas: 0\nstrategy: {type: Recreate}\n',
  );
  await service.oo('deployment', 'save', file, '--wait');
});
afterAll(() => service[Symbol.asyncDispose]());

const oo = (line: string): Promise<string> => service.oo(...line.split(' '));
const steady = (text: string): string => text.replaceAll(/\b\d+s( ago)?/g, '1s$1').replaceAll(/ +/g, ' ');

test('deployments wide: how many are ready, revision, age, image and strategy', async () => {
  expect(steady(await oo('depl ls -o wide --sort id'))).toBe(
    'ID DEFINITION ID STATUS DETAILS NAME READY REVISION AGE IMAGE STRATEGY\n' +
      'depl-none def-web OK 0/0 1 1s web:1 Recreate\n' +
      'depl-two def-web OK two 2/2 1 1s web:1 RollingUpdate\n',
  );
  expect(await oo('depl ls --columns id,ready --sort ready:desc --no-headers')).toBe(
    'depl-two    2/2\ndepl-none   0/0\n',
  );
  expect(await oo('depl ls -o name --filter strategy=recreate')).toBe('depl-none\n');
});

test('JSON is as the server gave it, whatever is sorted or filtered by; ndjson is the same, one for each line', async () => {
  const all = JSON.parse(await oo('depl ls -o json --sort ready:desc')) as { id: string }[];
  const body = JSON.parse(await oo('post /deploy-svc/deployments')) as { deployments: { id: string }[] };
  expect(all).toEqual(['depl-two', 'depl-none'].map((id) => body.deployments.find((one) => one.id === id)));
  const lines = (await oo('depl ls -o ndjson --sort ready:desc')).trimEnd().split('\n');
  expect(lines.map((line): unknown => JSON.parse(line))).toEqual(all);
});

test('nodes wide: where they are, how they stand, and how much of them is given away', async () => {
  const [header = ''] = (await oo('node ls -o wide')).split('\n');
  expect(steady(header)).toBe(
    'NODE ID URL LAST HEARTBEAT STATUS REPLICAS CPU RESERVED MEMORY RESERVED ' +
      'REGION ZONE SCHEDULING LIVENESS CPU SHARE MEMORY SHARE GPUS',
  );
  expect(await oo('node ls --columns url,replicas,scheduling,liveness --sort url --no-headers')).toBe(
    'simulated://lists-a   1   open   ready\nsimulated://lists-b   1   open   ready\n',
  );
  expect(await oo('node ls -o name --filter url=*lists-a')).toMatch(/^node_\w+\n$/);
});

test.each([
  ['def ls -o wide --columns id,ports', 'ID        PORTS\ndef-web   18080->8080\n'],
  ['def ls -o name', 'def-web\n'],
  ['worker ls --columns clusters,alive,nodes --no-headers', 'all   yes   2\n'],
  ['router ls --columns kind,letting-go,alive --no-headers', 'gateway      yes\n'],
  ['instance ls --columns deployment-id,status --no-headers', 'depl-two   Healthy\ndepl-two   Healthy\n'],
  ['events --filter type=DeploymentSaved --columns stream --no-headers', 'deployment/depl-two\ndeployment/depl-none\n'],
  ['env ls --columns name,reachable --filter selected=true --no-headers', 'test   true\n'],
])('oo %s', async (line, stdout) => {
  expect(await oo(line)).toBe(stdout);
});

test('secrets and configs: who may, and of when', async () => {
  await oo('secret save db-password s3cr3t');
  expect(await oo('secret ls -o wide --columns id,length,value')).toBe(
    'SECRET ID     LENGTH   VALUE\ndb-password   6        ******\n',
  );
  await writeFile(file, 'id: shop\ndata: {greeting: hello}\n');
  await oo(`config save ${file}`);
  expect(await oo('config ls -o wide')).toMatch(
    /^CONFIG ID +APP HOST +JSON +BRANCH +VERSION +UPDATED\nshop .* main .* ago\n$/,
  );
});

test('a watched list of the whole product shows a deployment as it goes', async () => {
  await using watching = startOo(service.shell, [
    'depl',
    'ls',
    '-w',
    '--columns',
    'id,status',
    '--filter',
    'id=depl-new',
  ]);
  await watching.printed('STATUS');
  await writeFile(file, 'id: depl-new\ndefinitionId: def-web\nreplicas: 0\n');
  await service.oo('deployment', 'save', file, '--wait');
  await watching.printed(/depl-new +OK/);
  await service.oo('deployment', 'remove', 'depl-new');
  await watching.printed('depl-new is gone');
  expect(watching.stderr()).toBe('');
});

test('accounts, grants, routes, apps, builds, jobs and checkpoints are listed by the same means', async () => {
  await writeFile(file, 'id: b.example\ntarget: http://10.0.0.7:80\n---\nid: a.example\ntarget: http://10.0.0.8:80\n');
  await oo(`route save ${file}`);
  expect(await oo('route ls --sort id:desc -o name')).toBe('b.example\na.example\n');
  expect(await oo('route ls --columns target --filter id=a.* --no-headers')).toBe('http://10.0.0.8:80\n');
  await writeFile(file, 'permissions: [shop:edit, shop:view]\nslugs: [ada]\n');
  await oo(`permit save ${file}`);
  expect(await oo('permit ls --columns permission,slugs --sort permission:desc --filter slugs=ada --no-headers')).toBe(
    'shop:view   ada\nshop:edit   ada\n',
  );
  const users = (await oo('user ls -o ndjson')).trimEnd().split('\n');
  expect(users.map((line) => (JSON.parse(line) as { slug: string }).slug)).toContain('1backend');
  const [first] = (await oo('user ls -o name --filter slug=1backend')).split('\n');
  expect(first).toMatch(/^usr_/);
  for (const line of ['app ls', 'build ls', 'job ls', 'enroll ls', 'cert ls', 'audit checkpoints']) {
    const [header = ''] = (await oo(`${line} -o wide`)).split('\n');
    const [plain = ''] = (await oo(line)).split('\n');
    expect(steady(header).trim()).toContain(steady(plain).trim());
    expect(Array.isArray(JSON.parse(await oo(`${line} -o json`)))).toBe(true);
  }
});

test('an empty table is its header, and what no filter passes is none', async () => {
  expect(await oo('depl ls --filter id=none')).toBe('ID   DEFINITION ID   STATUS   DETAILS\n');
  expect(await oo('depl ls --filter id=none -o json')).toBe('[]\n');
  expect(await oo('depl ls --filter id=none -o ndjson')).toBe('');
});
