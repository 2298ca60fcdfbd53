import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from 'vitest';

import { serveAs } from '../../support/git-host.ts';
import { startGitServer } from '../../support/git-server.ts';
import { until } from '../../support/until.ts';
import { blocks } from './specification.ts';
import { IMAGE, LOCAL, type World } from './world.ts';

type Expectation = (world: World, line: string) => Promise<void>;

/** What has to come of each command of the specification, carried out as it is printed. By its line. */
export const COMMANDS: Readonly<Record<number, Expectation>> = {
  14: firstSave,
  16: quiet,
  17: quiet,
  52: list,
  54: list,
  56: list,
  57: list,
  65: remove,
  67: quiet,
  68: removeAll,
  262: saveDefinition,
  264: saveAgain,
  283: listed,
  285: grep,
  320: nodes,
  322: definitions,
  324: summary,
  327: cat,
  329: checkout,
  337: nodes,
  339: instances,
  341: listed,
};

const ID = 'depl_myservice123';
const DEFINITION = `id: def_myservice456\nimage:\n  name: ${IMAGE}\n  internalPorts: [8080]\n`;

async function quiet(world: World, line: string): Promise<void> {
  expect(await world.run(line)).toEqual({ code: 0, stdout: '', stderr: '' });
}

/** The one-word columns of a table. */
function columnsOf(stdout: string): readonly string[] {
  return stdout.split('\n', 1)[0]?.split(/ {3,}/) ?? [];
}

/** The file is that of the specification; the definition that it names comes later in it, and that is said. */
async function firstSave(world: World, line: string): Promise<void> {
  await world.write('my-deployment.yaml', blocks().find((block) => block.line === 20)?.yaml ?? '');
  await quiet(world, line);
  await world.until(ID, 'Failed', /def_myservice456/);
}

const LISTED = [
  'ID                  DEFINITION ID      STATUS   DETAILS',
  'depl_myservice123   def_myservice456   OK       ',
  'depl_simple123      def_myapp456       OK       ',
  '',
].join('\n');

async function list(world: World, line: string): Promise<void> {
  expect(await world.run(line)).toEqual({ code: 0, stdout: LISTED, stderr: '' });
}

const ROW = /^depl_myservice123 +def_myservice456 +OK *$/m;

async function listed(world: World, line: string): Promise<void> {
  const { code, stdout } = await world.run(line);
  expect([code, columnsOf(stdout)]).toEqual([0, ['ID', 'DEFINITION ID', 'STATUS', 'DETAILS']]);
  expect(stdout).toMatch(ROW);
}

async function remove(world: World, line: string): Promise<void> {
  await quiet(world, line);
  await until('it is gone', 30_000, async () => !(await world.run('oo depl ls')).stdout.includes(ID));
}

/** What was removed is no error; and on a real engine the containers end. */
async function removeAll(world: World, line: string): Promise<void> {
  await quiet(world, line);
  const [container] = await world.inspect('depl_simple123');
  expect(container?.State.Running).toBe(true);
  await quiet(world, line.replace(ID, 'depl_simple123'));
  const gone = async (): Promise<boolean> => (await world.product.engine.inspect(container?.Id ?? '')) === undefined;
  await until('its container is gone', 30_000, gone);
  expect((await world.run('oo instance list')).stdout).not.toContain('inst_depl_simple123');
}

async function saveDefinition(world: World, line: string): Promise<void> {
  await world.write('my-service-def.yaml', DEFINITION);
  await quiet(world, line);
}

async function saveAgain(world: World, line: string): Promise<void> {
  await world.cards.during(async () => {
    await quiet(world, line);
    await world.until(ID, 'OK');
  });
}

async function grep(world: World, line: string): Promise<void> {
  expect(await world.run(line)).toEqual({ code: 0, stdout: expect.stringMatching(ROW), stderr: '' });
  expect(await world.run(line.replace(ID, 'depl_none'))).toMatchObject({ code: 1, stdout: '' });
}

