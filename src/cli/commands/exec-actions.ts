import { EXEC_PROTOCOL, type SessionStart } from '../../api/contract/exec-protocol.ts';
import { type Context, openContext } from '../context.ts';
import { carryOn, type Ended } from '../exec/session.ts';
import { openSocket } from '../exec/socket.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { GlobalOptions } from '../session.ts';

interface ExecOptions extends GlobalOptions {
  readonly stdin?: boolean;
  readonly tty?: boolean;
  readonly variable?: Readonly<Record<string, string>>;
  readonly user?: string;
  readonly workdir?: string;
}

/** Runs a command in a container and ends with its exit code. */
export async function runCommand(id: string, command: readonly string[], options: ExecOptions): Promise<void> {
  const context = await openContext(options);
  const start = startOf(context, [...command], options);
  const { client, token } = context;
  const url = client.request('openExecSession', { params: { id } }).url;
  const what = `run ${command[0] ?? ''} in ${id}`;
  try {
    using socket = await openSocket({ url, protocol: EXEC_PROTOCOL, token });
    const ended = await carryOn(context.terminal, socket, start, ({ replicaId, nodeId }) => {
      if (replicaId !== id) context.terminal.stderr.write(`-- in replica ${replicaId} on ${nodeId}\n`);
    });
    process.exitCode = exitCodeOf(ended, what, id);
  } catch (error) {
    throw context.failure(error, what, 'oo deployment list');
  }
}

/** On a terminal people mean to talk, unless they say otherwise. */
function startOf({ terminal }: Context, command: string[], options: ExecOptions): SessionStart {
  const { stdin, stdout } = terminal;
  const isTerminal = stdin.isTTY === true && stdout.isTTY === true;
  const asked = options.tty === true || options.stdin === true;
  const tty = options.tty ?? (isTerminal && !asked);
  if (tty && !isTerminal) {
    throw new Failure('there is no terminal to give to the command: standard input or output is none', {
      exitCode: EXIT.usage,
      next: ['leave out -t; -i alone passes the input on'],
    });
  }
  const { variable, user, workdir: workingDirectory } = options;
  const size = tty ? { columns: stdout.columns, rows: stdout.rows } : {};
  return {
    command,
    tty,
    stdin: options.stdin ?? tty,
    ...(variable === undefined ? {} : { env: { ...variable } }),
    ...(user === undefined ? {} : { user }),
    ...(workingDirectory === undefined ? {} : { workingDirectory }),
    ...((size.columns ?? 0) > 0 && (size.rows ?? 0) > 0 ? size : {}),
  };
}

function exitCodeOf(ended: Ended | undefined, what: string, id: string): number {
  if (ended === undefined) {
    throw new Failure(`cannot ${what} to its end: the connection broke, and the command may go on`, {
      exitCode: EXIT.unreachable,
      next: [`oo exec ${id} -- ps`, `oo events --of ${id}`],
    });
  }
  if (ended.status === 'ended') return ended.exitCode ?? EXIT.failure;
  const details = (ended.problems ?? []).map(({ field, message }) => `${field}: ${message}`);
  const exitCode = ended.code === 400 ? EXIT.usage : ended.code === 409 ? EXIT.conflict : EXIT.failure;
  throw new Failure(`cannot ${what}: ${ended.error}`, { exitCode, details, next: [`oo describe ${id}`] });
}
