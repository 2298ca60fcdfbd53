import { holds, type Permission } from '../../api/contract/permissions.ts';
import type { EnrollState } from '../../domain/enroll/evolve.ts';
import { isReader } from '../../domain/secret/decide.ts';
import type { SecretState } from '../../domain/secret/evolve.ts';
import type { StreamKind } from '../../domain/stream.ts';
import { type Db, sql } from '../../postgres/database.ts';
import type { EventStore } from '../../store/event-store.ts';
import type { Caller } from '../handler.ts';
import { askerOf } from '../secret/deps.ts';
import { visibleTo } from '../user/enrolls.ts';

/** What the rules are judged by: how things are now, whatever moment is read. */
export interface SightDeps {
  readonly store: Pick<EventStore, 'row' | 'rows'>;
  readonly db: Db;
}

/** The ids of one's own things of a kind; with `one` only that one is looked at. */
type OwnIds = (deps: SightDeps, caller: Caller, one?: string) => Promise<readonly string[]>;

/** Who may read the history of a kind of thing: whoever may read the thing itself. */
export interface SightRule {
  /** Shows all of the kind. `everybody`: no permission is asked for. Absent: only what is one's own. */
  readonly all?: Permission | 'everybody';
  readonly own?: OwnIds;
}

/**
 * For each kind of stream what its live read asks for. What was run in containers has no live read: it is the auditors' alone.
 * An administrator, and whoever holds AUDITOR, sees everything without these.
 */
export const SIGHT_RULES: Readonly<Record<StreamKind, SightRule>> = {
  deployment: { all: 'deploy-svc:deployment:view' },
  build: { all: 'deploy-svc:deployment:view' },
  replica: { all: 'deploy-svc:deployment:view' },
  definition: { all: 'registry-svc:definition:view' },
  node: { all: 'registry-svc:node:view' },
  instance: { own: ownInstances },
  user: { all: 'user-svc:user:view', own: async (_, { userId }, one = userId) => (one === userId ? [one] : []) },
  permit: { all: 'user-svc:permit:view' },
  enroll: { all: 'user-svc:enroll:view', own: ownEnrolls },
  route: { all: 'proxy-svc:route:view' },
  secret: { own: ownSecrets },
  archive: { all: 'deploy-svc:audit:view' },
  webhook: { all: 'deploy-svc:webhook:view' },
  config: { all: 'everybody' },
  container: { all: 'container-svc:container:view' },
  exec: { all: 'deploy-svc:event:view' },
};

/** Whoever holds it reads every event, whatever it tells of. */
export const AUDITOR: Permission = 'deploy-svc:event:view';

async function ownInstances({ db }: SightDeps, caller: Caller, one?: string): Promise<readonly string[]> {
  if (!holds(caller, 'registry-svc:instance:view')) return [];
  const { rows } = await sql<{ id: string }>`
    select id from instances where state ->> 'slug' = ${caller.slug} and ${one === undefined ? sql`true` : sql`id = ${one}`}
  `.execute(db);
  return rows.map(({ id }) => id);
}

async function ownEnrolls({ store }: SightDeps, caller: Caller, one?: string): Promise<readonly string[]> {
  const isVisible = await visibleTo(store, caller);
  const rows = await store.rows<EnrollState>('enrolls', one === undefined ? {} : { id: one });
  return rows.filter(({ state }) => isVisible(state)).map(({ id }) => id);
}

async function ownSecrets({ store }: SightDeps, caller: Caller, one?: string): Promise<readonly string[]> {
  if (!holds(caller, 'secret-svc:secret:list')) return [];
  const rows = await store.rows<SecretState>('secrets', {
    app: caller.appHost,
    ...(one === undefined ? {} : { id: one }),
  });
  return rows.filter(({ state }) => isReader(state, askerOf(caller))).map(({ id }) => id);
}
