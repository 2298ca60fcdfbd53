import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';

import type Docker from 'dockerode';

import { type Client, createClient } from '../../../src/api/client.ts';
import type { DeploymentView } from '../../../src/api/contract/deploy-schemas.ts';
import type { DeploymentStatus } from '../../../src/domain/deployment/events.ts';
import { createSimulatedHost, dropSimulatedHost } from '../../../src/engine/simulated/registry.ts';
import { OO, type Ran } from '../../cli/support/oo.ts';
import { ADMIN } from '../../support/api.ts';
import { buildWebImage } from '../../support/images.ts';
import { testService, type TestService } from '../../support/service.ts';
import { until } from '../../support/until.ts';

export const IMAGE = 'deploy-svc-test/parity:1';
const FROM_DEFINITION = [{ key: 'FROM_DEFINITION', value: 'yes' }];
export const LOCAL = 'unix:///var/run/docker.sock';

/** The whole product on this machine's engine, in a folder of which the specification's commands are carried out. */
export interface World extends AsyncDisposable {
  readonly product: TestService;
  readonly admin: Client;
  /** Of the node that is this machine's engine. */
  readonly localId: string;
  /** The node in the first region of the specification's first file. */
  readonly cards: CardNode;
  addCards(place: Place): Promise<CardNode>;
  /** Carries out a line in a shell, as somebody who reads the specification does. */
  run(line: string): Promise<Ran>;
  /** Writes a file into the folder. */
  write(name: string, content: string): Promise<void>;
  define(id: string, more?: object): Promise<void>;
  /** Saves a file as a deployment, and waits until it is OK. Throws with what the command line said when it is not. */
  deploy(yaml: string): Promise<DeploymentView>;
  view(id: string): Promise<DeploymentView>;
  inspect(id: string): Promise<readonly Docker.ContainerInspectInfo[]>;
  /** Waits until its status is this, and its details are. */
  until(id: string, status: string, details?: RegExp): Promise<void>;
  /** Every change of state that the log has seen: `Pending --> Deploying`. */
  arrows(): Promise<readonly string[]>;
  /** Deletes it, and waits until it and its containers are gone. */
  remove(...ids: string[]): Promise<void>;
}

/** A node with cards. No machine of ours has any, so its engine is simulated; cordoned, it takes nothing that others should. */
export interface CardNode extends AsyncDisposable {
  readonly id: string;
  /** Lets it take replicas while the work is done. */
  during(work: () => Promise<void>): Promise<void>;
}

interface Place {
  readonly name: string;
  readonly cluster: string;
  readonly zone: string;
  readonly cores: number;
}

async function addCards(admin: Client, { name, cluster, zone, cores }: Place): Promise<CardNode> {
  const card = { name: 'H100', vramBytes: 81_559 * 2 ** 20 };
  const capacity = { cpuMillis: cores * 1_000, memoryBytes: cores * 8 * 2 ** 30, gpus: [card, card, card] };
  createSimulatedHost(name, { capacity });
  const url = `simulated://${name}`;
  const { body } = await admin.call('saveNode', { body: { node: { url, cluster, zone } } });
  const { id } = body.node;
  const schedule = async (scheduling: 'open' | 'cordoned'): Promise<void> => {
    await admin.call('scheduleNode', { params: { id }, body: { scheduling } });
  };
  await schedule('cordoned');
  return {
    id,
    async during(work) {
      await schedule('open');
      await work();
      await schedule('cordoned');
    },
    async [Symbol.asyncDispose]() {
      await admin.call('deleteNode', { params: { url } });
      dropSimulatedHost(name);
    },
  };
}

