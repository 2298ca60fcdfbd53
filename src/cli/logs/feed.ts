import { setTimeout as pause } from 'node:timers/promises';

import { ApiError, ServerUnreachable } from '../../api/client-error.ts';
import { streamLogs } from '../../api/client-logs.ts';
import type { Client } from '../../api/client.ts';
import type { LogLineRecord, LogNotice } from '../../api/contract/log-schemas.ts';
import { createCursor, type LogCursor } from '../../domain/log/cursor.ts';
import { formatResume } from '../../domain/log/resume.ts';

const FIRST_RETRY = 250;
const LAST_RETRY = 5_000;
/** What does not follow has to come to its end; a server that is away for so long is not waited for. */
const TRIES_OF_THE_PAST = 5;

export interface LogFeedOptions {
  readonly id: string;
  readonly follow: boolean;
  readonly query: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Only the last lines of what there is are wanted. */
  readonly tailed: boolean;
  readonly signal: AbortSignal;
  /** Told when the connection breaks, and when it is there again; the feed itself goes on. */
  readonly onBreak: (error: unknown) => void;
  readonly onReturn: () => void;
}

/** What has been seen of one container. */
interface Seen {
  readonly cursor: LogCursor;
  /** All of its past has been given, so that what comes is new. */
  live: boolean;
}

/**
 * Lines and notices, over broken connections and restarted servers: each request tells how far each container has been read, and
 * what comes twice all the same is dropped. Throws ApiError when the server refuses, ServerUnreachable when it stays away from what
 * is not followed.
 */
export async function* logFeed(
  client: Client,
  options: LogFeedOptions,
): AsyncGenerator<LogLineRecord | LogNotice, void> {
  const { id, follow, signal } = options;
  const seen = new Map<string, Seen>();
  let broken = 0;
  for (let retry = FIRST_RETRY; !signal.aborted; retry = Math.min(retry * 2, LAST_RETRY)) {
    try {
      const query = {
        ...options.query,
        follow: follow || undefined,
        resume: broken === 0 ? undefined : resumeOf(seen),
      };
      const passes = filter(seen, options.tailed && broken === 0);
      for await (const record of streamLogs(client, { id, query, signal })) {
        if (broken > 0 && retry !== FIRST_RETRY) options.onReturn();
        retry = FIRST_RETRY;
        if (record.type === 'end') return;
        if (passes(record, broken > 0)) yield record;
      }
      if (signal.aborted) return;
      throw new ServerUnreachable(client.baseUrl, new Error('the connection ended'));
    } catch (error) {
      if (error instanceof ApiError && error.status < 500 && !(error.status === 429 && broken > 0)) throw error;
      if (!(error instanceof ServerUnreachable) && !(error instanceof ApiError)) throw error;
      broken += 1;
      if (!follow && broken >= TRIES_OF_THE_PAST) throw error;
      // Who has not seen anything yet is told at once that there is no server.
      if (seen.size === 0 && error instanceof ServerUnreachable && broken === 1) throw error;
      options.onBreak(error);
      await pause(retry, undefined, { signal }).catch(() => {});
    }
  }
}

/** How far each container has been read: those of which nothing is known are new, and wanted whole. */
function resumeOf(seen: ReadonlyMap<string, Seen>): string {
  const times = [...seen].map(([id, { cursor, live }]) => [id, cursor.from ?? (live ? BEGINNING : undefined)] as const);
  return formatResume(new Map(times));
}

const BEGINNING = '1970-01-01T00:00:00.000000000Z';

/** Whether a record is new. Each connection is a reading of its own of each container. */
function filter(
  seen: Map<string, Seen>,
  tailed: boolean,
): (record: LogLineRecord | LogNotice, again: boolean) => boolean {
  const readings = new Map<string, ReturnType<LogCursor['begin']>>();
  const seenOf = (containerId: string): Seen => {
    const known = seen.get(containerId) ?? { cursor: createCursor({ tailed }), live: false };
    seen.set(containerId, known);
    return known;
  };
  return (record, again) => {
    const { containerId } = record;
    if (containerId === undefined || (record.type === 'line' && record.kept === true)) return !again;
    const isKnown = seen.has(containerId);
    const known = seenOf(containerId);
    if (record.type === 'notice') {
      if (record.state === 'live') seen.set(containerId, liveSince(known, record.from));
      return record.message !== '' && !(again && isKnown && record.state === 'opened');
    }
    const passes = readings.get(containerId) ?? known.cursor.begin();
    readings.set(containerId, passes);
    return passes(record);
  };
}

function liveSince({ cursor }: Seen, floor: string | undefined): Seen {
  return { cursor: floor === undefined || cursor.from !== undefined ? cursor : createCursor({ floor }), live: true };
}
