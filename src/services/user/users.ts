import type { UserRecord } from '../../api/contract/user-schemas.ts';
import { type Grants, grantsOf } from '../../domain/access/grants.ts';
import type { EnrollState } from '../../domain/enroll/evolve.ts';
import type { PermitState } from '../../domain/permit/evolve.ts';
import { InvalidInput } from '../../domain/problem.ts';
import type { UserState } from '../../domain/user/evolve.ts';
import { type Db, sql } from '../../postgres/database.ts';
import type { SnapshotReader } from '../../store/event-store.ts';
import { callerOf, type Handlers, type RequestOf } from '../handler.ts';
import type { AccessBook } from './access-book.ts';
import { subjectOf } from './subject.ts';

/** Accounts in one answer, unless the caller asks for another number. */
const PAGE = 100;

type Query = RequestOf<'listUsers'>['body'];

/** The list of accounts, with their roles in the app of who asks. */
export function listHandlers({
  db,
  access,
}: {
  readonly db: Db;
  readonly access: Pick<AccessBook, 'current'>;
}): Handlers<'listUsers'> {
  return {
    async listUsers(request) {
      const { appHost } = callerOf(request);
      const { past } = request;
      const grants = past === undefined ? await access.current() : await grantsIn(past);
      const { users, count } =
        past === undefined ? await readUsers(db, request.body) : pageOf(await usersIn(past), request.body);
      const records = users.map((user) => toRecord(user, grants.standingOf(subjectOf(user, appHost)).roles));
      const last = records.at(-1);
      const after = request.body.orderBy === 'updatedAt' ? last?.updatedAt : last?.createdAt;
      return { body: { users: records, after: after ?? '', count } };
    },
  };
}

interface UserPage {
  readonly users: readonly UserState[];
  readonly count: number;
}

async function usersIn(past: SnapshotReader): Promise<readonly UserState[]> {
  return (await past.rows<UserState>('users')).map(({ state }) => state);
}

async function grantsIn(past: SnapshotReader): Promise<Grants> {
  const permits = await past.rows<PermitState>('permits', { removed: 'false' });
  const enrolls = await past.rows<EnrollState>('enrolls', { removed: 'false' });
  return grantsOf(
    permits.map(({ state }) => state),
    enrolls.map(({ state }) => state),
  );
}

/** What `readUsers` answers, of these: the past has no index by time. */
function pageOf(all: readonly UserState[], query: Query): UserPage {
  const contacts = [...(query.contactIds ?? []), ...(query.contactId ? [query.contactId] : [])];
  const { ids = [], search } = query;
  const found = all.filter(
    ({ id, slug, name, contact }) =>
      (!ids || ids.length === 0 || ids.includes(id)) &&
      (!search || [slug, contact?.id, name].includes(search)) &&
      (contacts.length === 0 || contacts.includes(contact?.id ?? '')),
  );
  const sign = query.order === 'asc' ? 1 : -1;
  const timeIn = (user: UserState): number =>
    query.orderBy === 'updatedAt' ? (user.updatedAt ?? user.createdAt) : user.createdAt;
  const after = query.afterTime ? timeOf(query.afterTime) : undefined;
  const beyond = found
    .filter((user) => after === undefined || (timeIn(user) - after) * sign > 0)
    .toSorted((left, right) => (timeIn(left) - timeIn(right)) * sign);
  const last = beyond[(query.limit || PAGE) - 1];
  const users = beyond.filter((user) => last === undefined || (timeIn(user) - timeIn(last)) * sign <= 0);
  return { users, count: found.length };
}

/** `with ties`: those of the last one's time come along, so that the next page, which begins after that time, misses none. */
async function readUsers(db: Db, query: Query): Promise<UserPage> {
  const { search, order, orderBy, limit } = query;
  const contacts = [...(query.contactIds ?? []), ...(query.contactId ? [query.contactId] : [])];
  const column = sql.ref(orderBy === 'updatedAt' ? 'updated_at' : 'created_at');
  const ascending = order === 'asc';
  const filter = sql`
    ${query.ids && query.ids.length > 0 ? sql`id = any(${query.ids}::text[])` : sql`true`}
    and ${search ? sql`(slug = ${search} or contact_id = ${search} or state ->> 'name' = ${search})` : sql`true`}
    and ${contacts.length > 0 ? sql`contact_id = any(${contacts}::text[])` : sql`true`}
  `;
  const after = query.afterTime ? timeOf(query.afterTime) : undefined;
  const beyond = after === undefined ? sql`true` : ascending ? sql`${column} > ${after}` : sql`${column} < ${after}`;
  const { rows } = await sql<{ state: UserState }>`
    select state from users where ${filter} and ${beyond}
    order by ${column} ${ascending ? sql`asc` : sql`desc`} fetch first ${limit || PAGE} rows with ties
  `.execute(db);
  const { rows: counted } = await sql<{ count: string }>`select count(*) from users where ${filter}`.execute(db);
  return { users: rows.map(({ state }) => state), count: Number(counted[0]?.count ?? 0) };
}

function timeOf(text: string): number {
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time;
  const hint = 'the after of the page before: "2026-01-02T03:04:05.678Z"';
  throw new InvalidInput([{ field: 'afterTime', message: 'is no time', hint }]);
}

function toRecord({ id, slug, name, contact, createdAt, updatedAt }: UserState, roles: readonly string[]): UserRecord {
  return {
    id,
    slug,
    ...(name === undefined ? {} : { name }),
    roles: [...roles],
    contactIds: contact === undefined ? [] : [contact.id],
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt ?? createdAt).toISOString(),
  };
}
