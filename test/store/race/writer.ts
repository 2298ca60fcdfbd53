import { seededRandom } from '../../../src/engine/simulated/seeded-random.ts';
import { oneOf } from './one-of.ts';
import type { Answer, CommandKind, RacedCommand, RacedLog } from './raced-log.ts';

/** Commands that a writer has under way at the same time, so that some share a transaction. */
const LANES = 4;
const SIZES = [1, 1, 1, 2, 3, 8, 40, 150] as const;
const KINDS = [
  ...Array<CommandKind>(14).fill('own'),
  ...Array<CommandKind>(3).fill('contended'),
  'blind',
  'stale',
  'reserve',
  'poison',
] as unknown as readonly [CommandKind, ...CommandKind[]];
/** So many streams are fought over. */
const CONTENDED = 3;

export interface Written {
  readonly command: RacedCommand;
  readonly answer: Exclude<Answer, 'unknown'>;
  /** How often it was asked again because a connection broke. */
  readonly unknowns: number;
}

/** Writes commands until so many events are stored, and says what became of each. */
export async function write(log: RacedLog, name: string, events: number, seed: number): Promise<readonly Written[]> {
  const budget = { left: events };
  const lanes = Array.from({ length: LANES }, (_, lane) => writeLane(log, `${name}-${lane}`, budget, seed * 31 + lane));
  return (await Promise.all(lanes)).flat();
}

async function writeLane(
  log: RacedLog,
  lane: string,
  budget: { left: number },
  seed: number,
): Promise<readonly Written[]> {
  const random = seededRandom(seed);
  const written: Written[] = [];
  let version = 0;
  for (let number = 0; budget.left > 0; number += 1) {
    const kind = number === 0 ? 'own' : oneOf(random, KINDS);
    const markers = markersOf(kind, `${lane}-${number}`, oneOf(random, SIZES));
    const contended = `definition/contended-${Math.floor(random() * CONTENDED)}`;
    const place = await placeOf(log, kind, { own: `definition/${lane}`, version, contended });
    const command = { key: `${lane}-${number}`, kind, markers, ...place };
    // Taken before it is written: other lanes must not write the same share of the budget.
    budget.left -= markers.length;
    const result = await ask(log, command);
    written.push(result);
    if (result.answer === 'refused') budget.left += markers.length;
    else if (kind === 'own') version += markers.length;
  }
  return written;
}

function markersOf(kind: CommandKind, key: string, size: number): readonly string[] {
  const prefix = kind === 'poison' ? 'poison-' : '';
  return Array.from({ length: size }, (_, index) => `${prefix}${key}-${index}`);
}

async function placeOf(
  log: RacedLog,
  kind: CommandKind,
  { own, version, contended }: { own: string; version: number; contended: string },
): Promise<Pick<RacedCommand, 'stream' | 'expectedVersion'>> {
  switch (kind) {
    case 'own':
    case 'poison':
    case 'reserve':
      return { stream: own, expectedVersion: version };
    case 'stale':
      return { stream: own, expectedVersion: version - 1 };
    case 'blind':
      return { stream: contended, expectedVersion: 'any' };
    case 'contended':
      return { stream: contended, expectedVersion: await untilKnown(() => log.versionOf(contended)) };
    default:
      return kind satisfies never;
  }
}

async function ask(log: RacedLog, command: RacedCommand): Promise<Written> {
  for (let unknowns = 0; ; unknowns += 1) {
    const answer = await log.write(command);
    if (answer !== 'unknown') return { command, answer, unknowns };
  }
}

/** Reads may be asked again without a thought. */
export async function untilKnown<Result>(read: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await read();
    } catch (error) {
      if (tries === 20) throw error;
    }
  }
}
