import { EngineError } from '../engine-error.ts';
import type { ExecSession, SessionOptions, SessionOutput } from '../engine.ts';
import { answerOf } from './answer.ts';
import type { Calls } from './calls.ts';
import type { SimulatedContainer } from './container.ts';
import { createFeed } from './feed.ts';
import type { SimulatedHost } from './host.ts';
import type { Conversation } from './script.ts';

/** No answer that a script gives takes so long. */
const WHOLE_DAY_MS = 86_400_000;

/** See `Engine.openSession`: what the container's script makes of the command, else its plain answer to it. */
export function openSession(
  host: SimulatedHost,
  calls: Calls,
  container: SimulatedContainer,
  command: readonly string[],
  options: SessionOptions,
): ExecSession {
  const { run } = container;
  if (container.phase !== 'running' || run === undefined) {
    throw new EngineError('refused', `Container ${container.id} is not running`);
  }
  const input = createFeed<Buffer>(1);
  const output = createFeed<SessionOutput>(1);
  const over = new AbortController();
  const ends = AbortSignal.any([over.signal, run.over.signal, ...(options.signal ? [options.signal] : [])]);
  const says = output.read(() => []);
  const size = { columns: 0, rows: 0 };
  const conversation: Conversation = {
    input: input.read(() => [], ends),
    say: (text, stream = 'stdout') =>
      output.push({ stream: options.tty ? 'stdout' : stream, bytes: Buffer.from(text) }),
    size,
    env: { ...container.spec.env, ...options.env },
    tty: options.tty,
    ended: ends,
  };
  if (!options.stdin) input.close();
  let code: number | undefined;
  const converse = async (): Promise<void> => {
    code = await (container.script.converses?.(command, conversation) ??
      answered(host, container, command, conversation));
  };
  const broken = (): void => output.break(calls.closed.reason as Error);
  calls.closed.addEventListener('abort', broken, { once: true });
  ends.addEventListener('abort', () => output.close(), { once: true });
  void converse()
    .catch((error: unknown) => ends.aborted || output.break(error instanceof Error ? error : new Error(String(error))))
    .finally(() => {
      calls.closed.removeEventListener('abort', broken);
      output.close();
    });
  return {
    output: says,
    write: async (bytes) => input.push(Buffer.from(bytes)),
    endInput: () => input.close(),
    resize: async (columns, rows) => void Object.assign(size, { columns, rows }),
    exitCode: async () => code,
    [Symbol.asyncDispose]: async () => over.abort(),
  };
}

/** The command's answer as text and code, for what does not mind its input. */
async function answered(
  host: SimulatedHost,
  container: SimulatedContainer,
  command: readonly string[],
  { say, ended }: Conversation,
): Promise<number | undefined> {
  const options = { timeoutMs: WHOLE_DAY_MS, signal: ended };
  const answer = await answerOf(host, container, { type: 'exec', command }, options);
  if (answer?.text !== undefined) say(`${answer.text}\n`);
  return answer?.code;
}
