import type { LogLineRecord, LogNotice, LogOrigin } from '../../api/contract/log-schemas.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import type { LogLine } from '../../engine/engine.ts';

/** A container whose output is wanted, or the replica that has none. */
export interface Source {
  readonly origin: LogOrigin;
  /** Undefined: its node is not registered any more. */
  readonly node: NodeState | undefined;
  /** What is kept of its output where the container is gone. */
  readonly kept?: Kept | undefined;
  /** Replaces values of secrets that it was given. */
  readonly clean: (text: string) => string;
  /** Secrets that it was given whose values are not kept any more: they are not recognised. */
  readonly unrecognised: number;
}

export interface Kept {
  readonly lines: readonly string[];
  /** When it failed. RFC 3339. */
  readonly at: string | undefined;
  /** In the words of the event. */
  readonly message: string;
}

export function originOf(replica: ReplicaState, containerId = replica.containerId): LogOrigin {
  const { id, deploymentId, ordinal, revision, generation, nodeId } = replica;
  return {
    deploymentId,
    replicaId: id,
    ordinal,
    revision,
    generation,
    nodeId,
    ...(containerId === undefined ? {} : { containerId }),
  };
}

export function toLine({ origin, clean }: Source, { stream, time, text }: LogLine): LogLineRecord {
  return { type: 'line', ...origin, stream, ...(time === undefined ? {} : { time }), text: clean(text) };
}

export function notice({ origin }: Pick<Source, 'origin'>, state: LogNotice['state'], message: string): LogNotice {
  return { type: 'notice', state, ...origin, message };
}

/** The lines that the event of a failure keeps, with a word on where they come from; `gone` when there are none. */
export function* keptLines(source: Source): Generator<LogLineRecord | LogNotice> {
  const { kept, origin } = source;
  if (kept === undefined || kept.lines.length === 0) {
    const why = kept === undefined ? '' : ` (${kept.message})`;
    yield notice(source, 'gone', `its container cannot be read any more, and nothing of what it said is kept${why}`);
    return;
  }
  const told = `its container cannot be read any more (${kept.message}): the last ${kept.lines.length} lines, as the event of its failure keeps them`;
  yield notice(source, 'gone', told);
  const time = kept.at === undefined ? {} : { time: kept.at };
  for (const text of kept.lines) yield { type: 'line', ...origin, stream: 'stdout', ...time, text, kept: true };
}
