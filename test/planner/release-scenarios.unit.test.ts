import { expect, test } from 'vitest';

import type { DeploymentSpec } from '../../src/domain/deployment/events.ts';
import { tell } from './simulation/commands.ts';
import { wait } from './simulation/drive.ts';
import { replicasOf } from './simulation/laws.ts';
import { addNode, define, fail, judge, save, type Fate } from './simulation/steps.ts';
import { story, type Story } from './simulation/story.ts';
import type { World } from './simulation/world.ts';

const ready = (): Fate => 'ready';

function kill(world: World, replicaId: string): void {
  const victim = replicasOf(world).find(({ id }) => id === replicaId);
  const failure = { kind: 'exit' as const, message: 'container exited with code 137', terminal: false };
  fail(world, replicaId, victim?.generation ?? 0, failure);
}

function replanAll(world: World): void {
  world.jobs.push({ queue: 'replan', data: { reason: 'sweep', id: 'sweep', cause: { correlationId: 'sweep' } } });
}

const CANARY = {
  type: 'Canary' as const,
  steps: [
    { weight: 5, pauseSeconds: 60 },
    { weight: 25, pauseSeconds: 120 },
    { weight: 50, pauseSeconds: 120 },
  ],
};

/** Four of a canary or a blue-green deployment on four nodes, and a second version of it. */
async function second(title: string, strategy: DeploymentSpec['strategy'], nodes = 4): Promise<Story> {
  const told = story(title);
  told.act(`${nodes} nodes, definition web:1, deployment of 4 with 500m each`, (world) => {
    for (let count = 0; count < nodes; count += 1) addNode(world);
    define(world, 'web:1');
    save(world, { replicas: 4, resources: { cpu: '500m' }, strategy });
  });
  await told.until(ready);
  told.act('definition web:2', (world) => define(world, 'web:2'));
  return told;
}

/** The pause of a step is over, and it was found good. */
function passes(told: Story, seconds: number): void {
  told.act(`${seconds} s pass, and the step is found good`, (world) => {
    wait(world, seconds * 1_000);
    judge(world, 'passed');
  });
}

