import type { Container, ContainerLog } from '../../api/contract/container-schemas.ts';
import { EngineError } from '../../engine/engine-error.ts';
import type { Reply, RequestOf } from '../handler.ts';
import { type Placed, surveyNodes } from './find.ts';
import { nodesOf } from './nodes.ts';
import { type ContainerDeps, HAND_LABEL } from './ports.ts';

/** Lines in one answer, unless the caller asks for another number. */
const LINES = 100;
/** Containers whose output is read side by side. */
const SIDE_BY_SIDE = 8;

/** The containers of the nodes, by node and name. */
export async function listContainers(
  deps: ContainerDeps,
  { body }: RequestOf<'listContainers'>,
): Promise<Reply<'listContainers'>> {
  const { placed, silent } = await look(deps, body);
  const containers = placed
    .toSorted((a, b) => compare(a.node.id, b.node.id) || compare(a.container.name, b.container.name))
    .map(toContainer);
  return { body: { containers: limited(containers, body.limit ?? 0), ...(silent.length === 0 ? {} : { silent }) } };
}

/** The last lines of the containers that were chosen, over all of them. */
export async function listLogs(
  deps: ContainerDeps,
  { body }: RequestOf<'listContainerLogs'>,
): Promise<Reply<'listContainerLogs'>> {
  const { placed, silent } = await look(deps, body);
  const limit = body.limit || LINES;
  const logs: ContainerLog[] = [];
  for (let from = 0; from < placed.length; from += SIDE_BY_SIDE) {
    const read = placed.slice(from, from + SIDE_BY_SIDE).map((each) => linesOf(deps, each, limit));
    logs.push(...(await Promise.all(read)).flat());
    logs.sort((a, b) => compare(b.createdAt, a.createdAt));
    logs.length = Math.min(logs.length, limit);
  }
  return { body: { logs, ...(silent.length === 0 ? {} : { silent }) } };
}

async function look(
  deps: ContainerDeps,
  {
    nodeId,
    containerId,
  }: { readonly nodeId?: string | null | undefined; readonly containerId?: string | null | undefined },
): ReturnType<typeof surveyNodes> {
  const { placed, silent } = await surveyNodes(deps, await nodesOf(deps, nodeId));
  const chosen = placed.filter(
    ({ container: { id, name } }) => !containerId || id === containerId || name === containerId,
  );
  return { placed: chosen, silent };
}

/** Newest first. A container that is removed meanwhile has none. */
async function linesOf(
  { engineAt }: ContainerDeps,
  { node, container }: Placed,
  limit: number,
): Promise<readonly ContainerLog[]> {
  const lines: ContainerLog[] = [];
  try {
    for await (const { at, text } of engineAt(node.url).logs(container.id, { tail: limit })) {
      const createdAt = (at ?? new Date(0)).toISOString();
      const id = `colog_${container.id.slice(0, 12)}_${at?.getTime() ?? 0}_${lines.length}`;
      lines.push({ id, nodeId: node.id, containerId: container.id, createdAt, content: text });
    }
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== 'not-found') throw error;
  }
  return lines.reverse();
}

function toContainer({ node, container }: Placed): Container {
  const { id, name, image, ports, labels, phase } = container;
  const hash = labels[HAND_LABEL.hash];
  return {
    id,
    nodeId: node.id,
    names: [name],
    image,
    ports: ports.map((port) => ({ ...port })),
    ...(hash === undefined ? {} : { hash }),
    labels: Object.entries(labels).map(([key, value]) => ({ key, value })),
    status: phase,
    runtime: 'docker',
  };
}

function limited<T>(items: T[], limit: number): T[] {
  return limit === 0 ? items : items.slice(0, limit);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
