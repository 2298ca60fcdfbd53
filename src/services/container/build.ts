import { openBuildContext } from '../../sources/build-context.ts';
import type { Reply, RequestOf } from '../handler.ts';
import { nodeOf } from './nodes.ts';
import type { ContainerDeps } from './ports.ts';
import { record } from './record.ts';

/** Builds an image on a node from a checkout. The answer comes when it is built. */
export async function buildImage(deps: ContainerDeps, request: RequestOf<'buildImage'>): Promise<Reply<'buildImage'>> {
  const { name, contextPath, dockerfilePath, nodeId } = request.body;
  const node = await nodeOf(deps, nodeId);
  const source = { root: deps.checkouts, directory: contextPath, containerFile: dockerfilePath || undefined };
  const context = await openBuildContext(source);
  const data = { name, contextPath, dockerfilePath: source.containerFile };
  const position = await record(deps.store, request, node, { type: 'ImageBuildRequested', data });
  await deps.engineAt(node.url).build(context, name);
  return { body: {}, position };
}
