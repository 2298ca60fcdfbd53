import type { EventOf, RecordedEvent } from '../../domain/event.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import { streamOf } from '../../domain/stream.ts';
import { EngineError } from '../../engine/engine-error.ts';
import type { ArchivedPart } from '../../store/archived.ts';
import { containerName } from '../../workers/container.ts';
import type { LogDeps } from './deps.ts';
import type { Kept, Source } from './source.ts';
import type { Sources } from './sources.ts';

/** Events of a replica that are looked through for its previous generation: a generation has a handful. */
const LOOKED_THROUGH = 100;

/** The generation before the present one, or the present one when it has ended; undefined: there was none. */
export async function previousSource(
  deps: LogDeps,
  sources: Sources,
  replica: ReplicaState,
): Promise<Source | undefined> {
  const ended = replica.status === 'Failed' || replica.status === 'Stopped';
  const generation = ended ? replica.generation : replica.generation - 1;
  if (generation < 1) return undefined;
  const stream = streamOf('replica', replica.id);
  const events = await deps.store.read({ after: 0, limit: LOOKED_THROUGH, stream, last: true });
  const own = events.filter((event) => 'generation' in event.data && event.data.generation === generation);
  const scheduled = own.find((event) => event.type === 'ReplicaScheduled');
  const nodeId = scheduled?.data.reservation.nodeId ?? replica.nodeId;
  const revision = scheduled?.data.revision ?? replica.revision;
  const found = await presentContainer(deps, nodeId, containerName(replica.id, generation, deps.installationId));
  const { containerId: _, ...rest } = replica;
  const then: ReplicaState = { ...rest, containerId: undefined, generation, nodeId, revision };
  return sources.of(then, {
    ...(found === undefined ? {} : { containerId: found }),
    kept: keptOf(own, await deps.store.archived()),
  });
}

/** The id of the container when it is still there. An engine that cannot be asked is as if it were not: what is kept is shown. */
async function presentContainer(
  { store, engineAt }: LogDeps,
  nodeId: string,
  name: string,
): Promise<string | undefined> {
  const node = (await store.row<NodeState>('nodes', nodeId))?.state;
  if (node === undefined || node.removed || node.liveness === 'lost') return undefined;
  try {
    return (await engineAt(node.url).inspect(name))?.id;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return undefined;
  }
}

function keptOf(events: readonly RecordedEvent[], archived: ArchivedPart | undefined): Kept {
  const failed = events.findLast((event) => event.type === 'ReplicaFailed');
  if (failed !== undefined) {
    const { message, lastLogs = [] } = (failed.data as EventOf<'ReplicaFailed'>['data']).failure;
    return { lines: lastLogs, at: failed.at.toISOString(), message };
  }
  const stopping = events.findLast((event) => event.type === 'ReplicaStopping');
  if (stopping === undefined && archived !== undefined) {
    const message = `how it ended is in archives: positions 1 to ${archived.until}, the last in ${archived.file}`;
    return { lines: [], at: undefined, message };
  }
  const reason = (stopping?.data as EventOf<'ReplicaStopping'>['data'] | undefined)?.reason;
  return { lines: [], at: undefined, message: reason === undefined ? 'it was stopped' : `it was stopped: ${reason}` };
}
