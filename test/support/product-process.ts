import Docker from 'dockerode';

import type { DeploymentStatus } from '../../src/domain/deployment/events.ts';
import { LABEL } from '../../src/engine/engine.ts';
import { QUEUE_SCHEMA } from '../../src/jobs/queue.ts';
import { openShell, type Ran, type Shell } from '../cli/support/oo.ts';
import { queryRows } from './database.ts';
import { openInstallation, waitForStatus, type Installation } from './installation.ts';
import { until } from './until.ts';

/** Everything that a run of these tests logs. */
const ALL_OUTPUT = 50_000_000;

/** The whole product in a process of its own, whose every log line is kept, with the command line logged in to it. */
export interface ProductProcess extends AsyncDisposable {
  readonly installation: Installation;
  readonly shell: Shell;
  /** Runs `oo`; throws with its output when it does not exit with 0. */
  oo(...args: string[]): Promise<string>;
  tryOo(...args: string[]): Promise<Ran>;
  /** The body of an answer, as it was sent. */
  get(path: string): Promise<string>;
  /** Waits for the status. */
  reaches(deploymentId: string, status: DeploymentStatus): Promise<void>;
  /** Waits until no plan is due or being made. */
  planned(): Promise<void>;
  /** What Docker says of the deployment's containers. */
  inspectAll(deploymentId: string): Promise<readonly Docker.ContainerInspectInfo[]>;
}

/** Starts it with these settings, and nothing else in its environment. */
export async function startProductProcess(settings: Readonly<Record<string, string>>): Promise<ProductProcess> {
  await using stack = new AsyncDisposableStack();
  const installation = stack.use(await openInstallation());
  const { url = '' } = await installation.start({ roles: 'api,worker', settings, outputKept: ALL_OUTPUT });
  const shell = stack.use(await openShell());
  const tryOo = (...args: string[]): Promise<Ran> => shell.oo(args);
  const oo = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await tryOo(...args);
    if (code !== 0) throw new Error(`oo ${args.join(' ')} exited with ${code}:\n${stdout}${stderr}`);
    return stdout;
  };
  await oo('env', 'add', 'test', url);
  await oo('login', '1backend', 'changeme');
  const token = (await oo('token')).trim();
  const whole = stack.move();
  return {
    installation,
    shell,
    oo,
    tryOo,
    async get(path) {
      const response = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } });
      if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
      return response.text();
    },
    reaches: (deploymentId, status) => waitForStatus(installation, deploymentId, status),
    planned: () => planned(installation),
    inspectAll: (deploymentId) => inspectAll(installation, deploymentId),
    [Symbol.asyncDispose]: () => whole.disposeAsync(),
  };
}

async function planned(installation: Installation): Promise<void> {
  const due = `
    select 1 from ${QUEUE_SCHEMA}.job where name in ('plan', 'replan') and state in ('created', 'retry', 'active')`;
  await until('every plan is made', 15_000, async () => (await queryRows(installation.database, due)).length === 0);
}

async function inspectAll(
  { engine, id: owner }: Installation,
  deploymentId: string,
): Promise<readonly Docker.ContainerInspectInfo[]> {
  const docker = new Docker();
  const ours = (await engine.list()).filter(
    ({ labels }) => labels[LABEL.deployment] === deploymentId && labels[LABEL.owner] === owner,
  );
  return Promise.all(ours.map(({ id }) => docker.getContainer(id).inspect()));
}