export async function openWorld(settings: Readonly<Record<string, string>>): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const product = stack.use(await testService(settings));
  await buildWebImage(product.engine, IMAGE, 'parity');
  const folder = join(product.shell.home, 'work');
  await mkdir(folder);
  const anybody = createClient({ baseUrl: product.url });
  const { body } = await anybody.call('login', { body: { ...ADMIN, appHost: 'unnamed' } });
  const admin = createClient({ baseUrl: product.url, token: body.token.token });
  const { body: self } = await admin.call('selfNode', {});
  const cards = await addCards(admin, { name: 'parity-west', cluster: 'us-west1', zone: 'us-west1-b', cores: 16 });
  stack.defer(() => dropSimulatedHost('parity-west'));
  const view = async (id: string): Promise<DeploymentView> =>
    (await admin.call('showDeployment', { params: { id } })).body;
  const whole = stack.move();
  return {
    product,
    admin,
    localId: self.node.id,
    cards,
    addCards: (place) => addCards(admin, place),
    arrows: async () => arrowsIn(await everythingTold(product)),
    run: (line) => runIn(folder, product.shell.home, line),
    write: (name, content) => writeFile(join(folder, name), content),
    async define(id, more = { image: { name: IMAGE, internalPorts: [8080] }, envars: FROM_DEFINITION }) {
      await admin.call('saveDefinition', { body: { definition: { id, ...more } } });
    },
    async deploy(yaml) {
      await writeFile(join(folder, 'deployed.yaml'), yaml);
      const { code, stderr } = await runIn(folder, product.shell.home, 'oo deployment save --wait deployed.yaml');
      if (code !== 0) throw new Error(`${yaml}exited with ${code}: ${stderr}`);
      return view(/^id: "?([^"\n]+)/m.exec(yaml)?.[1] ?? '');
    },
    view,
    async until(id, status, details = /^/) {
      let seen = '';
      const holds = async (): Promise<boolean> => {
        const { deployment } = await view(id);
        seen = `${deployment.status} ${deployment.details}`;
        return deployment.status === status && details.test(deployment.details ?? '');
      };
      await until(`${id} is ${status} ${details}`, 60_000, holds).catch((error: unknown) => {
        throw new Error(`${String(error)}; it is ${seen}`, { cause: error });
      });
    },
    inspect: (id) => product.inspectAll(id),
    async remove(...ids) {
      for (const deploymentId of ids) await admin.call('deleteDeployment', { body: { deploymentId } });
      await until(`${ids.join(', ')} are gone`, 60_000, async () => {
        const listed = await admin.call('listDeployments', { body: {} });
        return listed.body.deployments.every(({ id }) => !ids.includes(id));
      });
    },
    [Symbol.asyncDispose]: () => whole.disposeAsync(),
  };
}

async function runIn(folder: string, home: string, line: string): Promise<Ran> {
  const path = `${dirname(OO)}:${process.env['PATH'] ?? ''}`;
  const env = { ...process.env, HOME: home, PATH: path, XDG_CACHE_HOME: join(home, '../oo-cache') };
  const child = spawn('bash', ['-o', 'pipefail', '-c', line], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const exit = Promise.withResolvers<number | null>();
  child.once('error', exit.reject);
  child.once('close', exit.resolve);
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exit.promise]);
  return { code, stdout, stderr };
}

interface Told {
  readonly position: number;
  readonly type: string;
  readonly data: { readonly deploymentId: string; readonly status: DeploymentStatus };
}

async function everythingTold(product: TestService): Promise<readonly Told[]> {
  const told: Told[] = [];
  for (;;) {
    const after = String(told.at(-1)?.position ?? 0);
    const page = await product.oo('events', '--after', after, '--limit', '1000', '-o', 'json');
    const events = JSON.parse(page) as readonly Told[];
    if (events.length === 0) return told;
    told.push(...events);
  }
}

function arrowsIn(events: readonly Told[]): readonly string[] {
  const states = new Map<string, string>();
  const arrows = new Set<string>();
  for (const { type, data } of events) {
    if (type !== 'DeploymentSaved' && type !== 'DeploymentStatusChanged') continue;
    const before = states.get(data.deploymentId);
    // Saving makes a new one, or begins a failed one again.
    const after =
      type === 'DeploymentStatusChanged'
        ? data.status
        : before === undefined || before === 'Failed'
          ? 'Pending'
          : before;
    if (before !== undefined && before !== after) arrows.add(`${before} --> ${after}`);
    states.set(data.deploymentId, after);
  }
  return [...arrows];
}
