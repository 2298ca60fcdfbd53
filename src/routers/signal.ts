import { pause, type Clock } from '../clock.ts';
import type { Database } from '../postgres/database.ts';

/** The channel on which routers tell that they have let go of something. A hint: who waits looks by itself as well. */
export const ROUTERS_CHANNEL = 'deploy_svc_routers';

const RECONNECT_MS = 500;

export interface HearDeps {
  readonly database: Database;
  readonly clock: Clock;
}

/** Calls back whenever a router says something, and whenever it may have been missed, until the signal aborts. */
export async function hearRouters(
  { database, clock }: HearDeps,
  heard: () => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await hearOnce(database, heard, signal);
    } catch {
      // The database is away: the look of whoever waits fails too, and says so.
    }
    await pause(clock, RECONNECT_MS, signal);
  }
}

async function hearOnce(database: Database, heard: () => void, signal: AbortSignal): Promise<void> {
  const connection = await database.connect('deploy-svc routers');
  try {
    const over = new Promise<void>((resolve) => {
      connection.once('end', resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
      if (signal.aborted) resolve();
    });
    connection.on('notification', heard);
    await connection.query(`listen ${ROUTERS_CHANNEL}`);
    heard();
    await over;
  } finally {
    await connection.end().catch(() => undefined);
  }
}
