import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** HAProxy has to answer within this time. */
const DEADLINE_MS = 2_000;
/** A line of commands has to fit into a buffer of 16 KiB. */
const MOST_LINE = 8_000;

/** HAProxy's runtime API at its stats socket: a line with a command, and text until it closes the connection. */
export interface Runtime {
  /** The answer to one command. Throws when the socket is not there, or is silent for two seconds. */
  readonly ask: (command: string) => Promise<string>;
  /** Runs commands in their order. Returns what was said to them, blank lines left out: most say nothing when they succeed. */
  run(commands: readonly string[]): Promise<readonly string[]>;
  /** The lines of a ring buffer that come from now on, until the connection or the signal ends. */
  listen(ring: string, signal: AbortSignal): AsyncIterable<string>;
}

export function runtimeAt(path: string): Runtime {
  const ask = async (command: string): Promise<string> => {
    const socket = await opened(path);
    socket.setTimeout(DEADLINE_MS, () => socket.destroy(silent(path, command)));
    // Not ended from this side: HAProxy takes that for somebody who has left. It closes after its answer.
    socket.write(`${command}\n`);
    let text = '';
    for await (const chunk of socket.setEncoding('utf8')) text += chunk as string;
    return text;
  };
  return {
    ask,
    async run(commands) {
      const said: string[] = [];
      for (const line of inLines(commands)) said.push(...(await ask(line)).split('\n'));
      return said.map((each) => each.trim()).filter((each) => each !== '');
    },
    async *listen(ring, signal) {
      const socket = await opened(path);
      const end = (): void => void socket.destroy();
      signal.addEventListener('abort', end, { once: true });
      if (signal.aborted) end();
      try {
        socket.write(`show events ${ring} -w -n\n`);
        let rest = '';
        for await (const chunk of socket.setEncoding('utf8')) {
          const lines = `${rest}${chunk as string}`.split('\n');
          rest = lines.pop() ?? '';
          yield* lines;
        }
      } finally {
        signal.removeEventListener('abort', end);
        socket.destroy();
      }
    },
  };
}

async function opened(path: string): Promise<Socket> {
  const socket = connect(path);
  socket.setTimeout(DEADLINE_MS, () => socket.destroy(silent(path, 'connect')));
  await once(socket, 'connect');
  socket.setTimeout(0);
  return socket;
}

function silent(path: string, command: string): Error {
  return new Error(`HAProxy at ${path} did not answer "${command.slice(0, 80)}" within ${DEADLINE_MS} ms`);
}

function inLines(commands: readonly string[]): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const command of commands) {
    if (line !== '' && line.length + command.length > MOST_LINE) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? command : `;${command}`;
  }
  return line === '' ? lines : [...lines, line];
}
