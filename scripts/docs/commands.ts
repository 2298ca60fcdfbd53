import { EXIT, EXIT_MEANINGS } from '../../src/cli/exit-codes.ts';
import { GROUPS } from '../../src/cli/groups.ts';
import { ENVIRONMENT } from '../../src/cli/help/environment.ts';
import { createProgram } from '../../src/cli/program.ts';
import { table } from './table.ts';

type Command = ReturnType<typeof createProgram>;

/** A table of all commands, each with its aliases, its arguments and what it does. */
export async function commandTable(): Promise<string> {
  const rows = (await groups()).flatMap(({ command }) =>
    leavesOf(command).map((one) => [`\`${titleOf(one).replaceAll('|', '\\|')}\``, one.description()]),
  );
  return table(['command (with its aliases)', 'what it does'], rows);
}

/** A row for each group of commands: what it is about, and the names of its commands. */
export async function groupTable(): Promise<string> {
  const rows = (await groups()).map(({ command, summary }) => {
    const names = command.commands.map((one) => `\`${one.name()}\``).join(' ');
    return [`\`oo ${command.name()}\`${names === '' ? '' : ` ${names}`}`, summary];
  });
  return table(['command', 'what it is for'], rows);
}

/** Every command with its options and examples, a section for each group. */
export async function commandReference(): Promise<string> {
  const sections = (await groups()).map(({ command, summary }) => {
    const leaves = leavesOf(command);
    const parts = leaves.flatMap((one) =>
      (one === command ? [] : [`#### ${headingOf(one)}`, '']).concat(describe(one)),
    );
    const about = leaves[0] === command ? [] : [`${sentence(summary)}`, ''];
    return [`### oo ${command.name()}`, '', ...about, ...parts].join('\n').trimEnd();
  });
  return `\n${sections.join('\n\n')}\n`;
}

/** What each exit code means. */
export async function exitCodeTable(): Promise<string> {
  const names = Object.keys(EXIT) as (keyof typeof EXIT)[];
  return table(
    ['code', 'meaning'],
    names.map((name) => [String(EXIT[name]), EXIT_MEANINGS[name]]),
  );
}

/** The environment variables that `oo` looks at. */
export async function environmentTable(): Promise<string> {
  return table(
    ['variable', 'meaning'],
    ENVIRONMENT.map(({ name, meaning }) => [`\`${name}\``, meaning]),
  );
}

async function groups(): Promise<readonly { readonly command: Command; readonly summary: string }[]> {
  const program = createProgram();
  return Promise.all(
    GROUPS.map(async (group) => {
      const command = program.commands.find((one) => one.name() === group.name) as Command | undefined;
      if (command === undefined) throw new Error(`the command line has no ${group.name}`);
      await group.load(command);
      return { command, summary: group.summary };
    }),
  );
}

function leavesOf(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap((one) => leavesOf(one as Command));
}

/** `oo deployment|depl|deployments get <id>` */
function titleOf(command: Command): string {
  return ['oo', ...namesOf(command).map((names) => names.join('|')), ...argumentsOf(command)].join(' ');
}

function headingOf(command: Command): string {
  return ['oo', ...namesOf(command).map(([name]) => name), ...argumentsOf(command).map((one) => `\`${one}\``)].join(
    ' ',
  );
}

/** Of each word of it, without the program's own. */
function namesOf(command: Command): readonly (readonly string[])[] {
  const { parent } = command;
  return parent === null ? [] : [...namesOf(parent as Command), [command.name(), ...command.aliases()]];
}

function argumentsOf({ registeredArguments }: Command): readonly string[] {
  return registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
}

function describe(command: Command): readonly string[] {
  const help = command.createHelp();
  const own = help.visibleOptions(command).filter(({ long }) => long !== '--help');
  const options = own.map((option) => [`\`${option.flags}\``, help.optionDescription(option)]);
  const args = command.registeredArguments
    .filter(({ description }) => description !== '')
    .map((argument) => [`\`${argument.name()}\``, help.argumentDescription(argument)]);
  const rows = [...args, ...options].map((cells) => cells.map((cell) => cell.replaceAll('|', '\\|')));
  return [
    `${sentence(command.description())} \`${titleOf(command)}\``,
    '',
    ...(rows.length === 0 ? [] : [table(['argument or option', ''], rows), '']),
    ...footer(command),
  ];
}

/** What the help says behind the options: columns, examples, codes. */
function footer(command: Command): readonly string[] {
  let text = '';
  // Wide enough for every option to stand on one line, whatever terminal this runs on.
  command.configureOutput({ writeOut: (part) => void (text += part), getOutHelpWidth: () => 1000 });
  command.outputHelp();
  const behind = text.slice(text.indexOf('--app-host <host>'));
  const lines = behind.split('\n').slice(1).join('\n').trim();
  return lines === '' ? [] : ['```text', lines, '```', ''];
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
