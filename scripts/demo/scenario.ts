import { execFile } from 'node:child_process';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';

import { z } from 'zod';

import { deploymentView, type EventView } from '../../src/api/contract/deploy-schemas.ts';
import { instance } from '../../src/api/contract/registry-schemas.ts';
import { type ContainerState, LABEL } from '../../src/engine/engine.ts';
import { simulatedHost } from '../../src/engine/simulated/registry.ts';
import { DemoFailed } from './failure.ts';
import type { Oo } from './oo.ts';
import type { Platform } from './platform.ts';
import { tell } from './story.ts';
import { say, show, showCommand } from './voice.ts';

const run = promisify(execFile);

const ID = 'depl_hello';
const FOLDER = relative(process.cwd(), join(import.meta.dirname, '../../demo')) || '.';
const ANSWER_DEADLINE_MS = 10_000;

export interface Scene {
  readonly platform: Platform;
  readonly oo: Oo;
  readonly simulate: boolean;
  readonly signal: AbortSignal;
}

/** What a user does in the first minute, with the real command line. */
export async function play(scene: Scene): Promise<void> {
  const { platform, oo } = scene;
  say('logging in');
  await oo.run('env', 'add', 'demo', platform.url);
  await oo.login('1backend', platform.adminPassword);
  await oo.run('node', 'list');

  say('deploying version 1');
  await oo.run('definition', 'save', `${FOLDER}/definition.yaml`);
  await oo.run('deployment', 'save', `${FOLDER}/deployment.yaml`, '--wait');
  await visit(scene);

  say('rolling over to version 2, one replica at a time');
  await oo.run('deployment', 'save', `${FOLDER}/deployment-v2.yaml`, '--wait');
  await visit(scene);

  await killOne(scene);

  say('the whole story, from the log');
  await tellStory(oo);

  say('and how things are');
  await oo.run('deployment', 'list');
  await oo.run('instance', 'list');
}

/** Removes the deployment, and waits until nothing of it runs. */
export async function remove({ oo }: Scene): Promise<void> {
  say('removing the deployment');
  const { position } = await look(oo);
  await oo.run('deployment', 'remove', ID);
  await followUntil(oo, position, ({ type }) => type === 'DeploymentRemoved');
}

/** Asks the first instance over HTTP. */
async function visit({ oo, simulate, signal }: Scene): Promise<void> {
  const printed: unknown = JSON.parse(await oo.read('instance', 'list', '-o', 'json'));
  const instances = z.array(instance).parse(printed);
  const url = instances.map((one) => one.url).toSorted()[0];
  if (url === undefined) throw new DemoFailed('the registry knows no instance');
  if (simulate) return say(`an instance is registered at ${url}; simulated containers answer no HTTP`);
  say(`GET ${url}`);
  const answer = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_DEADLINE_MS)]) });
  show((await answer.text()).trim());
}

async function killOne(scene: Scene): Promise<void> {
  const { platform, oo } = scene;
  const { engine } = platform;
  const view = await look(oo);
  const victim = (await engine.list()).find(({ labels, phase }) => {
    return phase === 'running' && view.replicas.some(({ id }) => id === labels[LABEL.replica]);
  });
  if (victim === undefined) throw new DemoFailed('no container of the deployment runs');
  say("killing a container behind the product's back, and watching what it does about it");
  await kill(scene, victim);
  const replicaId = victim.labels[LABEL.replica];
  const generation = Number(victim.labels[LABEL.generation]);
  await followUntil(
    oo,
    view.position,
    ({ type, data }) =>
      type === 'ReplicaReady' && data['replicaId'] === replicaId && Number(data['generation']) > generation,
  );
}

/** By the engine's own command line where there is one. */
async function kill({ platform: { engine }, simulate, signal }: Scene, { id, name }: ContainerState): Promise<void> {
  if (simulate) return simulatedHost(new URL(engine.url).hostname).kill(id);
  try {
    await run('docker', ['--host', engine.url, 'kill', name], { signal });
    showCommand(`docker kill ${name}`);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    say(`no docker command here: the engine is asked to stop ${name} at once`);
    await engine.stop(id, 0);
  }
}

/** Tells events as they happen, up to and with the last one. */
async function followUntil(oo: Oo, after: number, isLast: (event: EventView) => boolean): Promise<void> {
  let start: number | undefined;
  for await (const event of oo.follow('events', '--follow', '--of', ID, '--after', String(after), '-o', 'json')) {
    start ??= Date.parse(event.at);
    show(tell(event, start));
    if (isLast(event)) return;
  }
}

async function tellStory(oo: Oo): Promise<void> {
  const command = ['events', '--of', ID, '--limit', '1000', '-o', 'json'];
  showCommand(`oo ${command.join(' ')}   (told in words)`);
  const events = z.array(z.custom<EventView>()).parse(JSON.parse(await oo.read(...command)));
  const start = Date.parse(events[0]?.at ?? '');
  for (const event of events) show(tell(event, start));
}

async function look(oo: Oo): Promise<z.infer<typeof deploymentView>> {
  return deploymentView.parse(JSON.parse(await oo.read('deployment', 'get', ID, '-o', 'json')));
}
