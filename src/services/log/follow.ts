import type { LogRecord } from '../../api/contract/log-schemas.ts';
import { createCursor, nanosecondForm, type LogCursor } from '../../domain/log/cursor.ts';
import type { RecordedEvent } from '../../domain/event.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import { EngineError } from '../../engine/engine-error.ts';
import type { LogOptions } from '../../engine/engine.ts';
import { createChannel, type Channel } from './channel.ts';
import type { LogDeps } from './deps.ts';
import { followSource } from './read-source.ts';
import { keptLines, notice, type Source } from './source.ts';
import type { Sources } from './sources.ts';

/** Lines that wait for the reader: enough that writers need not take turns, and no more. */
const HELD = 64;

/** One source with how far it has been read. */
export interface Reading {
  readonly source: Source;
  readonly cursor: LogCursor;
  readonly options: Pick<LogOptions, 'tail' | 'since'>;
}

export interface FollowAll {
  readonly sources: Sources;
  /** Those whose history has been given. */
  readonly readings: readonly Reading[];
  /** Whose later replicas are followed as well. */
  readonly deploymentId: string | undefined;
  /** Of these, only generations of this replica. */
  readonly target: string | undefined;
  /** The position of the log up to which replicas are known. */
  readonly position: number;
  readonly signal: AbortSignal;
}

/** What the sources and those that come later say, as it is said. Ends with the signal, and when nothing can come any more. */
export async function* followAll(deps: LogDeps, options: FollowAll): AsyncGenerator<LogRecord> {
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  const channel = createChannel<LogRecord>(HELD);
  const following = new Following(deps, options, channel, signal);
  const work = following.run().then(
    () => channel.close(),
    (error: unknown) => channel.close(error instanceof Error ? error : new Error(String(error))),
  );
  try {
    yield* channel.read(signal);
  } finally {
    ended.abort();
    await work;
  }
}

interface Attached {
  readonly source: Source;
  lines: number;
  done: Promise<void>;
}

class Following {
  readonly #deps: LogDeps;
  readonly #options: FollowAll;
  readonly #channel: Channel<LogRecord>;
  readonly #signal: AbortSignal;
  readonly #attached = new Map<string, Attached>();
  readonly #failures = new Set<Promise<void>>();

  constructor(deps: LogDeps, options: FollowAll, channel: Channel<LogRecord>, signal: AbortSignal) {
    this.#deps = deps;
    this.#options = options;
    this.#channel = channel;
    this.#signal = signal;
  }

  /** Resolves when everything has ended; rejects with what is a failure of ours. */
  async run(): Promise<void> {
    for (const reading of this.#options.readings) await this.#begin(reading);
    if (this.#options.deploymentId !== undefined) await this.#listen(this.#options.deploymentId);
    await Promise.all([...this.#attached.values()].map(({ done }) => done));
    await Promise.all(this.#failures);
  }

  async #begin({ source, cursor, options }: Reading): Promise<void> {
    if (source.origin.containerId === undefined) return;
    // Nothing of the past was asked for, so there is no line to go on behind; the engine's clock tells from when on.
    const floor = options.tail === 0 ? await this.#now(source) : undefined;
    await this.#channel.put({ ...notice(source, 'live', ''), ...(floor === undefined ? {} : { from: floor }) });
    this.#attach(source, floor === undefined ? cursor : createCursor({ floor }), options.since);
  }

  async #now({ node }: Source): Promise<string | undefined> {
    try {
      const { now } = await this.#deps.engineAt(node?.url ?? '').info(this.#signal);
      return nanosecondForm(now);
    } catch (error) {
      // Following says that the engine does not answer; when it does again, from about now on is what was asked for.
      if (error instanceof EngineError) return nanosecondForm(new Date());
      throw error;
    }
  }

  #attach(source: Source, cursor: LogCursor, since?: Date | string): void {
    const { containerId } = source.origin;
    if (containerId === undefined || this.#attached.has(containerId)) return;
    const attached: Attached = { source, lines: 0, done: Promise.resolve() };
    this.#attached.set(containerId, attached);
    const put = (record: LogRecord): Promise<boolean> => {
      if (record.type === 'line') attached.lines += 1;
      return this.#channel.put(record);
    };
    attached.done = followSource(this.#deps, source, cursor, { since, signal: this.#signal, put }).catch(
      (error: unknown) => this.#channel.close(error instanceof Error ? error : new Error(String(error))),
    );
  }

  /** Replicas that come later, and the ends of those that are there, as the log tells them. */
  async #listen(deploymentId: string): Promise<void> {
    const { position: from, target } = this.#options;
    for await (const event of this.#deps.store.subscribe({ from, deploymentId, signal: this.#signal })) {
      if (event.type === 'DeploymentRemoved') return;
      if (target !== undefined && !('replicaId' in event.data && event.data.replicaId === target)) continue;
      await this.#hear(event);
    }
  }

  async #hear(event: RecordedEvent): Promise<void> {
    if (event.type === 'ContainerCreated' || event.type === 'ContainerStarted') {
      const { containerId, replicaId, generation } = event.data;
      if (this.#attached.has(containerId)) return;
      const replica = await this.#replica(replicaId, generation);
      if (replica === undefined) return;
      const source = await this.#options.sources.of(replica, { containerId });
      await this.#channel.put(notice(source, 'opened', ''));
      this.#attach(source, createCursor());
    }
    if (event.type === 'ReplicaFailed') {
      const telling = this.#failed(event).finally(() => this.#failures.delete(telling));
      this.#failures.add(telling);
    }
  }

  /** A container may be gone before anybody could read it: what its failure keeps is then all there is. */
  async #failed({ data, at }: Extract<RecordedEvent, { type: 'ReplicaFailed' }>): Promise<void> {
    const { replicaId, generation, failure } = data;
    const attached = this.#attached.values().find(({ source: { origin } }) => {
      return origin.replicaId === replicaId && origin.generation === generation;
    });
    await attached?.done;
    // A stream lives longer than what it has followed.
    this.#attached.delete(attached?.source.origin.containerId ?? '');
    const replica = await this.#replica(replicaId, generation);
    const kept = { lines: failure.lastLogs ?? [], at: at.toISOString(), message: failure.message };
    const source = attached?.source ?? (replica && (await this.#options.sources.of(replica, { kept })));
    if (source === undefined) return;
    await this.#channel.put(notice(source, 'failed', failure.message));
    if (attached?.lines !== 0 || kept.lines.length === 0) return;
    for (const record of keptLines({ ...source, kept })) await this.#channel.put(record);
  }

  async #replica(replicaId: string, generation: number): Promise<ReplicaState | undefined> {
    const row = await this.#deps.store.row<ReplicaState>('replicas', replicaId);
    return row?.state.generation === generation ? row.state : undefined;
  }
}
