import type { EventOf } from '../../domain/event.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import { streamOf } from '../../domain/stream.ts';
import type { EventStore } from '../../store/event-store.ts';
import { callerOf, type RequestContext } from '../handler.ts';

type Requested = 'ContainerRunRequested' | 'ContainerStopRequested' | 'ImageBuildRequested';
type DataOf<T extends Requested> = Omit<EventOf<T>['data'], 'nodeId'> & { readonly name: string };

/** Writes down who had what done to which container, before it is done. Returns where the log put it. */
export async function record<T extends Requested>(
  store: EventStore,
  context: RequestContext,
  node: NodeState,
  { type, data }: { readonly type: T; readonly data: DataOf<T> },
): Promise<number> {
  const event = { type, data: { ...data, nodeId: node.id } } as EventOf<T>;
  const { last } = await store.append({
    context: { actor: `user/${callerOf(context).slug}`, correlationId: context.correlationId },
    appends: [{ stream: streamOf('container', `${node.id}/${data.name}`), expectedVersion: 'any', events: [event] }],
  });
  return last;
}
