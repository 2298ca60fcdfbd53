import { Command, CommanderError, Help, type Option } from 'commander';

import { execArguments } from './exec/arguments.ts';
import { EXIT, ONE_FOR_EVERY_ERROR } from './exit-codes.ts';
import { describeFailure, Failure } from './failure.ts';
import { GROUPS, type Group } from './groups.ts';
import { rootHelp } from './help/root.ts';
import { rawCall } from './raw/verb.ts';
import { version } from './version.ts';

/** Runs one command line and answers with the exit code. Never throws: every failure is printed. */
export async function run(argv: readonly string[]): Promise<number> {
  ignoreClosedPipe();
  try {
    const raw = rawCall(argv);
    if (argv[0] === 'complete' && argv[1] === '--') {
      process.stdout.write(await (await import('./completion/complete.ts')).complete(argv.slice(2)));
    } else if (raw === undefined) await createProgram().parseAsync(execArguments(argv), { from: 'user' });
    else await (await import('./raw/call.ts')).callRaw(raw);
    return Number(process.exitCode ?? EXIT.ok);
  } catch (error) {
    return report(error);
  }
}

/** The command tree. A group's commands are loaded when it is used, so that `oo --help` stays fast. */
export function createProgram(groups: readonly Group[] = GROUPS): Command {
  const description = 'Deploys, scales, updates and heals containers on a fleet of Docker hosts.';
  const program: Command = new Command('oo')
    .description(description)
    .version(version(), '-V, --version', 'print the version')
    .option('-e, --env <name>', 'the environment to use instead of the selected one')
    .option('-a, --app-host <host>', 'the app to act in instead of the selected one')
    .helpCommand(false)
    .configureHelp({
      showGlobalOptions: true,
      // The version is no command's.
      visibleGlobalOptions: (command) => globalOptions(program, command),
      formatHelp: (command, help) =>
        command === program ? rootHelp(description, groups) : Help.prototype.formatHelp.call(help, command, help),
    })
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error:/, 'Error:')) })
    .showHelpAfterError('(see: oo --help)');
  for (const group of groups) addGroup(program, group);
  const byName = new Map(groups.map((group) => [group.name, group]));
  return program.hook('preSubcommand', async (_, command) => {
    await byName.get(command.name())?.load(command);
  });
}

function globalOptions(program: Command, command: Command): Option[] {
  const own = new Set(command.options.map(({ long }) => long));
  return command === program ? [] : program.options.filter(({ long }) => long !== '--version' && !own.has(long));
}

function addGroup(program: Command, group: Group): void {
  const command = program.command(group.name).description(group.summary).aliases(group.aliases);
  command
    .helpOption('-h, --help', 'show this help')
    .showHelpAfterError(`(see: oo ${group.name} --help)`)
    .addHelpText('after', () =>
      command.commands.length === 0 ? '' : `\nMore of each, with examples: oo ${group.name} <command> --help`,
    );
}

function report(error: unknown): number {
  // Commander has already printed what it has to say.
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.ok;
    return error.code === ONE_FOR_EVERY_ERROR ? EXIT.failure : EXIT.usage;
  }
  if (error instanceof Failure) {
    process.stderr.write(describeFailure(error));
    return error.exitCode;
  }
  process.stderr.write(`Error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return EXIT.failure;
}

/** `oo events | head` closes the pipe early: that is no failure of ours. */
function ignoreClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(EXIT.ok);
  });
}
