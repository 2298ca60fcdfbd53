import { EngineError } from '../../engine/engine-error.ts';
import type { Handler, Handlers, Reply, RequestOf } from '../handler.ts';
import { buildImage } from './build.ts';
import { atEngine } from './engine-failure.ts';
import { listContainers, listLogs } from './list.ts';
import { nodeOf } from './nodes.ts';
import type { ContainerDeps } from './ports.ts';
import { runContainer } from './run.ts';
import { stopContainer } from './stop.ts';
import { isRunning, summarise } from './summary.ts';

type ContainerOperation =
  | 'runContainer'
  | 'stopContainer'
  | 'listContainers'
  | 'listContainerLogs'
  | 'containerIsRunning'
  | 'containerSummary'
  | 'buildImage'
  | 'imagePullable'
  | 'getHost'
  | 'containerDaemonInfo';
export type ContainerService = Handlers<ContainerOperation>;

/** Container Svc: the engines of the nodes as they are, beside and beneath what deployments make of them. */
export function containerService(deps: ContainerDeps): ContainerService {
  const handle =
    <N extends ContainerOperation>(
      work: (given: ContainerDeps, request: RequestOf<N>) => Promise<Reply<N>>,
    ): Handler<N> =>
    (request) =>
      atEngine(() => work(deps, request));
  return {
    runContainer: handle(runContainer),
    stopContainer: handle(stopContainer),
    listContainers: handle(listContainers),
    listContainerLogs: handle(listLogs),
    containerIsRunning: handle(isRunning),
    containerSummary: handle(summarise),
    buildImage: handle(buildImage),
    imagePullable: handle(async (_, { params, query }) => {
      const { url } = await nodeOf(deps, query.nodeId);
      return { body: { pullable: await deps.engineAt(url).isPullable(params.imageName) } };
    }),
    getHost: handle(async (_, { query }) => {
      const { url } = await nodeOf(deps, query.nodeId);
      return { body: { host: await deps.engineAt(url).gateway() } };
    }),
    containerDaemonInfo: handle(daemonInfo),
  };
}

/** An engine that does not answer is the answer here. */
async function daemonInfo(
  deps: ContainerDeps,
  { query }: RequestOf<'containerDaemonInfo'>,
): Promise<Reply<'containerDaemonInfo'>> {
  const { url: address } = await nodeOf(deps, query.nodeId);
  try {
    await deps.engineAt(address).ping();
    return { body: { available: true, address } };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { body: { available: false, address, error: error.message } };
  }
}
