import { openDatabase, sql, type Database } from '../../../src/postgres/database.ts';
import { seededRandom } from '../../../src/engine/simulated/seeded-random.ts';
import { RACE_NAME, type OpenLog, type Seen } from './raced-log.ts';
import { misreadOf, startReader, type Misread, type Reader } from './reader.ts';
import { untilKnown, write, type Written } from './writer.ts';

export interface RaceOptions {
  readonly url: string;
  readonly open: OpenLog;
  readonly writers: number;
  readonly events: number;
  readonly seed: number;
  /** A connection is killed each time so many events were seen. */
  readonly killEvery: number;
}

export interface RaceResult {
  readonly all: readonly Seen[];
  readonly written: readonly Written[];
  readonly readers: readonly (Misread & Pick<Reader, 'from' | 'polling'>)[];
  readonly killed: number;
}

/** Readers that join while the race is on. */
const LATE_READERS = 4;
const FINISH_MS = 20_000;

/** Writers against readers, while connections of both are killed. */
export async function race({ url, open, writers, events, seed, killEvery }: RaceOptions): Promise<RaceResult> {
  await using stack = new AsyncDisposableStack();
  const admin = stack.use(openDatabase({ url, applicationName: 'killer', max: 1, onError: () => undefined }));
  const reading = stack.use(open(`${RACE_NAME}reader`));
  const readers: Reader[] = [];
  const random = seededRandom(seed);
  let killed = 0;
  const onSeen = async (count: number): Promise<void> => {
    if (count % killEvery === 0) killed += await killOne(admin);
    if (count % Math.floor(events / (LATE_READERS + 1)) === 0 && readers.length < 2 + LATE_READERS) {
      const from = Math.floor(random() * (await untilKnown(() => reading.head())));
      readers.push(startReader(reading, { from, polling: readers.length % 2 === 1 }));
    }
  };
  const start = await reading.head();
  readers.push(startReader(reading, { from: start, polling: false, onSeen }));
  readers.push(startReader(reading, { from: start, polling: true }));
  const writing = Array.from({ length: writers }, (_, number) => {
    const log = stack.use(open(`${RACE_NAME}writer-${number}`));
    return write(log, `w${writers}-${number}`, Math.ceil(events / writers), seed * 1000 + number);
  });
  const written = (await Promise.all(writing)).flat();
  const all = await untilKnown(() => reading.all());
  const deadline = AbortSignal.timeout(FINISH_MS);
  for (const reader of readers) await reader.finish(all.at(-1)?.position ?? 0, deadline);
  return { all, written, killed, readers: readers.map((reader) => ({ ...reader, ...misreadOf(reader, all) })) };
}

/** Kills the connection of a writer or reader, whatever it is doing. */
async function killOne({ db }: Database): Promise<number> {
  const { rows } = await sql`
    select pg_terminate_backend(pid) from (
      select pid from pg_stat_activity
      where datname = current_database() and application_name like ${`${RACE_NAME}%`} order by random() limit 1
    ) victim
  `.execute(db);
  return rows.length;
}
