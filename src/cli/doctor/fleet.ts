import { ApiError } from '../../api/client-error.ts';
import type { Client, OutputOf } from '../../api/client.ts';
import { unservedText } from '../commands/worker-list.ts';
import { plural } from '../fleet/plural.ts';
import { statusOf } from '../kinds/node.ts';
import { formatHeartbeat } from '../text/duration.ts';
import type { Check } from './check.ts';

/** A node that is called ready and has been silent for longer is worth a look: it is heard of every few seconds. */
const SILENT_MS = 60_000;

/** Whether there are nodes, workers and routers, and whether they live. */
export async function checkFleet(client: Client): Promise<readonly Check[]> {
  return [
    await allowed('nodes', async () => nodesCheck((await client.call('listNodes', { body: {} })).body, Date.now())),
    await allowed('workers', async () => workersCheck((await client.call('listWorkers', {})).body)),
    await allowed('routers', async () => routersCheck((await client.call('listRouters', {})).body)),
  ];
}

/** What one may not look at is no fault of it. */
async function allowed(name: string, look: () => Promise<Check>): Promise<Check> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const refused = error.status === 401 || error.status === 403;
    return { name, status: refused ? 'skip' : 'fail', found: refused ? 'you may not see them' : error.message };
  }
}

/** How the nodes stand; `now`: milliseconds since the epoch. */
export function nodesCheck({ nodes, states = [] }: OutputOf<'listNodes'>, now: number): Check {
  const name = 'nodes';
  if (nodes.length === 0) {
    return { name, status: 'warn', found: 'none: nothing can run', mend: 'oo node add unix:///var/run/docker.sock' };
  }
  const urls = new Map(nodes.map(({ id, url }) => [id, url]));
  const lost = states.filter(({ liveness }) => liveness === 'lost');
  const [first] = lost;
  const counts = [...Map.groupBy(states, statusOf)].map(([status, those]) => `${those.length} ${status}`).join(', ');
  if (first !== undefined) {
    const url = urls.get(first.id) ?? '';
    const found = `${counts}; lost: ${lost.map(({ id }) => `${id} (${urls.get(id)})`).join(', ')}`;
    return {
      name,
      status: 'fail',
      found,
      mend: `docker -H ${url} info; if it does not come back: oo node remove ${url}`,
    };
  }
  const heard = nodes.toSorted((a, b) => (a.lastHeartbeat ?? '').localeCompare(b.lastHeartbeat ?? ''));
  const oldest = heard[0]?.lastHeartbeat;
  if (oldest === undefined || now - Date.parse(oldest) > SILENT_MS) {
    const found = `${counts}; ${heard[0]?.id} was last heard of ${formatHeartbeat(oldest, now) || 'never'}`;
    return { name, status: 'warn', found, mend: 'oo worker list (a worker watches each node)' };
  }
  return { name, status: 'ok', found: `${counts}; the oldest heartbeat came ${formatHeartbeat(oldest, now)}` };
}

/** Whether work is carried out, all of it. */
export function workersCheck({ workers, unserved }: OutputOf<'listWorkers'>): Check {
  const name = 'workers';
  const alive = workers.filter((worker) => worker.alive).length;
  if (alive === 0) {
    const found = workers.length === 0 ? 'none: nothing is carried out' : `none of ${workers.length} is alive`;
    return { name, status: 'fail', found, mend: 'ROLES=worker npm start, with the DATABASE_URL of the server' };
  }
  const count = `${plural(alive, 'worker')} alive`;
  const [first] = unserved;
  if (first === undefined) return { name, status: 'ok', found: count };
  return { name, status: 'warn', found: `${count}; ${unserved.map(unservedText).join('; ')}`, mend: 'oo worker list' };
}

/** A router that is further behind is stuck: it hears of every event at once. */
const LAG = 1_000;

/** Whether requests are carried, by the present table. A set-up without a router may be meant: it is a hint. */
export function routersCheck({ routers }: OutputOf<'listRouters'>): Check {
  const name = 'routers';
  const alive = routers.filter((router) => router.alive);
  if (alive.length === 0) {
    const found = routers.length === 0 ? 'none' : `none of ${routers.length} is alive`;
    const mend = 'ROLES=gateway npm start, with the DATABASE_URL of the server';
    return { name, status: 'warn', found: `${found}: nothing carries requests to deployments`, mend };
  }
  const behind = alive.filter(({ lag }) => lag > LAG);
  const count = `${plural(alive.length, 'router')} alive`;
  if (behind.length === 0) return { name, status: 'ok', found: count };
  const late = behind.map(({ id, lag }) => `${id} is ${lag} events behind`).join(', ');
  return { name, status: 'warn', found: `${count}; ${late}`, mend: 'oo router list; look at its log' };
}
