import { expect, test } from 'vitest';

import { COMMANDS_WITHOUT_AT } from '../../src/cli/commands/without-at.ts';
import { GROUPS } from '../../src/cli/groups.ts';
import { createProgram } from '../../src/cli/program.ts';

type Command = ReturnType<typeof createProgram>;

/** What the commands that only read are called. A new one is a read by being called so. */
const READS =
  /(^| )(list|get|read|raw|current|history|diff|blame|plan|watch|describe|why|why-not|trace|report|top|logs|events|verify|decisions|export|checkpoints|archives|key|replay|whoami|token)$/;

function leavesOf(command: Command, path: readonly string[] = []): readonly (readonly [string, Command])[] {
  if (command.commands.length === 0) return [[path.join(' '), command]];
  return command.commands.flatMap((one) => leavesOf(one as Command, [...path, one.name()]));
}

test('every command that reads takes --at, or has a reason why not', async () => {
  const program = createProgram();
  for (const group of GROUPS) {
    const command = program.commands.find((one) => one.name() === group.name);
    if (command !== undefined) await group.load(command as Command);
  }
  const reads = leavesOf(program).filter(([path, { parent }]) => READS.test(path) && parent !== null);
  // The bare calls of the API have whatever the route has.
  const own = reads.filter(([path]) => path !== 'get');
  const taking = own.filter(([, { options }]) => options.some(({ long }) => long === '--at')).map(([path]) => path);
  expect(own.map(([path]) => path).toSorted()).toEqual([...taking, ...Object.keys(COMMANDS_WITHOUT_AT)].toSorted());
  expect(taking.length).toBeGreaterThan(18);
});
