import { expect, test } from 'vitest';

import { openShell } from './support/oo.ts';

test('every group and command has help with an example', async () => {
  await using shell = await openShell();
  const commands = [
    '',
    'deployment save',
    'deployment list',
    'deployment watch',
    'node add',
    'config save',
    'config list',
    'init',
    'explain',
    'events',
    'env add',
    'login',
    'post',
  ];
  for (const command of commands) {
    const ran = await shell.oo([...command.split(' ').filter((word) => word !== ''), '--help']);
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('$ oo '), stderr: '' });
  }
});
