import { abortReason } from '../../abort-reason.ts';
import type { Executed, ExecOptions } from '../engine.ts';
import type { DockerApi } from './docker-api.ts';
import { HttpFailure, translate } from './failure.ts';
import { framesOf } from './log-frames.ts';

/** Bytes of output that are kept. */
const KEPT_BYTES = 4_096;
/** As a shell says of a command that cannot be run. */
const CANNOT_RUN = 126;

/** See `Engine.exec`. */
export function execIn(
  api: DockerApi,
  containerId: string,
  command: readonly string[],
  { timeoutMs, signal }: ExecOptions,
): Promise<Executed> {
  const operation = `run ${command[0] ?? ''} in container ${containerId} on ${api.url}`;
  const work = async (): Promise<Executed> => {
    const body = { AttachStdout: true, AttachStderr: true, Cmd: command };
    const path = `/containers/${encodeURIComponent(containerId)}/exec`;
    const options = { signal, deadline: api.deadlines.read };
    const { Id: id } = (await api.call({ method: 'POST', path, body }, options)) as { Id: string };
    const output = await outputOf(api, id, timeoutMs, signal);
    if (output.ended === 'cannot run') return { exitCode: CANNOT_RUN, output: output.text };
    const told = (await api.call({ method: 'GET', path: `/exec/${id}/json` }, options)) as ExecInspection;
    return { exitCode: output.ended && !told.Running ? (told.ExitCode ?? undefined) : undefined, output: output.text };
  };
  return translate(operation, signal, work, ({ status }) => (status === 404 ? 'not-found' : undefined));
}

interface ExecInspection {
  readonly Running: boolean;
  readonly ExitCode: number | null;
}

interface Output {
  /** False: its time was over first. */
  readonly ended: boolean | 'cannot run';
  readonly text: string;
}

/** Starts it and reads until it ends. */
async function outputOf(api: DockerApi, id: string, timeoutMs: number, signal?: AbortSignal): Promise<Output> {
  const limit = AbortSignal.timeout(timeoutMs);
  const either = signal === undefined ? limit : AbortSignal.any([signal, limit]);
  const kept: Buffer[] = [];
  let bytes = 0;
  const text = (): string => Buffer.concat(kept).subarray(0, KEPT_BYTES).toString().trim();
  const request = { method: 'POST', path: `/exec/${id}/start`, body: { Detach: false, Tty: false } } as const;
  try {
    for await (const frame of framesOf(api.stream(request, { signal: either, openDeadline: api.deadlines.read }))) {
      if (bytes < KEPT_BYTES) kept.push(frame.bytes);
      bytes += frame.bytes.length;
    }
    return { ended: true, text: text() };
  } catch (error) {
    if (signal?.aborted) throw abortReason(signal);
    if (limit.aborted) return { ended: false, text: text() };
    if (error instanceof HttpFailure && /OCI runtime exec failed|executable file not found/i.test(error.message)) {
      return { ended: 'cannot run', text: error.message };
    }
    throw error;
  }
}
