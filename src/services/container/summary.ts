import { InvalidInput, NotFound } from '../../domain/problem.ts';
import type { ContainerState } from '../../engine/engine.ts';
import type { Reply, RequestOf } from '../handler.ts';
import { deploymentsCalled, findContainers, type Placed, type Wanted } from './find.ts';
import type { ContainerDeps } from './ports.ts';

/** Lines of output, unless the caller asks for another number. */
const LINES = 20;
/** Containers that are told one by one. */
const TOLD = 20;

/** Whether one of the containers runs. */
export async function isRunning(
  deps: ContainerDeps,
  { query }: RequestOf<'containerIsRunning'>,
): Promise<Reply<'containerIsRunning'>> {
  const found = await findContainers(deps, wantedOf(query));
  return { body: { isRunning: found.some(({ container }) => container.phase === 'running') } };
}

/** The state and the last output of the container that stands for the others: one that runs, the one that started last. */
export async function summarise(
  deps: ContainerDeps,
  { query }: RequestOf<'containerSummary'>,
): Promise<Reply<'containerSummary'>> {
  const found = await findContainers(deps, wantedOf(query));
  const inspected = await Promise.all(found.slice(0, TOLD).map((placed) => inspect(deps, placed)));
  const placed = inspected.filter((each) => each !== undefined).toSorted(byImportance);
  const [first] = placed;
  if (first === undefined) throw await noneOf(deps, query);
  const lines: string[] = [];
  const tail = query.lines ?? LINES;
  const { id } = first.container;
  for await (const { text } of deps.engineAt(first.node.url).logs(id, { tail })) lines.push(text);
  const more = found.length - placed.length;
  const summary = [...placed.map(describe), ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
  return { body: { status: first.container.phase, logs: lines.join('\n'), summary } };
}

async function noneOf(deps: ContainerDeps, { name, hash = '' }: Wanted): Promise<NotFound> {
  const [id] = name === undefined ? [] : await deploymentsCalled(deps, name);
  if (id !== undefined) return new NotFound(`deployment ${id} has no container; oo deployment get ${id} says why`);
  const wanted = name ?? `with the hash ${hash}`;
  return new NotFound(`there is no container ${wanted}; oo post /container-svc/containers shows those that are`);
}

function wantedOf({ name, hash, nodeId }: Wanted): Wanted {
  if (name !== undefined || hash !== undefined) return { name, hash, nodeId };
  throw new InvalidInput([{ field: '', message: 'missing parameters', hint: '?name=my-service or ?hash=...' }]);
}

/** A listing knows neither times nor errors. */
async function inspect({ engineAt }: ContainerDeps, { node, container }: Placed): Promise<Placed | undefined> {
  const state = await engineAt(node.url).inspect(container.id);
  return state && { node, container: state };
}

function byImportance({ container: a }: Placed, { container: b }: Placed): number {
  const runs = ({ phase }: ContainerState): number => (phase === 'running' ? 1 : 0);
  return runs(b) - runs(a) || (b.startedAt?.getTime() ?? 0) - (a.startedAt?.getTime() ?? 0);
}

function describe({ node, container }: Placed): string {
  const { name, image, phase, health, exitCode, oomKilled, error, startedAt, finishedAt, ports } = container;
  const parts = [
    exitCode === undefined ? phase : `${phase} with code ${exitCode}`,
    ...(oomKilled === true ? ['out of memory'] : []),
    ...(health === undefined ? [] : [health]),
    ...(finishedAt === undefined && startedAt !== undefined ? [`since ${startedAt.toISOString()}`] : []),
    ...(finishedAt === undefined ? [] : [`at ${finishedAt.toISOString()}`]),
    `image ${image}`,
    ...ports.map(({ internal, host }) => `port ${internal} at ${host}`),
    ...(error === undefined ? [] : [error]),
  ];
  return `${name} on ${node.id} (${node.url}): ${parts.join(', ')}`;
}
