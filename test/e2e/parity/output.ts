import { expect } from 'vitest';

import { startGitServer } from '../../support/git-server.ts';
import { textAt } from './specification.ts';
import { IMAGE, type World } from './world.ts';

/** The lines of the example of a listing, without its head. */
const ROWS = [60, 61, 62];

/** The same deployments are brought into the same states, and are listed so. */
export async function exampleOutput(world: World): Promise<void> {
  await using repository = await startGitServer();
  await repository.commit({ Dockerfile: `FROM ${IMAGE}\nCOPY missing /\n` });
  await world.define('test-a');
  await world.define('test-b', { repository: { url: `${repository.url}/repo.git`, internalPorts: [8080] } });
  await world.define('def_user456');
  const printed = ROWS.map((line) => /^(\S+) (\S+) (OK|Error|Deploying) ?(.*)$/.exec(textAt(line))?.slice(1) ?? []);
  for (const [id = '', definitionId = '', status = ''] of printed) {
    const resources = status === 'Deploying' ? { cpu: '1000' } : {};
    await world.admin.call('saveDeployment', { body: { deployment: { id, definitionId, resources } } });
  }
  for (const [id = '', , status = ''] of printed) await world.until(id, status);
  const { stdout } = await world.run('oo deployment list');
  const rows = stdout.split('\n').map((line) => line.split(/ {3,}/));
  expect(rows[0]?.join(' ')).toBe(textAt(59));
  const [ok, error, deploying] = printed.map(([id]) => rows.find((row) => row[0] === id));
  expect(ok).toEqual(['depl_dbOdi5eLQK', 'test-a', 'OK', '']);
  expect(error).toEqual([
    'depl_dy2PDIkzqf',
    'test-b',
    'Error',
    expect.stringMatching(/^build failed: COPY failed: file not found.*…$/),
  ]);
  expect(deploying).toEqual([
    'depl_user123',
    'def_user456',
    'Deploying',
    expect.stringMatching(/^1 replica fits no node: /),
  ]);
  await world.remove(...printed.map(([id = '']) => id));
}
