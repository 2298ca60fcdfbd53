import { GROUPS } from '../../../src/cli/groups.ts';
import { createProgram } from '../../../src/cli/program.ts';

export type Program = ReturnType<typeof createProgram>;

/** Every command of the whole program that has none below it, with its groups loaded. */
export async function everyCommand(): Promise<readonly Program[]> {
  const program = createProgram();
  for (const group of GROUPS) {
    const command = program.commands.find((one) => one.name() === group.name);
    if (command !== undefined) await group.load(command);
  }
  return leaves(program);
}

function leaves(command: Program): readonly Program[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap((one) => leaves(one as Program));
}

/** `oo deployment list`. */
export function titleOf(command: Program): string {
  return command.parent === null ? command.name() : `${titleOf(command.parent as Program)} ${command.name()}`;
}

/** What `--help` prints. */
export function helpOf(command: Program): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => void (text += part) });
  command.outputHelp();
  return text;
}
