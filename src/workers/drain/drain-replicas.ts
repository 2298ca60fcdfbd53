import { forgetRouters, readRouters } from '../../routers/roster.ts';
import { hearRouters } from '../../routers/signal.ts';
import { pruneSamples } from '../../routers/samples.ts';
import { drainVerdict, type RouterView } from '../../routing/drained.ts';
import { streamOf } from '../../domain/stream.ts';
import { appendTo } from '../append-to.ts';
import type { WorkerDeps } from '../deps.ts';
import type { Membership } from '../membership.ts';
import { doorbell, type Doorbell } from '../../doorbell.ts';
import { repeatAlone } from '../sole-worker.ts';
import { readLeaving, type LeavingReplica } from './leaving.ts';

/** What it works with. */
export type DrainDeps = Pick<WorkerDeps, 'store' | 'database' | 'membership' | 'clock' | 'log' | 'routers'>;

/** How often a worker that does not wait for routers tries to become the one who does. */
const TAKE_OVER_MS = 1_000;
/** A look while somebody is waited for: leases end without a word. */
const LOOK_MS = 1_000;
/** A look while nobody leaves, should a notification be lost. */
const IDLE_MS = 15_000;
const PRUNE_MS = 60_000;

/**
 * Has the containers of replicas that leave stopped once no live router sends them anything any more, and they are free of
 * requests or their time for them is over. One worker does so for all, whatever the number of replicas, and takes no job's
 * place for it: what follows is `ReplicaDrained`, which sends the job that stops.
 */
export function drainReplicas(deps: DrainDeps, life: Membership): Promise<void> {
  const late = 'leaving replicas could not be looked at; it comes again';
  return repeatAlone(deps, life, { lock: 'drainReplicas', everyMs: TAKE_OVER_MS, late }, () => keep(deps, life));
}

/** Looks whenever replicas or routers say something, until the life ends or a look fails. */
async function keep(deps: DrainDeps, life: Membership): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([life.ended, over.signal]);
  const bell = doorbell();
  const hearing = [hearRouters(deps, () => bell.ring(), signal), ringAtReplicas(deps, bell, signal)];
  const since = new Map<string, number>();
  let prunedAt = performance.now();
  try {
    while (!signal.aborted) {
      const againMs = await look(deps, since);
      if (performance.now() - prunedAt > PRUNE_MS) {
        await prune(deps);
        prunedAt = performance.now();
      }
      await bell.wait(deps.clock, againMs, signal);
    }
  } finally {
    over.abort();
    await Promise.all(hearing);
  }
}

async function ringAtReplicas({ store }: DrainDeps, bell: Doorbell, signal: AbortSignal): Promise<void> {
  for await (const _ of store.touched({ kind: 'replica', pollMs: IDLE_MS, signal })) bell.ring();
}

async function prune({ database: { db } }: DrainDeps): Promise<void> {
  await forgetRouters(db);
  await pruneSamples(db);
}

/** Milliseconds after which it is to look again, if nobody says anything before. `since`: when each was first looked at. */
async function look(deps: DrainDeps, since: Map<string, number>): Promise<number> {
  const leaving = await readLeaving(deps.database.db);
  const keys = new Set(leaving.map(({ key }) => key));
  for (const key of since.keys()) if (!keys.has(key)) since.delete(key);
  if (leaving.length === 0) return IDLE_MS;
  const { routers: read = () => readRouters(deps.database.db) } = deps;
  const routers = await read();
  const waits = await Promise.all(leaving.map((each) => judge(deps, each, routers, since)));
  return Math.min(IDLE_MS, ...waits);
}

async function judge(
  deps: DrainDeps,
  replica: LeavingReplica,
  routers: readonly RouterView[],
  since: Map<string, number>,
): Promise<number> {
  const { key, replicaId, deploymentId, generation, nodeId, version, cause } = replica;
  const now = performance.now();
  const first = since.get(key) ?? now;
  since.set(key, first);
  const verdict = drainVerdict({ ...replica, waitedMs: now - first }, routers);
  if (verdict.type === 'wait') return Math.min(LOOK_MS, Math.max(1, verdict.againMs));
  const { acknowledged, unheard, cutOff } = verdict;
  const place = { stream: streamOf('replica', replicaId), expectedVersion: version, cause };
  const attempt = { replicaId, deploymentId, generation, nodeId };
  const told = { acknowledged: [...acknowledged], unheard: [...unheard], cutOff };
  const waited = { milliseconds: Math.round(now - first), ...told };
  // When somebody was first, the next look finds what has become of it.
  await appendTo(deps, place, [{ type: 'ReplicaDrained', data: { ...attempt, ...waited } }]);
  return LOOK_MS;
}
