import Docker from 'dockerode';

import { readConfig } from '../../src/config.ts';
import { connectEngine } from '../../src/engine/connect.ts';
import { LABEL, type Engine } from '../../src/engine/engine.ts';
import { createLogger, type Logger } from '../../src/logger.ts';
import { openDatabase, sql } from '../../src/postgres/database.ts';
import { LOCAL_ENGINE } from '../../src/process/nodes.ts';
import type { Service } from '../../src/process/running-service.ts';
import { startService } from '../../src/process/service.ts';
import { openShell, type Ran, type Shell } from '../cli/support/oo.ts';
import { freshDatabase } from './postgres.ts';

/** The whole product in this process, on a database of its own, with the command line logged in to it. */
export interface TestService extends AsyncDisposable {
  readonly url: string;
  readonly databaseUrl: string;
  readonly engine: Engine;
  readonly shell: Shell;
  /** Runs `oo`; throws with its output when it does not exit with 0. */
  oo(...args: string[]): Promise<string>;
  /** Runs `oo`, whatever it exits with. */
  tryOo(...args: string[]): Promise<Ran>;
  /** What Docker itself says of this installation's containers. */
  inspectAll(deploymentId: string): Promise<readonly Docker.ContainerInspectInfo[]>;
}

/** Starts it with the given settings over the defaults; its containers are removed when it is disposed. */
export async function testService(
  settings: Readonly<Record<string, string>> = {},
  log: Logger = createLogger('silent'),
): Promise<TestService> {
  await using stack = new AsyncDisposableStack();
  const { url: databaseUrl } = stack.use(await freshDatabase());
  const engine = stack.use(connectEngine(LOCAL_ENGINE));
  stack.defer(() => removeContainers(engine, databaseUrl));
  const config = readConfig({ DATABASE_URL: databaseUrl, PORT: '0', ...settings });
  const service: Service = stack.use(await startService(config, log));
  const shell = stack.use(await openShell());
  const url = service.url ?? '';
  const tryOo = (...args: string[]): Promise<Ran> => shell.oo(args);
  const oo = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await tryOo(...args);
    if (code !== 0) throw new Error(`oo ${args.join(' ')} exited with ${code}:\n${stdout}${stderr}`);
    return stdout;
  };
  if (service.url !== undefined) {
    await oo('env', 'add', 'test', url);
    await oo('login', '1backend', 'changeme');
  }
  const whole = stack.move();
  return {
    url,
    databaseUrl,
    engine,
    shell,
    oo,
    tryOo,
    inspectAll: (deploymentId) => inspectAll(engine, deploymentId),
    [Symbol.asyncDispose]: () => whole.disposeAsync(),
  };
}

async function inspectAll(engine: Engine, deploymentId: string): Promise<readonly Docker.ContainerInspectInfo[]> {
  const docker = new Docker();
  const ours = (await engine.list()).filter(({ labels }) => labels[LABEL.deployment] === deploymentId);
  return Promise.all(ours.map(({ id }) => docker.getContainer(id).inspect()));
}

/** Removes every container that carries the label of the database's installation. */
export async function removeContainers(engine: Engine, databaseUrl: string): Promise<void> {
  await using database = openDatabase({ url: databaseUrl, applicationName: 'clean-up', onError: () => undefined });
  const { rows } = await sql<{ id: string }>`select id from installation`.execute(database.db);
  const ours = (await engine.list()).filter(({ labels }) => labels[LABEL.owner] === rows[0]?.id);
  await Promise.all(ours.map(({ id }) => engine.remove(id)));
}
