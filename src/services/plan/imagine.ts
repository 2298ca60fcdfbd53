import { decideSaveDeployment } from '../../domain/deployment/decide.ts';
import type { DeploymentSpec } from '../../domain/deployment/events.ts';
import { evolveDeployment, type DeploymentState } from '../../domain/deployment/evolve.ts';
import { NotFound } from '../../domain/problem.ts';
import type { SnapshotReader } from '../../store/event-store.ts';
import { snapshotIn, type LoadedSnapshot } from '../../workers/plan/load-snapshot.ts';

/** Whose plan: a deployment as it would be saved in that app, or one as it is. */
export type Subject = { readonly spec: DeploymentSpec; readonly app: string } | { readonly deploymentId: string };

export interface Imagined extends LoadedSnapshot {
  /** As it is; undefined: there is none. */
  readonly before: DeploymentState | undefined;
  /** Whether saving would be an event. */
  readonly saves: boolean;
}

/**
 * What the planner would see once the save was stored: decided, folded and read by what does so in earnest, in memory alone.
 * `nodesKnownTo`: as of `snapshotIn`. Throws NotFound.
 */
export async function imagine(
  nodesKnownTo: object,
  reader: SnapshotReader,
  now: number,
  subject: Subject,
): Promise<Imagined> {
  const id = 'spec' in subject ? subject.spec.id : subject.deploymentId;
  const row = await reader.row<DeploymentState>('deployments', id);
  const before = row?.state;
  const events = 'spec' in subject ? decideSaveDeployment(before, subject.spec, { app: subject.app }) : [];
  const after = events.reduce<DeploymentState | undefined>(
    (state, event) => evolveDeployment(state, event, now),
    before,
  );
  if (after === undefined || ('deploymentId' in subject && after.phase === 'removed')) throw missing(id);
  const version = (row?.version ?? 0) + events.length;
  const loaded = await snapshotIn(nodesKnownTo, seeing(reader, after, version), id, now);
  if (loaded === undefined) throw missing(id);
  const { snapshot } = loaded;
  // The save itself takes a position, and the worker's plan is made from what stands there.
  const position = reader.position + events.length;
  const seed = events.length === 0 ? snapshot.seed : position;
  return { ...loaded, snapshot: { ...snapshot, position, seed }, before, saves: events.length > 0 };
}

/** The rows with this one in the place of the deployment's own. */
function seeing(reader: SnapshotReader, state: DeploymentState, version: number): SnapshotReader {
  const { position } = reader;
  return {
    position,
    async row(projection, id) {
      if (projection !== 'deployments' || id !== state.id) return reader.row(projection, id);
      return { id, since: position, version, state: state as never };
    },
    rows: (projection, where, after) => reader.rows(projection, where, after),
  };
}

function missing(id: string): NotFound {
  return new NotFound(`deployment ${id} does not exist; oo deployment list shows those that do`);
}
