import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import type { Made } from '../../domain/deployment/diff/diff.ts';
import type { HistoryStart } from '../../domain/deployment/history/fold.ts';
import type { Db } from '../../postgres/database.ts';
import { type Revision, revisionKey } from '../../projections/revision.ts';
import { beganAt } from '../../store/archives.ts';
import { type ArchivedPart, archivedPart } from '../../store/archived.ts';
import { readRowsAt } from '../../store/as-of.ts';
import { readRow } from '../../store/read.ts';

/** What of a deployment's events is in archives; undefined: the database has all of them. */
export async function archivedOf(db: Db, deploymentId: string): Promise<ArchivedPart | undefined> {
  const part = await archivedPart(db);
  if (part === undefined) return undefined;
  const began = await beganAt(db, 'deployments', deploymentId);
  return began !== undefined && began <= part.until ? part : undefined;
}

/** How the deployment was where its archived events end: rows are kept as of every position. */
export async function historyStart(db: Db, id: string, { until }: ArchivedPart): Promise<HistoryStart | undefined> {
  const state = await stateAt(db, id, until);
  if (state === undefined) return undefined;
  const { spec, revision, saves, savedAtRevision, restart } = state;
  return {
    position: until,
    spec,
    made: await archivedMade(db, id, revision),
    pending: saves > savedAtRevision || restart !== undefined,
  };
}

/** What a revision was made from, by the rows of when it came to be; undefined: there is none. */
export async function archivedMade(db: Db, id: string, revision: number): Promise<Made | undefined> {
  const row = await readRow<Revision>(db, 'revisions', revisionKey(id, revision));
  if (row === undefined) return undefined;
  const state = await stateAt(db, id, row.since);
  return state && { spec: state.spec, template: row.state.template };
}

async function stateAt(db: Db, id: string, position: number): Promise<DeploymentState | undefined> {
  const [row] = await readRowsAt<DeploymentState>(db, 'deployments', position, { id });
  return row?.state;
}
