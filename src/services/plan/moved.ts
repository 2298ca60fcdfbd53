import type { DeploymentSpec } from '../../domain/deployment/events.ts';
import type { ProjectionName } from '../../store/projection.ts';
import type { SnapshotReader } from '../../store/event-store.ts';
import type { RowFilter } from '../../store/row-filter.ts';

/** What a plan of this deployment depends on and has changed after that position: `definition def_x (position 12), node n1 (position 15)`. */
export async function movedSince(reader: SnapshotReader, position: number, spec: DeploymentSpec): Promise<string> {
  const since = async (noun: string, projection: ProjectionName, where: RowFilter = {}) =>
    (await reader.rows(projection, where, position)).map((row) => `${noun} ${row.id} (position ${row.since})`);
  const moved = [
    ...(await since('deployment', 'deployments', { id: spec.id })),
    ...(await since('definition', 'definitions', { id: spec.definitionId })),
    ...(await since('replica', 'replicas', { deployment_id: spec.id, present: ['true', 'false'] })),
    ...(await since('node', 'nodes')),
    ...(await since('room on node', 'allotments')),
    ...(await since('secret', 'secrets')),
  ];
  if (moved.length === 0) return 'time has passed: what was put off is due';
  const more = moved.length > MOST ? ` and ${moved.length - MOST} more` : '';
  return `moved since: ${moved.slice(0, MOST).join(', ')}${more}`;
}

/** Named in one message at most. */
const MOST = 8;
