import { atEngine } from '../container/engine-failure.ts';
import type { Handlers, Reply, RequestOf } from '../handler.ts';
import type { Executor } from './executor.ts';

/** Bytes of each output that an answer holds. */
const KEPT_BYTES = 1_048_576;
const TIMEOUT_SECONDS = 60;

/** Commands that are run to their end; conversations are carried on in `api/exec-session.ts`. */
export function execService(executor: Executor): Handlers<'execReplica' | 'openExecSession'> {
  return {
    openExecSession: async ({ params }) => ({ body: (await executor.place(params.id)).place }),
    execReplica: (request) => execReplica(executor, request),
  };
}

async function execReplica(executor: Executor, request: RequestOf<'execReplica'>): Promise<Reply<'execReplica'>> {
  const { timeoutSeconds = TIMEOUT_SECONDS, ...wanted } = request.body;
  const found = await executor.place(request.params.id);
  const { place, session, position } = await executor.open(found, { ...wanted, tty: false, stdin: false }, request);
  await using _ = session;
  const said = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  const bytes = { stdout: 0, stderr: 0 };
  const late = Promise.withResolvers<'late'>();
  const timer = setTimeout(() => late.resolve('late'), timeoutSeconds * 1_000);
  const listen = async (): Promise<'ended'> => {
    for await (const { stream, bytes: chunk } of session.output) {
      if (bytes[stream] < KEPT_BYTES) said[stream].push(chunk.subarray(0, KEPT_BYTES - bytes[stream]));
      bytes[stream] += chunk.length;
    }
    return 'ended';
  };
  const ended = await atEngine(() => Promise.race([listen(), late.promise])).finally(() => clearTimeout(timer));
  const exitCode = ended === 'ended' ? await session.exitCode() : undefined;
  const truncated = bytes.stdout > KEPT_BYTES || bytes.stderr > KEPT_BYTES;
  const text = (parts: readonly Buffer[]): string => Buffer.concat(parts).toString();
  return {
    body: {
      ...place,
      ...(exitCode === undefined ? {} : { exitCode }),
      stdout: text(said.stdout),
      stderr: text(said.stderr),
      ...(truncated ? { truncated } : {}),
    },
    position,
  };
}
