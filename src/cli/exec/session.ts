import { CHANNEL, type SessionStart, type SessionStatus } from '../../api/contract/exec-protocol.ts';
import type { Terminal } from '../terminal.ts';
import type { Socket } from './socket.ts';

export type Ended = Exclude<SessionStatus, { readonly status: 'started' }>;

/**
 * Carries what is typed to the command and what it says to the terminal, until either ends. Undefined when the connection ended first:
 * nobody knows what became of the command.
 */
export async function carryOn(
  { stdin, stdout, stderr }: Terminal,
  socket: Socket,
  start: SessionStart,
  onStarted: (status: Extract<SessionStatus, { readonly status: 'started' }>) => void,
): Promise<Ended | undefined> {
  await using stack = new AsyncDisposableStack();
  let ended: Ended | undefined;
  const begin = (): void => {
    if (start.tty) stack.defer(rawMode(stdin));
    if (start.stdin) stack.defer(typing(stdin, socket));
    if (start.tty) stack.defer(sizing(stdout, socket));
  };
  await socket.send(CHANNEL.start, JSON.stringify(start));
  await socket.receive(async (channel, bytes) => {
    if (channel === CHANNEL.stdout) return written(stdout, bytes);
    if (channel === CHANNEL.stderr) return written(stderr, bytes);
    if (channel !== CHANNEL.status) return undefined;
    const status = JSON.parse(bytes.toString()) as SessionStatus;
    if (status.status !== 'started') ended = status;
    else {
      onStarted(status);
      begin();
    }
    return undefined;
  });
  return ended;
}

/** Each key goes to the command as it is, Ctrl-C too. */
function rawMode(stdin: NodeJS.ReadStream): () => void {
  stdin.setRawMode(true);
  return () => void stdin.setRawMode(false);
}

function typing(stdin: NodeJS.ReadStream, socket: Socket): () => void {
  const type = (bytes: Buffer): void => {
    stdin.pause();
    void socket.send(CHANNEL.stdin, bytes).then(() => stdin.resume());
  };
  const end = (): void => void socket.send(CHANNEL.endInput, '');
  stdin.on('data', type).once('end', end);
  return () => {
    stdin.off('data', type).off('end', end);
    stdin.pause();
    stdin.unref();
  };
}

function sizing(stdout: NodeJS.WriteStream, socket: Socket): () => void {
  const tell = (): void => {
    const { columns, rows } = stdout;
    if (columns > 0 && rows > 0) void socket.send(CHANNEL.resize, JSON.stringify({ columns, rows }));
  };
  stdout.on('resize', tell);
  return () => void stdout.off('resize', tell);
}

/** A pipe that is slow makes the command wait. */
async function written(stream: NodeJS.WriteStream, bytes: Buffer): Promise<void> {
  if (!stream.write(bytes)) await new Promise<void>((resolve) => stream.once('drain', resolve));
}
