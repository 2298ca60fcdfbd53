import { newId } from '../../domain/identifier.ts';
import { type Db, sql } from '../../postgres/database.ts';

export interface App {
  readonly id: string;
  readonly host: string;
}

/** The app of a host; it is made when it is new. */
export async function readOrCreateApp(db: Db, host: string): Promise<App> {
  const found = await sql<App>`select id, host from apps where host = ${host}`.execute(db);
  if (found.rows[0] !== undefined) return found.rows[0];
  const { rows } = await sql<App>`
    insert into apps (id, host) values (${newId('app')}, ${host})
    on conflict (host) do update set host = excluded.host returning id, host
  `.execute(db);
  const [app] = rows;
  if (app === undefined) throw new Error(`app ${host} was neither found nor made`);
  return app;
}

/** Apps of these ids and hosts; all of them without either. */
export async function readApps(
  db: Db,
  { ids = [], hosts = [] }: { readonly ids?: readonly string[]; readonly hosts?: readonly string[] },
): Promise<readonly App[]> {
  const { rows } = await sql<App>`
    select id, host from apps
    where (${ids.length + hosts.length} = 0 or id = any(${ids}::text[]) or host = any(${hosts}::text[])) order by host
  `.execute(db);
  return rows;
}

/** The app of that id. */
export async function readApp(db: Db, id: string): Promise<App> {
  const { rows } = await sql<App>`select id, host from apps where id = ${id}`.execute(db);
  const [app] = rows;
  if (app === undefined) throw new Error(`app ${id} of a token does not exist`);
  return app;
}

/** Host -> id of the apps of those hosts; those that are new are made. */
export async function appIdsOf(
  db: Db,
  grants: readonly { readonly appHost: string }[],
): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  for (const host of new Set(grants.map(({ appHost }) => appHost))) ids.set(host, (await readOrCreateApp(db, host)).id);
  return ids;
}
