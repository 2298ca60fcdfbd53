import { InvalidInput, NotFound } from '../../domain/problem.ts';
import { GRACE_SECONDS } from '../../engine/grace.ts';
import type { Reply, RequestOf } from '../handler.ts';
import { Refusal } from '../refusal.ts';
import { refuseForeign } from './by-hand.ts';
import { type Placed, surveyNodes } from './find.ts';
import { nodesOf } from './nodes.ts';
import type { ContainerDeps } from './ports.ts';
import { record } from './record.ts';

/** Stops a container that was run by hand; it stays, and a run under its name replaces it. The id wins over the name. */
export async function stopContainer(
  deps: ContainerDeps,
  request: RequestOf<'stopContainer'>,
): Promise<Reply<'stopContainer'>> {
  const { id, name, nodeId } = request.body;
  const wanted = id || name;
  if (!wanted) throw new InvalidInput([{ field: 'id', message: 'is required', hint: 'or name: "my-container"' }]);
  const { placed, silent } = await surveyNodes(deps, await nodesOf(deps, nodeId));
  const found = placed.filter(({ container }) => (id ? container.id : container.name) === wanted);
  const [one, another] = found;
  if (one === undefined) {
    if (silent[0] !== undefined) throw new Refusal(502, `no answer from node ${silent[0].nodeId}: ${silent[0].error}`);
    throw new NotFound(`there is no container ${wanted}`);
  }
  if (another !== undefined) throw ambiguous(wanted, found);
  const { node, container } = one;
  refuseForeign(deps, container, node);
  if (container.phase !== 'running') return { body: {} };
  const data = { name: container.name, containerId: container.id };
  const position = await record(deps.store, request, node, { type: 'ContainerStopRequested', data });
  await deps.engineAt(node.url).stop(container.id, GRACE_SECONDS);
  return { body: {}, position };
}

function ambiguous(wanted: string, found: readonly Placed[]): InvalidInput {
  const message = `is required: ${found.length} nodes have a container ${wanted}`;
  return new InvalidInput([{ field: 'nodeId', message, hint: found.map(({ node }) => node.id).join(', ') }]);
}
