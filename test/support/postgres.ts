import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Database } from '../../src/postgres/database.ts';
import { createDatabase, dropDatabase } from '../../src/postgres/admin.ts';
import { PROJECTIONS } from '../../src/projections/all.ts';
import type { Projection } from '../../src/store/projection.ts';
import { openStore } from '../../src/store/postgres-store.ts';
import { replayDecisions } from '../../src/workers/plan/replay-decisions.ts';
import { replayProjections } from '../../src/store/replay.ts';
import { expectPastAsReplayed, somePositions } from './as-of-law.ts';
import { expectNumbered } from './numbers-law.ts';
import { openTestDatabase, queryRows } from './database.ts';

/** A database of one's own. */
export type FreshDatabase = { readonly url: string; [Symbol.asyncDispose](): Promise<void> };

export interface FreshOptions {
  /** No schema at all. */
  readonly empty?: boolean;
  /** What keeps its rows; those of the product by default. */
  readonly projections?: readonly Projection[];
  /** The test writes decisions that no planner took. */
  readonly inventsDecisions?: boolean;
  /** The test writes rows that no event leads to. */
  readonly tampered?: boolean;
}

/**
 * Copies the run's migrated template into a new database (some 50 ms; an `empty` one has no schema at all), and drops it,
 * with whatever is still connected, on disposal. One for each test file is the rule. Before it goes, its rows are rebuilt
 * from its log: whatever the test did, they have to come out the same.
 */
export async function freshDatabase(options: FreshOptions = {}): Promise<FreshDatabase> {
  const { empty = false, tampered = false, inventsDecisions = false, projections = PROJECTIONS } = options;
  const { url: serverUrl, template } = inject('postgres');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const url = await createDatabase(serverUrl, name, empty ? undefined : template);
  if (!empty) await becomeInstallation(url);
  return {
    url,
    async [Symbol.asyncDispose]() {
      await using _dropped = { [Symbol.asyncDispose]: () => dropDatabase(serverUrl, name) };
      if (!empty && !tampered) await expectHonest(url, projections, !inventsDecisions);
    },
  };
}

/** A longer log is read at no position of the past: to fold it as often would take the tests too long. */
const FOLDED_AT_MOST = 5_000;

/**
 * Puts the rows of a replay in the place of the live ones, and throws when any of them, or of the history, is different;
 * when a placement or a refusal does not carry its numbers; and when the past reads in another way than a replay up to there.
 */
async function expectHonest(url: string, projections: readonly Projection[], decided: boolean): Promise<void> {
  await using database = openTestDatabase(url, 2);
  const { differences, events } = await replayProjections(database.db, projections, { swap: true });
  if (differences.length > 0) {
    throw new Error(`rows that the log does not lead to: ${JSON.stringify(differences, undefined, 2)}`);
  }
  if (decided) await expectNumbered(database.db);
  if (events > FOLDED_AT_MOST) return;
  await expectPastAsReplayed(database.db, projections, somePositions(events, 4));
  if (decided) await expectDecidedAgain(database);
}

/** Throws when the planner, given the state that it had, would decide anything else today than it did. */
async function expectDecidedAgain(database: Database): Promise<void> {
  await using store = openStore({ database, clock: systemClock, projections: [], effects: async () => undefined });
  const { differences } = await replayDecisions(store, 0, FOLDED_AT_MOST);
  if (differences.length === 0) return;
  throw new Error(`decisions that would be others: ${JSON.stringify(differences, undefined, 2)}`);
}

/** A copy has the template's identity: two of them would take each other's containers for their own. */
async function becomeInstallation(url: string): Promise<void> {
  await using database = openTestDatabase(url, 1);
  await queryRows(database, 'update installation set id = gen_random_uuid()');
}
