import type { ReplicaFailure } from '../domain/replica/events.ts';
import type { ContainerState, Engine } from '../engine/engine.ts';
import { EngineError } from '../engine/engine-error.ts';
import type { Logger } from '../logger.ts';

/** Log lines that a failure keeps. */
const LINES_KEPT = 20;
/** Characters of a line that are kept. */
const LINE_LENGTH = 500;

/** Why the container ended, with the last it said; `lines` where they are being read already. */
export async function exitFailure(
  engine: Engine,
  container: ContainerState,
  log: Logger,
  lines: Promise<string[]> = lastLines(engine, container.id, log),
): Promise<ReplicaFailure> {
  const { exitCode, oomKilled, error } = container;
  const code = exitCode === undefined ? 'ended' : `exited with code ${exitCode}`;
  const why = oomKilled === true ? `${code}: it used more memory than its limit` : error ? `${code}: ${error}` : code;
  return {
    kind: 'exit',
    message: `container ${why}`,
    ...(exitCode === undefined ? {} : { exitCode }),
    lastLogs: await lines,
    terminal: false,
  };
}

/** Why a container that runs is given up, with the last it said. */
export async function probeFailure(
  engine: Engine,
  containerId: string,
  message: string,
  log: Logger,
): Promise<ReplicaFailure> {
  return { kind: 'probe', message, lastLogs: await lastLines(engine, containerId, log), terminal: false };
}

/** Why the engine did not start it. Throws what a retry may mend: the engine cannot be reached. */
export function startFailure(error: unknown): ReplicaFailure {
  if (!(error instanceof EngineError)) throw error;
  switch (error.code) {
    case 'image-not-found':
      return { kind: 'image', message: error.message, terminal: true };
    case 'pull-failed':
      return { kind: 'image', message: error.message, terminal: false };
    case 'start-failed':
    case 'port-taken':
    case 'name-taken':
    case 'not-found':
    case 'refused':
    case 'build-failed':
      return { kind: 'start', message: error.message, terminal: false };
    case 'unreachable':
    case 'timeout':
      throw error;
    default:
      return error.code satisfies never;
  }
}

/** A container says what it likes; PostgreSQL's JSON holds neither NUL nor half of a surrogate pair. */
function storable(text: string): string {
  return text.replaceAll('\0', '\ufffd').slice(0, LINE_LENGTH).toWellFormed();
}

/** The last lines of its logs; none when they cannot be had any more. */
export async function lastLines(engine: Engine, containerId: string, log: Logger): Promise<string[]> {
  const lines: string[] = [];
  try {
    for await (const { text } of engine.logs(containerId, { tail: LINES_KEPT })) lines.push(storable(text));
  } catch (error) {
    // The failure itself must be told, also when its logs cannot be had any more.
    log.warn('last log lines could not be read', { containerId, error: String(error) });
  }
  return lines;
}
