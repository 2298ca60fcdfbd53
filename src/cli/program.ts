import { readFileSync } from 'node:fs';

import { Command, CommanderError } from 'commander';

import { execArguments } from './exec/arguments.ts';
import { EXIT } from './exit-codes.ts';
import { describeFailure, Failure } from './failure.ts';
import { GROUPS, type Group } from './groups.ts';
import { rawCall } from './raw/verb.ts';

const EXAMPLES = `
Examples:
  $ oo login 1backend                        log in to the selected server
  $ oo node add unix:///var/run/docker.sock  register this machine's engine
  $ oo definition save ./my-service.yaml     say what to run
  $ oo deployment save ./my-deployment.yaml  run it, and see it come up or why not
  $ oo deployment list --full
  $ oo get /registry-svc/instances           any call of the API

Exit codes: 0 ok, 1 failure, 2 usage or invalid file, 3 not found, 4 not logged in, 5 conflict,
            6 rollout failed, 7 timeout, 8 server unreachable`;

/** Runs one command line and answers with the exit code. Never throws: every failure is printed. */
export async function run(argv: readonly string[]): Promise<number> {
  ignoreClosedPipe();
  try {
    const raw = rawCall(argv);
    if (raw === undefined) await createProgram().parseAsync(execArguments(argv), { from: 'user' });
    else await (await import('./raw/call.ts')).callRaw(raw);
    return Number(process.exitCode ?? EXIT.ok);
  } catch (error) {
    return report(error);
  }
}

/** The command tree. A group's commands are loaded when it is used, so that `oo --help` stays fast. */
export function createProgram(): Command {
  const program = new Command('oo')
    .description('Deploys, scales, updates and heals containers on a fleet of Docker hosts.')
    .version(version(), '-V, --version', 'print the version')
    .option('-e, --env <name>', 'the environment to use instead of the selected one')
    .option('-a, --app-host <host>', 'the app to act in instead of the selected one')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error:/, 'Error:')) })
    .showHelpAfterError('(see: oo --help)');
  for (const group of GROUPS) addGroup(program, group);
  const groups = new Map(GROUPS.map((group) => [group.name, group]));
  return program.hook('preSubcommand', async (_, command) => {
    await groups.get(command.name())?.load(command);
  });
}

function addGroup(program: Command, group: Group): void {
  const command = program.command(group.name).description(group.summary).aliases(group.aliases);
  command.helpOption('-h, --help', 'show this help').showHelpAfterError(`(see: oo ${group.name} --help)`);
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}

function report(error: unknown): number {
  // Commander has already printed what it has to say.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
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
