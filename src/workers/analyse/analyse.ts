import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import { judgedStepOf } from '../../planner/release/judged-step.ts';
import { sql, type Db } from '../../postgres/database.ts';
import type { Row } from '../../store/projection.ts';
import type { WorkerDeps } from '../deps.ts';
import type { Membership } from '../membership.ts';
import { repeatAlone } from '../sole-worker.ts';
import { analyseStep, type AnalyseDeps } from './analyse-step.ts';

/** Between two looks at which steps are due. */
const LOOK_MS = 1_000;

/** Judges the steps of canaries, again and again, when no other worker does. What it goes on with is in the log and in the samples of the routers. */
export function analyse(deps: WorkerDeps, life: Membership): Promise<void> {
  const looked: LookedAt = new Map();
  const late = 'canaries could not be judged; it comes again';
  return repeatAlone(deps, life, { lock: 'analyseRollouts', everyMs: LOOK_MS, late }, () =>
    analyseDue(deps, looked, life.ended),
  );
}

/** Deployment -> the step that was looked at last, and when. */
export type LookedAt = Map<string, { readonly step: string; readonly at: number }>;

/** Judges every step whose interval is over, or whose time is. One that cannot be measured keeps no other from being judged. */
export async function analyseDue(
  deps: AnalyseDeps & Pick<WorkerDeps, 'log'>,
  looked: LookedAt,
  signal: AbortSignal,
): Promise<void> {
  const ids = await released(deps.database.db);
  const rows = ids.length === 0 ? [] : await deps.store.rows<DeploymentState>('deployments', { id: ids });
  const now = deps.clock.now().getTime();
  const due = rows.filter((row) => isDue(row, looked, now));
  // A step that is over leaves nothing behind.
  for (const id of looked.keys()) if (!ids.includes(id)) looked.delete(id);
  await Promise.all(
    due.map(async (row) => {
      try {
        await analyseStep(deps, row, signal);
      } catch (error) {
        if (!signal.aborted) {
          deps.log.warn('a canary could not be judged; it comes again', { deploymentId: row.id, error: String(error) });
        }
      }
    }),
  );
}

function isDue({ id, state }: Row<DeploymentState>, looked: LookedAt, now: number): boolean {
  const judged = judgedStepOf(state);
  if (judged === undefined) return false;
  const { revision, step, since, until, analysis } = judged;
  const name = `${revision}/${step}/${since}`;
  const before = looked.get(id);
  const over = until !== undefined && now >= until;
  const soon = before !== undefined && before.step === name && now - before.at < analysis.intervalMs;
  // The end of a pause is not slept through.
  if (soon && !(over && before.at < until)) return false;
  looked.set(id, { step: name, at: now });
  return true;
}

async function released(db: Db): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from deployments
    where phase = 'live' and state -> 'spec' -> 'strategy' ->> 'type' = 'Canary' and (state -> 'traffic') ? 'step'
    order by id
  `.execute(db);
  return rows.map(({ id }) => id);
}
