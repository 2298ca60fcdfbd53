import type { LogRecord } from '../../api/contract/log-schemas.ts';
import { createCursor } from '../../domain/log/cursor.ts';
import { parseResume, type Resume } from '../../domain/log/resume.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import { Refusal } from '../refusal.ts';
import type { LogDeps } from './deps.ts';
import { followAll, type Reading } from './follow.ts';
import { mergeByTime } from './merge.ts';
import { previousSource } from './previous.ts';
import { historyOf } from './read-source.ts';
import { notice, originOf, type Source } from './source.ts';
import { sources } from './sources.ts';
import { targetOf } from './target.ts';

/** Lines of each container, where the caller names neither a number nor a time. */
const TAIL = 100;
/** Containers whose output one request reads. */
export const MAX_CONTAINERS = 200;
/** Streams that one process serves at a time. */
export const MAX_STREAMS = 100;

export interface LogQuery {
  readonly follow?: boolean | undefined;
  readonly tail?: number | undefined;
  readonly since?: string | undefined;
  readonly previous?: boolean | undefined;
  readonly resume?: string | undefined;
}

/** Output of containers, as it is asked for by the ids that people have. */
export interface LogReader {
  /**
   * Finds what the id means, and then gives its output: what there is, by time, and with `follow` what comes. Throws NotFound,
   * InvalidInput, and Refusal 429 when this process serves as many as it may.
   */
  open(id: string, query: LogQuery, signal: AbortSignal): Promise<AsyncGenerator<LogRecord>>;
}

export function logReader(deps: LogDeps): LogReader {
  let open = 0;
  return {
    async open(id, query, signal) {
      const resume = query.resume === undefined ? undefined : parseResume(query.resume);
      const target = await targetOf(deps, id);
      if (open >= MAX_STREAMS) {
        throw new Refusal(429, `this server reads the output of ${open} requests already; try again later`, 5);
      }
      const records = read(deps, target, { query, resume, signal });
      return (async function* counted() {
        open += 1;
        try {
          yield* records;
        } finally {
          open -= 1;
        }
      })();
    },
  };
}

interface Asked {
  readonly query: LogQuery;
  readonly resume: Resume | undefined;
  readonly signal: AbortSignal;
}

async function* read(
  deps: LogDeps,
  target: Awaited<ReturnType<typeof targetOf>>,
  { query, resume, signal }: Asked,
): AsyncGenerator<LogRecord> {
  const made = sources(deps);
  const { replicas, position, deploymentId } = target;
  const chosen = replicas.slice(0, MAX_CONTAINERS);
  const given: (Source | undefined)[] =
    query.previous === true
      ? await Promise.all(chosen.map((replica) => previousSource(deps, made, replica)))
      : await Promise.all(chosen.map(async (replica) => (hasOutput(replica) ? made.of(replica) : undefined)));
  if (query.previous === true) yield* firstGenerations(chosen, given);
  const present = [...given.filter((source) => source !== undefined), ...target.others];
  for (const source of present) yield* introduction(source, query.previous === true);
  if (chosen.length < replicas.length) {
    const message = `only the first ${chosen.length} of ${replicas.length} replicas are read: name a replica`;
    yield { type: 'notice', state: 'limited', nodeId: '', message };
  }
  const readings = present.map((source) => readingOf(source, query, resume));
  const histories = readings
    .filter(({ options }) => options.tail !== 0)
    .map(({ source, cursor, options }) => historyOf(deps, source, cursor, { ...options, signal }));
  yield* mergeByTime(histories, (record) => (record.type === 'line' ? record.time : undefined));
  if (query.follow === true && query.previous !== true) {
    yield* followAll(deps, { sources: made, readings, deploymentId, position, target: target.only, signal });
  }
  if (!signal.aborted) yield { type: 'end' };
}

/** Scheduled and nothing more: it has said nothing. */
function hasOutput({ containerId, status }: ReplicaState): boolean {
  return containerId !== undefined || status === 'Failed';
}

function* firstGenerations(replicas: readonly ReplicaState[], given: readonly unknown[]): Generator<LogRecord> {
  for (const [index, replica] of replicas.entries()) {
    if (given[index] !== undefined) continue;
    yield notice({ origin: originOf(replica) }, 'gone', 'this is its first generation: there is none before it');
  }
}

function* introduction(source: Source, previous: boolean): Generator<LogRecord> {
  if (source.origin.containerId === undefined) return;
  const ended = source.kept?.message ?? 'it has ended';
  if (previous) yield notice(source, 'opened', `its container is still there, and is read itself (${ended})`);
  const { unrecognised: lost } = source;
  const told = `${lost} of the secrets that it was given ${lost === 1 ? 'is' : 'are'} not kept any more, and cannot be recognised in what it says`;
  if (!previous || lost > 0) yield notice(source, 'opened', lost === 0 ? '' : told);
}

/** From where, and how much of it. Who resumes wants all that it has not seen; others the last lines, or those since a time. */
function readingOf(source: Source, { tail, since, previous }: LogQuery, resume: Resume | undefined): Reading {
  const asked = since === undefined ? undefined : new Date(since);
  const { containerId = '' } = source.origin;
  const key = containerId.slice(0, 12);
  const seen = resume?.get(key);
  const known = resume === undefined || (resume.has(key) && seen === undefined);
  if (!known) return { source, cursor: createCursor(), options: { since: seen ?? asked } };
  const lines = tail ?? (asked === undefined && previous !== true ? TAIL : undefined);
  return { source, cursor: createCursor({ tailed: lines !== undefined }), options: { tail: lines, since: asked } };
}
