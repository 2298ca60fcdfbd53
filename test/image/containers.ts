import type Docker from 'dockerode';
import {
  GenericContainer,
  type StartedNetwork,
  type StartedTestContainer,
  Wait,
  type WaitStrategy,
} from 'testcontainers';

import { isRunning } from '../../src/postgres/embedded/processes.ts';
import type { ComposeService } from './compose.ts';

/** On every container of these tests: the process of the test run, by which the next run finds what a killed one left. */
const RUN_LABEL = 'deploy-svc-test.run';

/** A container as compose would make it, where testcontainers has no method of its own for that. */
class ComposeContainer extends GenericContainer {
  like({ group_add: groups, init, volumes = [], command }: ComposeService): this {
    const binds = volumes.filter((volume) => volume.startsWith('/'));
    this.hostConfig = { ...this.hostConfig, GroupAdd: groups, Init: init, Binds: binds };
    return command === undefined ? this : this.withCommand(command);
  }
}

export interface Start {
  readonly network: StartedNetwork;
  /** The name under which the others reach it. */
  readonly name: string;
  readonly image: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly waitFor: WaitStrategy;
  readonly port?: number;
}

/** Starts one service of the compose file. Its data is gone with it. */
export async function startLike(service: ComposeService, start: Start): Promise<StartedTestContainer> {
  const { network, name, image, environment = {}, waitFor, port } = start;
  const container = new ComposeContainer(image)
    .like(service)
    .withEnvironment({ ...environment, ...service.environment })
    .withNetwork(network)
    .withNetworkAliases(name)
    .withLabels({ [RUN_LABEL]: String(process.pid) })
    .withWaitStrategy(waitFor)
    .withStartupTimeout(60_000);
  if (port !== undefined) container.withExposedPorts(port);
  return container.start();
}

export const waitForLog = (words: string): WaitStrategy => Wait.forLogMessage(words);
export const waitForHttp = (path: string, port: number): WaitStrategy => Wait.forHttp(path, port);

/** Removes what runs of this test have left that did not come to their end. */
export async function removeLeftOvers(docker: Docker): Promise<void> {
  const found = await docker.listContainers({ all: true, filters: { label: [RUN_LABEL] } });
  const left = found.filter(({ Labels }) => !isRunning(Number(Labels[RUN_LABEL])));
  await Promise.all(left.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })));
}
