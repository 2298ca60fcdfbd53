import type { LogLineRecord, LogNotice } from '../../api/contract/log-schemas.ts';
import { pause, systemClock } from '../../clock.ts';
import type { LogCursor } from '../../domain/log/cursor.ts';
import type { Engine, LogOptions } from '../../engine/engine.ts';
import { EngineError } from '../../engine/engine-error.ts';
import type { LogDeps } from './deps.ts';
import { keptLines, notice, toLine, type Source } from './source.ts';

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 5_000;
/** A container that has been created starts within that time, or is looked at again. */
const BEFORE_START_MS = 200;

export type Piece = LogLineRecord | LogNotice;

/** What a source has said so far, as far as `options` ask for it. An engine that cannot be asked is said, and no failure. */
export async function* historyOf(
  deps: Pick<LogDeps, 'engineAt'>,
  source: Source,
  cursor: LogCursor,
  options: Pick<LogOptions, 'tail' | 'since' | 'signal'>,
): AsyncGenerator<Piece> {
  const { containerId } = source.origin;
  if (containerId === undefined) {
    yield* keptLines(source);
    return;
  }
  const engine = engineOf(deps, source);
  if (typeof engine === 'string') {
    yield notice(source, 'unreadable', engine);
    return;
  }
  try {
    const passes = cursor.begin();
    for await (const line of engine.logs(containerId, options)) if (passes(line)) yield toLine(source, line);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    if (error.code === 'not-found') yield* keptLines(source);
    else yield notice(source, 'unreadable', unreadable(source, error));
  }
}

/** Where its engine is, or why it is not asked. */
function engineOf({ engineAt }: Pick<LogDeps, 'engineAt'>, { node, origin }: Source): Engine | string {
  if (node === undefined || node.removed) return `node ${origin.nodeId} is not registered any more`;
  if (node.liveness === 'lost') {
    return `node ${node.id} is lost: its engine at ${node.url} has not answered its worker for a while`;
  }
  return engineAt(node.url);
}

/** An API need not reach what a worker beside the node reaches: that is not the replica's failure. */
function unreadable({ node }: Source, error: EngineError): string {
  return `the engine of node ${node?.id ?? ''} at ${node?.url ?? ''} does not answer this API server: ${error.message}`;
}

export interface Following {
  /** Where to begin when the cursor knows no place. */
  readonly since?: Date | string | undefined;
  readonly signal: AbortSignal;
  /** Resolves with false when nobody reads any more. */
  readonly put: (piece: Piece) => Promise<boolean>;
}

/** What a source says from the cursor on, until its container ends or the signal aborts. Engines that go away are waited for. */
export async function followSource(
  deps: Pick<LogDeps, 'engineAt'>,
  source: Source,
  cursor: LogCursor,
  { since, signal, put }: Following,
): Promise<void> {
  const { containerId } = source.origin;
  if (containerId === undefined || source.node === undefined) return;
  const engine = deps.engineAt(source.node.url);
  let told = false;
  const pass = async (options: LogOptions): Promise<boolean> => {
    const passes = cursor.begin();
    for await (const line of engine.logs(containerId, { since: cursor.from ?? since, signal, ...options })) {
      told = false;
      if (passes(line) && !(await put(toLine(source, line)))) return false;
    }
    return true;
  };
  for (let retry = FIRST_RETRY_MS; !signal.aborted;) {
    try {
      if (!(await pass({ follow: true }))) return;
      if (signal.aborted) return;
      const state = await engine.inspect(containerId, signal);
      if (state === undefined || state.phase === 'exited' || state.phase === 'dead') {
        // Engines end the stream with the container, sometimes before its very last lines.
        if (state !== undefined && !(await pass({}))) return;
        const code = state?.exitCode === undefined ? '' : ` with code ${state.exitCode}`;
        return void (await put(notice(source, 'ended', `its container has ended${code}`)));
      }
      retry = FIRST_RETRY_MS;
      await pause(systemClock, BEFORE_START_MS, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof EngineError)) throw error;
      if (error.code === 'not-found') return void (await put(notice(source, 'ended', 'its container was removed')));
      if (!told) await put(notice(source, 'unreadable', `${unreadable(source, error)}; trying again`));
      told = true;
      await pause(systemClock, retry, signal);
      retry = Math.min(retry * 2, LAST_RETRY_MS);
    }
  }
}