/** What happens to a second set beside the first, told from the first save to rest. */
const STORIES: Readonly<Record<string, () => Promise<Story>>> = {
  async 'blue-green'() {
    const told = await second('Blue-green: a second set beside the first, switched at once', {
      type: 'BlueGreen',
      smoke: { path: '/healthz', port: 8080, expectStatus: 204 },
      keepSeconds: 120,
    });
    await told.until(ready);
    told.act('one of the kept ones dies', (world) => kill(world, 'web-r1-0'));
    await told.until(ready);
    told.act('120 s pass', (world) => wait(world, 120_000));
    await told.until(ready);
    return told;
  },
  async 'blue-green-smoke'() {
    const told = await second('Blue-green: the second set does not answer as it should', {
      type: 'BlueGreen',
      smoke: { path: '/healthz', port: 8080, expectStatus: 204 },
    });
    await told.until((id) => (id === 'smoke' ? 'fails' : 'ready'));
    return told;
  },
  async 'blue-green-back'() {
    const told = await second('Blue-green: switched back while the first set is kept', {
      type: 'BlueGreen',
      keepSeconds: 120,
    });
    await told.until(ready);
    told.act('abort', (world) => tell(world, { type: 'abort' }));
    await told.until(ready);
    return told;
  },
  async 'blue-green-by-hand'() {
    const told = await second('Blue-green: switched when somebody says so, and ended so too', {
      type: 'BlueGreen',
      automatic: false,
    });
    await told.until(ready);
    told.act('promote', (world) => tell(world, { type: 'promote' }));
    await told.until(ready);
    told.act('definition web:3 while the first is kept', (world) => define(world, 'web:3'));
    await told.until(ready);
    told.act('promote, to the end', (world) => tell(world, { type: 'promote full' }));
    await told.until(ready);
    return told;
  },
  async 'blue-green-no-room'() {
    const told = await second('Blue-green: no room for a second set', { type: 'BlueGreen' }, 1);
    await told.until(ready);
    told.act('600 s pass', (world) => wait(world, 600_000));
    await told.until(ready);
    return told;
  },
  async canary() {
    const told = await second('Canary: a good version, unattended', CANARY);
    await told.until(ready);
    passes(told, 60);
    await told.until(ready);
    passes(told, 120);
    await told.until(ready);
    passes(told, 120);
    await told.until(ready);
    return told;
  },
  async 'canary-bad'() {
    const told = await second('Canary: a version that answers with errors', CANARY);
    await told.until(ready);
    passes(told, 60);
    await told.until(ready);
    told.act('5 % errors', (world) => judge(world, 'failed'));
    await told.until(ready);
    return told;
  },
  async 'canary-inconclusive'() {
    const told = await second('Canary: too few requests to tell', { ...CANARY, progressDeadlineSeconds: 300 });
    await told.until(ready);
    told.act('60 s pass, with 12 requests', (world) => {
      wait(world, 60_000);
      judge(world, 'inconclusive');
    });
    await told.until(ready);
    told.act('300 s pass', (world) => wait(world, 300_000));
    await told.until(ready);
    return told;
  },
  async 'canary-by-hand'() {
    const told = await second('Canary: each step by hand, then to the end', {
      type: 'Canary',
      steps: [{ weight: 10 }, { weight: 50 }, { weight: 75 }],
    });
    await told.until(ready);
    told.act('promote', (world) => tell(world, { type: 'promote' }));
    await told.until(ready);
    told.act('promote, to the end', (world) => tell(world, { type: 'promote full' }));
    await told.until(ready);
    return told;
  },
  async 'canary-abort'() {
    const told = await second('Canary: aborted at each step', {
      type: 'Canary',
      steps: [{ weight: 25 }, { weight: 50 }],
    });
    for (let steps = 0; steps <= 2; steps += 1) {
      await told.until(ready);
      for (let done = 0; done < steps; done += 1) {
        told.act('promote', (world) => tell(world, { type: 'promote' }));
        await told.until(ready, done === 1 ? 3 : undefined);
      }
      told.act('abort', (world) => tell(world, { type: 'abort' }));
      await told.until(ready);
      told.act(`definition web:${steps + 3}`, (world) => define(world, `web:${steps + 3}`));
    }
    await told.until(ready);
    return told;
  },
  async 'canary-saved-again'() {
    const told = await second('Canary: a third version while the second is tried', CANARY);
    await told.until(ready);
    told.act('definition web:3', (world) => define(world, 'web:3'));
    await told.until(ready);
    told.act('replicas: 8, by the command', (world) => tell(world, { type: 'scale', replicas: 8 }));
    await told.until(ready);
    told.act('strategy RollingUpdate', (world) => save(world, { strategy: { type: 'RollingUpdate' } }));
    await told.until(ready);
    return told;
  },
  async 'canary-node-lost'() {
    const told = await second('Canary: a node is lost, another drained, a pause, while it is tried', CANARY);
    await told.until(ready);
    told.act('node_2 is lost', (world) => tell(world, { type: 'lose', which: 1 }));
    told.act('and everybody plans', (world) => replanAll(world));
    await told.until(ready);
    told.act('pause', (world) => tell(world, { type: 'pause' }));
    await told.until(ready);
    told.act('node_1 is drained, and an hour passes', (world) => {
      tell(world, { type: 'drain', which: 0 });
      wait(world, 3_600_000);
    });
    await told.until(ready);
    told.act('resume', (world) => tell(world, { type: 'resume' }));
    await told.until(ready);
    passes(told, 60);
    await told.until(ready);
    return told;
  },
};

test.each(Object.keys(STORIES))('%s goes as it was told', async (name) => {
  const told = await STORIES[name]?.();
  await expect(told?.text()).toMatchFileSnapshot(`scenarios/${name}.txt`);
});