/** Whether they answer, and their capacity: what is reserved, of how much. */
async function nodes(world: World, line: string): Promise<void> {
  const { code, stdout } = await world.run(line);
  expect([code, columnsOf(stdout).slice(0, 3)]).toEqual([0, ['NODE ID', 'URL', 'LAST HEARTBEAT']]);
  const { cpuMillis } = await world.product.engine.capacity();
  const local = stdout.split('\n').find((row) => row.includes(LOCAL));
  expect(local).toMatch(new RegExp(`^${world.localId} +${LOCAL} +\\d+s ago +ready .* of ${cpuMillis / 1_000} `));
  expect(stdout).toMatch(new RegExp(`${world.cards.id} .* 81559Mi`));
}

async function definitions(world: World, line: string): Promise<void> {
  const { code, stdout } = await world.run(line);
  const columns = ['ID', 'IMAGE NAME', 'REPO URL', 'REPO BUILD CONTEXT', 'REPO CONTAINER FILE', 'INTERNAL PORT'];
  expect([code, columnsOf(stdout)]).toEqual([0, columns]);
  expect(stdout).toMatch(new RegExp(`^def_myservice456 +${IMAGE} +8080$`, 'm'));
}

/** Of a name that nothing has it says where to look; of a deployment of that name it tells state and output. */
async function summary(world: World, line: string): Promise<void> {
  const none = await world.run(line);
  expect(none).toMatchObject({ code: 3, stderr: expect.stringContaining('there is no container my-service') });
  await world.deploy('id: depl_named\nname: my-service\ndefinitionId: def_myapp456\n');
  const { code, stdout } = await world.run(line);
  expect([code, JSON.parse(stdout)]).toEqual([
    0,
    { status: 'running', logs: 'serving parity on 8080', summary: expect.stringContaining('depl_named-r1-0') },
  ]);
  await world.remove('depl_named');
}

/** It is a file of the user's own, in the form that is saved. */
async function cat(world: World, line: string): Promise<void> {
  await world.write('my-definition.yaml', DEFINITION);
  expect(await world.run(line)).toEqual({ code: 0, stdout: DEFINITION, stderr: '' });
  await quiet(world, 'oo definition save my-definition.yaml');
}

/** The address as printed is that of a host on this machine, which the server reaches by the settings of a proxy. */
async function checkout(world: World, line: string): Promise<void> {
  await using repository = await startGitServer();
  const commit = await repository.commit({ Dockerfile: `FROM ${IMAGE}\n` });
  {
    await using host = await serveAs(repository, { host: 'github.com', path: '/user/repo.git' });
    const { code, stdout, stderr } = await world.run(line);
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toEqual({ dir: expect.stringContaining(commit) });
    const { dir } = JSON.parse(stdout) as { readonly dir: string };
    expect(await readFile(join(dir, 'Dockerfile'), 'utf8')).toBe(`FROM ${IMAGE}\n`);
    expect(host.requests).toContain('GET /user/repo.git/info/refs?service=git-upload-pack');
    const gone = await world.run(line.replace('/repo.git', '/none.git'));
    expect(gone).toMatchObject({ code: 1, stderr: expect.stringMatching(/none\.git\/?' not found/) });
  }
  const printed = 'https://github.com/user/repo.git';
  const near = await world.run(line.replace(printed, `${repository.url}/repo.git`));
  expect(near).toMatchObject({ code: 0, stdout: expect.stringContaining(commit) });
  const unreachable = await world.run(line.replace(printed, 'http://127.0.0.1:1/user/repo.git'));
  expect(unreachable).toMatchObject({ code: 1, stderr: expect.stringContaining('127.0.0.1:1') });
}

async function instances(world: World, line: string): Promise<void> {
  const { code, stdout } = await world.run(line);
  expect([code, columnsOf(stdout)]).toEqual([0, ['INSTANCE ID', 'URL', 'STATUS', 'OWNER SLUG', 'LAST HEARTBEAT']]);
  const rows = stdout.split('\n').filter((row) => row.startsWith(`inst_${ID}`));
  expect(rows).toHaveLength(3);
  for (const row of rows) expect(row).toMatch(/ http:\/\/parity-west:\d+ +Healthy +deploy-svc +\d+s ago$/);
}
