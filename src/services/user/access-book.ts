import { type Grants, grantsOf } from '../../domain/access/grants.ts';
import type { EnrollState } from '../../domain/enroll/evolve.ts';
import type { PermitState } from '../../domain/permit/evolve.ts';
import { type Db, sql } from '../../postgres/database.ts';

/** For how long what was read is believed: what is granted or revoked in another process takes effect within that time. */
export const GRANTS_BELIEVED_MS = 1_000;

export interface AccessBookOptions {
  readonly db: Db;
  /** Accounts whose rows have changed: what is known of them elsewhere is old. */
  readonly onUsersChanged: (userIds: readonly string[]) => void;
  /** Milliseconds of a clock that never jumps. */
  readonly now?: () => number;
}

/** What everybody has been given. */
export interface AccessBook {
  /** As it was at most `GRANTS_BELIEVED_MS` ago, and after every `forget` of this process. */
  current(): Promise<Grants>;
  /** The next call looks again. */
  forget(): void;
}

interface Reading {
  readonly startedAt: number;
  readonly grants: Promise<Grants>;
}

/** Keeps permits and enrolls in memory, and reads what has changed since the position that it has seen. */
export function createAccessBook({ db, onUsersChanged, now = () => performance.now() }: AccessBookOptions): AccessBook {
  const permits = new Map<string, Stored<PermitState>>();
  const enrolls = new Map<string, Stored<EnrollState>>();
  let position: number | undefined;
  let grants = grantsOf([], []);
  let latest: Reading | undefined;
  const read = async (): Promise<Grants> => {
    const { head, changes } = await readChanges(db, position);
    let changed = false;
    for (const change of changes) {
      if (change.kind === 'permit') changed = put(permits, change) || changed;
      if (change.kind === 'enroll') changed = put(enrolls, change) || changed;
    }
    const users = changes.filter(({ kind }) => kind === 'user').map(({ id }) => id);
    if (users.length > 0) onUsersChanged(users);
    if (changed) grants = grantsOf(statesOf(permits), statesOf(enrolls));
    position = Math.max(position ?? 0, head);
    return grants;
  };
  return {
    async current() {
      const startedAt = now();
      if (latest !== undefined && startedAt - latest.startedAt < GRANTS_BELIEVED_MS) return latest.grants;
      const reading: Reading = { startedAt, grants: read() };
      latest = reading;
      return reading.grants.catch((error: unknown) => {
        if (latest === reading) latest = undefined;
        throw error;
      });
    },
    forget: () => {
      latest = undefined;
    },
  };
}

interface Stored<State> {
  readonly since: number;
  readonly state: State;
}

type Change =
  | { readonly kind: 'permit'; readonly id: string; readonly since: number; readonly state: PermitState }
  | { readonly kind: 'enroll'; readonly id: string; readonly since: number; readonly state: EnrollState }
  | { readonly kind: 'user'; readonly id: string; readonly since: number; readonly state: null };

/** False when something newer is known: two readings may overtake each other. */
function put<State>(rows: Map<string, Stored<State>>, { id, since, state }: Stored<State> & { id: string }): boolean {
  const before = rows.get(id);
  if (before !== undefined && before.since >= since) return false;
  rows.set(id, { since, state });
  return true;
}

function* statesOf<State>(rows: ReadonlyMap<string, Stored<State>>): Iterable<State> {
  for (const { state } of rows.values()) yield state;
}

interface ChangeRow {
  readonly head: string;
  readonly kind: Change['kind'] | null;
  readonly id: string;
  readonly since: string;
  readonly state: unknown;
}

/** One statement, hence one moment: the head's row changes with the rows that its events lead to. Of accounts only those that change later. */
async function readChanges(
  db: Db,
  after: number | undefined,
): Promise<{ readonly head: number; readonly changes: readonly Change[] }> {
  const from = after ?? -1;
  const users =
    after === undefined ? sql`` : sql`union all select 'user', id, since, null from users where since > ${from}`;
  const { rows } = await sql<ChangeRow>`
    select h.position as head, c.kind, c.id, c.since, c.state from log_head h left join (
      select 'permit' as kind, id, since, state from permits where since > ${from}
      union all select 'enroll', id, since, state from enrolls where since > ${from}
      ${users}
    ) c on true
  `.execute(db);
  const changes = rows.flatMap(({ kind, id, since, state }): Change[] =>
    // The kind says which table the state comes from.
    kind === null ? [] : [{ kind, id, since: Number(since), state } as Change],
  );
  return { head: Number(rows[0]?.head ?? 0), changes };
}
