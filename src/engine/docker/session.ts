import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';

import type { ExecSession, SessionOptions, SessionOutput } from '../engine.ts';
import type { DockerApi } from './docker-api.ts';
import { toEngineError, translate } from './failure.ts';
import { framesOf } from './log-frames.ts';

/** As somebody would type them: INTR for what runs in the foreground, EOF for the shell around it. */
const INTERRUPT = Buffer.from([0x03]);
const END_OF_INPUT = Buffer.from([0x04]);
/** A shell drops what was typed before it has its terminal back. */
const BETWEEN_MS = 150;

/** See `Engine.openSession`. */
export function openSession(
  api: DockerApi,
  containerId: string,
  command: readonly string[],
  options: SessionOptions,
): Promise<ExecSession> {
  const { tty, stdin, env = {}, user, workingDirectory, signal } = options;
  const operation = `run ${command[0] ?? ''} in container ${containerId} on ${api.url}`;
  const work = async (): Promise<ExecSession> => {
    const body = {
      AttachStdin: stdin,
      AttachStdout: true,
      AttachStderr: true,
      Tty: tty,
      Cmd: command,
      Env: Object.entries(env).map(([key, value]) => `${key}=${value}`),
      ...(user === undefined ? {} : { User: user }),
      ...(workingDirectory === undefined ? {} : { WorkingDir: workingDirectory }),
    };
    const path = `/containers/${encodeURIComponent(containerId)}/exec`;
    const created = await api.call({ method: 'POST', path, body }, { signal, deadline: api.deadlines.read });
    const { Id: id } = created as { Id: string };
    const start = { method: 'POST', path: `/exec/${id}/start`, body: { Detach: false, Tty: tty } } as const;
    const connection = await api.upgrade(start, { signal, openDeadline: api.deadlines.read });
    return sessionOf(api, { id, operation, tty, stdin, signal }, connection);
  };
  return translate(operation, signal, work, ({ status }) => (status === 404 ? 'not-found' : undefined));
}

interface Opened extends Pick<SessionOptions, 'tty' | 'stdin' | 'signal'> {
  readonly id: string;
  readonly operation: string;
}

function sessionOf(api: DockerApi, { id, operation, tty, stdin, signal }: Opened, connection: Duplex): ExecSession {
  let inputOpen = stdin;
  let outputOver = false;
  async function* output(): AsyncGenerator<SessionOutput> {
    try {
      if (!tty) yield* framesOf(connection);
      else for await (const chunk of connection) yield { stream: 'stdout', bytes: chunk as Buffer };
      outputOver = true;
    } catch (error) {
      throw toEngineError(operation, signal, error);
    }
  }
  // Its end and its errors are told by the output; a write that comes after them is nobody's failure.
  connection.on('error', () => undefined);
  const endInput = (): void => {
    // A terminal has no end of input but the character; the connection carries its output as well.
    if (inputOpen && !tty) connection.end();
    else if (inputOpen) connection.write(END_OF_INPUT);
    inputOpen = false;
  };
  return {
    output: output(),
    write: (bytes) => (inputOpen ? written(connection, bytes) : Promise.resolve()),
    endInput,
    async resize(columns, rows) {
      if (tty) await resize(api, id, { h: rows, w: columns });
    },
    async exitCode() {
      const told = await api.call({ method: 'GET', path: `/exec/${id}/json` }, { deadline: api.deadlines.read });
      const { Running: running, ExitCode: code } = told as { Running: boolean; ExitCode: number | null };
      return running ? undefined : (code ?? undefined);
    },
    async [Symbol.asyncDispose]() {
      if (!outputOver && tty && stdin) await hangUp(connection);
      connection.destroy();
    },
  };
}

/** What a modem that loses its line does, as far as it can be typed: the engine knows no signal for such a command. */
async function hangUp(connection: Duplex): Promise<void> {
  await written(connection, INTERRUPT);
  if (!connection.destroyed) await pause(BETWEEN_MS);
  await written(connection, END_OF_INPUT);
}

/** Resolves when the bytes are on their way, or never will be: what waits when a connection closes is called back as well. */
function written(connection: Duplex, bytes: Uint8Array): Promise<void> {
  if (connection.destroyed || connection.writableEnded) return Promise.resolve();
  return new Promise((resolve) => void connection.write(bytes, () => resolve()));
}

/** A command that has ended, or has not begun, has no terminal to resize. */
async function resize(api: DockerApi, id: string, query: { readonly h: number; readonly w: number }): Promise<void> {
  try {
    await api.call({ method: 'POST', path: `/exec/${id}/resize`, query }, { deadline: api.deadlines.read });
  } catch (error) {
    throw toEngineError(`resize the terminal of exec ${id} on ${api.url}`, undefined, error);
  }
}
