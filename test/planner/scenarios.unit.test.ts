import { expect, test } from 'vitest';

import { rebalance } from '../../src/planner/rebalance/rebalance.ts';
import { defineFromRepository, push } from './simulation/builds.ts';
import { tell } from './simulation/commands.ts';
import { wait } from './simulation/drive.ts';
import { replicasOf } from './simulation/laws.ts';
import { decide } from './simulation/planning.ts';
import {
  addNode,
  define,
  fail,
  remove,
  removeSecret,
  save,
  saveSecret,
  turn,
  undefine,
  type Fate,
} from './simulation/steps.ts';
import { story, type Story } from './simulation/story.ts';
import { append, type World } from './simulation/world.ts';

const ready = (): Fate => 'ready';

/** Two nodes, a definition and a deployment of four that is up. */
async function upAndRunning(title: string): Promise<Story> {
  const told = story(title);
  told.act('two nodes, definition web:1, deployment of 4 with 500m each', (world) => {
    addNode(world);
    addNode(world);
    define(world, 'web:1');
    save(world, { replicas: 4, resources: { cpu: '500m' } });
  });
  await told.until(ready);
  return told;
}

function kill(world: World, replicaId: string): void {
  const victim = replicasOf(world).find(({ id }) => id === replicaId);
  const failure = { kind: 'exit' as const, message: 'container exited with code 137', terminal: false };
  fail(world, replicaId, victim?.generation ?? 0, failure);
}

function falter(world: World, replicaId: string): void {
  const found = replicasOf(world).find(({ id }) => id === replicaId);
  if (found !== undefined) turn(world, found);
}

const STORIES: Readonly<Record<string, () => Promise<Story>>> = {
  async 'rolling-update'() {
    const told = await upAndRunning('A rolling update of four');
    told.act('definition web:2', (world) => define(world, 'web:2'));
    await told.until(ready);
    return told;
  },
  async recreate() {
    const told = await upAndRunning('Recreate: all out before the first comes in');
    told.act('strategy Recreate, MODE=b', (world) =>
      save(world, { strategy: { type: 'Recreate' }, envars: { MODE: 'b' } }),
    );
    await told.until(ready);
    return told;
  },
  async 'scale-down'() {
    const told = await upAndRunning('Down to one, then to none, then up again');
    told.act('replicas: 1', (world) => save(world, { replicas: 1 }));
    await told.until(ready);
    told.act('replicas: 0', (world) => save(world, { replicas: 0 }));
    await told.until(ready);
    told.act('replicas: 2', (world) => save(world, { replicas: 2 }));
    await told.until(ready);
    return told;
  },
  async 'capacity-short'() {
    const told = await upAndRunning('More than the nodes hold');
    told.act('replicas: 10', (world) => save(world, { replicas: 10 }));
    await told.until(ready);
    told.act('one more node', (world) => addNode(world));
    await told.until(ready);
    return told;
  },
  async 'failing-image'() {
    const told = await upAndRunning('An image that does not exist: back to the revision before, which is looked after');
    told.act('definition web:gone', (world) => define(world, 'web:gone'));
    await told.until((id) => (id.startsWith('web-r2') ? 'fails for good' : 'ready'));
    told.act('a replica of the revision before dies', (world) => kill(world, 'web-r1-0'));
    await told.until(ready);
    told.act('replicas: 6, by the command', (world) => tell(world, { type: 'scale', replicas: 6 }));
    await told.until(ready);
    told.act('the same definition saved again, and the sweep', (world) => {
      define(world, 'web:gone');
      world.jobs.push({ queue: 'replan', data: { reason: 'sweep', id: 'sweep', cause: { correlationId: 'sweep' } } });
    });
    await told.until(ready);
    told.act('the deployment saved again', (world) => save(world, {}));
    await told.until((id) => (id.startsWith('web-r3') ? 'fails for good' : 'ready'));
    told.act('definition web:2', (world) => define(world, 'web:2'));
    await told.until(ready);
    return told;
  },
  async 'crash-loop'() {
    const told = await upAndRunning('A new version that crashes, then is mended');
    told.act('definition web:2, which crashes', (world) => define(world, 'web:2'));
    await told.until((id) => (id.startsWith('web-r2') ? 'fails' : 'ready'));
    told.act('1 s passes', (world) => wait(world, 1_000));
    await told.until((id) => (id.startsWith('web-r2') ? 'fails' : 'ready'));
    told.act('definition web:3', (world) => define(world, 'web:3'));
    await told.until(ready);
    return told;
  },
  async 'restart-budget'() {
    const told = story(
      'One that fails, goes to another node after two failures, uses its budget up, and gets a new one',
    );
    const fails = (): Fate => 'fails';
    told.act('two nodes, definition web:1, deployment of 1, at most 3 failures in a row', (world) => {
      addNode(world);
      addNode(world);
      define(world, 'web:1');
      save(world, { replicas: 1, restart: { maxFailures: 3 } });
    });
    await told.until(fails);
    told.act('1 s passes', (world) => wait(world, 1_000));
    await told.until(fails);
    told.act('an hour passes', (world) => wait(world, 3_600_000));
    await told.until(fails);
    told.act('the same save again', (world) => save(world, {}));
    await told.until(ready);
    return told;
  },
  async 'out-of-service'() {
    const told = await upAndRunning('A replica is out of service while a new version rolls out');
    told.act('web-r1-0 is out of service', (world) => falter(world, 'web-r1-0'));
    await told.until(ready);
    told.act('definition web:2', (world) => define(world, 'web:2'));
    await told.until(ready);
    return told;
  },
  async 'rollback-off'() {
    const told = await upAndRunning('Rollback turned off: a failed rollout stands still until somebody aborts it');
    told.act('autoRollback: false, definition web:gone', (world) => {
      save(world, { strategy: { type: 'RollingUpdate', autoRollback: false } });
      define(world, 'web:gone');
    });
    await told.until((id) => (id.startsWith('web-r2') ? 'fails for good' : 'ready'));
    told.act('a replica of the revision before dies', (world) => kill(world, 'web-r1-0'));
    await told.until(ready);
    told.act('node_1 is drained', (world) => tell(world, { type: 'drain', which: 0 }));
    await told.until(ready);
    told.act('abort', (world) => tell(world, { type: 'abort' }));
    await told.until(ready);
    return told;
  },
  async 'progress-deadline'() {
    const told = await upAndRunning('A rollout that gets no further');
    told.act('1500m each, within 60 s for each further replica', (world) =>
      save(world, { resources: { cpu: '1500m' }, strategy: { progressDeadlineSeconds: 60 } }),
    );
    await told.until(ready);
    told.act('60 s pass', (world) => wait(world, 60_000));
    await told.until(ready);
    return told;
  },
  async pause() {
    const told = await upAndRunning('Paused in the middle: what runs is looked after, and nothing rolls');
    told.act('definition web:2', (world) => define(world, 'web:2'));
    await told.until(ready, 3);
    told.act('pause', (world) => tell(world, { type: 'pause' }));
    await told.until(ready);
    told.act('one of each revision dies', (world) => {
      kill(world, 'web-r1-0');
      kill(world, 'web-r2-0');
    });
    await told.until(ready);
    told.act('node_1 is drained, a third comes', (world) => {
      addNode(world);
      tell(world, { type: 'drain', which: 0 });
    });
    await told.until(ready);
    told.act('replicas: 5', (world) => tell(world, { type: 'scale', replicas: 5 }));
    await told.until(ready);
    told.act('replicas: 2', (world) => tell(world, { type: 'scale', replicas: 2 }));
    await told.until(ready);
    told.act('definition web:3, and 20 minutes pass', (world) => {
      define(world, 'web:3');
      wait(world, 1_200_000);
    });
    await told.until(ready);
    told.act('resume', (world) => tell(world, { type: 'resume' }));
    await told.until(ready);
    return told;
  },
  async abort() {
    const told = await upAndRunning('Aborted in the middle, by somebody');
    told.act('definition web:2', (world) => define(world, 'web:2'));
    await told.until(ready, 5);
    told.act('abort', (world) => tell(world, { type: 'abort' }));
    await told.until(ready);
    told.act('definition web:3', (world) => define(world, 'web:3'));
    await told.until(ready);
    return told;
  },
  async restart() {
    const told = await upAndRunning('Every container anew: within the limits, then all at once');
    told.act('restart', (world) => tell(world, { type: 'restart' }));
    await told.until(ready);
    told.act('restart, all at once', (world) => tell(world, { type: 'restart now' }));
    await told.until(ready);
    told.act('node_1 is drained: within the limits again', (world) => tell(world, { type: 'drain', which: 0 }));
    await told.until(ready);
    return told;
  },
  async 'definition-deleted'() {
    const told = await upAndRunning('The definition is deleted under the deployment');
    told.act('definition deleted', (world) => undefine(world));
    await told.until(ready);
    told.act('replicas: 2', (world) => save(world, { replicas: 2 }));
    await told.until(ready);
    told.act('MODE=b', (world) => save(world, { envars: { MODE: 'b' } }));
    await told.until(ready);
    told.act('a replica dies', (world) => kill(world, 'web-r1-0'));
    await told.until(ready);
    told.act('definition web:1 again', (world) => define(world, 'web:1'));
    await told.until(ready);
    return told;
  },
  async 'strategy-changed'() {
    const told = await upAndRunning('Recreate, decided in the middle of a rolling update');
    told.act('definition web:2, which crashes', (world) => define(world, 'web:2'));
    await told.until((id) => (id.startsWith('web-r2') ? 'fails' : 'ready'));
    told.act('strategy Recreate', (world) => save(world, { strategy: { type: 'Recreate' } }));
    await told.until(ready);
    return told;
  },
  async 'saved-during-rollout'() {
    const told = await upAndRunning('A third version and fewer replicas while the second is on its way');
    told.act('definition web:2', (world) => define(world, 'web:2'));
    told.act('definition web:3, replicas: 3, maxSurge 0, maxUnavailable 2', (world) => {
      define(world, 'web:3');
      save(world, { replicas: 3, strategy: { maxSurge: 0, maxUnavailable: 2 } });
    });
    await told.until(ready);
    return told;
  },
  async 'secret-missing'() {
    const told = await upAndRunning('A secret that does not exist yet, is changed, and is removed');
    told.act('KEY: {{secret:key}} and {{secret:other}}', (world) =>
      save(world, { replicas: 2, envars: { KEY: '{{secret:key}}', OTHER: 'x{{secret:other}}' } }),
    );
    await told.until(ready);
    told.act('secret key', (world) => saveSecret(world, 'key'));
    await told.until(ready);
    told.act('secret other', (world) => saveSecret(world, 'other'));
    await told.until(ready);
    told.act('another value of key', (world) => saveSecret(world, 'key'));
    await told.until(ready);
    told.act('key removed, then replicas: 3', (world) => {
      removeSecret(world, 'key');
      save(world, { replicas: 3 });
    });
    await told.until(ready);
    told.act('definition web:2', (world) => define(world, 'web:2'));
    await told.until(ready);
    return told;
  },
  async rebalance() {
    const told = await upAndRunning('A third node, and a rebalancing that fills it');
    told.act('one more node', (world) => addNode(world));
    await told.until(ready);
    const loaded = (await decide(told.drive.world))?.loaded;
    if (loaded === undefined) throw new Error('there is no deployment');
    const { snapshot, deploymentVersion: expectedVersion } = loaded;
    const moves = rebalance([snapshot]).deployments.flatMap((each) => each.moves);
    const event = { type: 'DeploymentRebalanced', data: { deploymentId: snapshot.deployment.id, moves } } as const;
    const stream = `deployment/${snapshot.deployment.id}`;
    told.act(
      `rebalance: ${moves.map(({ replicaId, to, why }) => `${replicaId} to ${to}, ${why}`).join('; ')}`,
      (world) => {
        const context = { actor: 'user/simulated', correlationId: 'simulation' };
        append(world, { context, appends: [{ stream, expectedVersion, events: [event] }] });
      },
    );
    await told.until(ready);
    return told;
  },
  async 'waiting-for-build'() {
    const told = story('From a repository: built first, then rolled out; a save takes the next commit');
    told.act('two nodes, definition from main, deployment of 2', (world) => {
      addNode(world);
      addNode(world);
      defineFromRepository(world);
      save(world, { replicas: 2 });
    });
    await told.until(ready);
    told.act('the same save again, and nothing was pushed', (world) => save(world, {}));
    await told.until(ready);
    told.act('a commit is pushed, and a replica dies: nobody saved', (world) => {
      push(world);
      kill(world, 'web-r1-0');
    });
    await told.until(ready);
    told.act('the same save again', (world) => save(world, {}));
    await told.until(ready);
    told.act('restart: the same commit, whatever was pushed', (world) => {
      push(world);
      tell(world, { type: 'restart' });
    });
    await told.until(ready);
    told.act('replicas: 3, by the command: no question either', (world) => tell(world, { type: 'scale', replicas: 3 }));
    await told.until(ready);
    return told;
  },
  async 'failed-build'() {
    const told = story('A commit that cannot be built: what runs goes on, until the next one');
    told.act('two nodes, definition from main, deployment of 2', (world) => {
      addNode(world);
      addNode(world);
      defineFromRepository(world);
      save(world, { replicas: 2 });
    });
    await told.until(ready);
    told.act('a commit that cannot be built is pushed, and the deployment saved', (world) => {
      push(world);
      save(world, {});
    });
    await told.until((id) => (id === 'build' ? 'fails for good' : 'ready'));
    told.act('a replica dies, and an hour passes', (world) => {
      kill(world, 'web-r1-0');
      wait(world, 3_600_000);
    });
    await told.until(ready);
    told.act('the next commit, and a save', (world) => {
      push(world);
      save(world, {});
    });
    await told.until(ready);
    told.act('the remote is away when somebody saves', (world) => save(world, {}));
    await told.until((id) => (id === 'resolve' ? 'fails' : 'ready'), 4);
    told.act('and is back', () => undefined);
    await told.until(ready);
    told.act('version: v9, which there is not', (world) => defineFromRepository(world, 'v9'));
    await told.until((id) => (id === 'resolve' ? 'fails for good' : 'ready'));
    return told;
  },
  async delete() {
    const told = await upAndRunning('Deleted, and saved again');
    told.act('delete', (world) => remove(world));
    await told.until(ready);
    told.act('save', (world) => save(world, {}));
    await told.until(ready);
    return told;
  },
};

test.each(Object.keys(STORIES))('%s goes as it was told', async (name) => {
  const told = await STORIES[name]?.();
  await expect(told?.text()).toMatchFileSnapshot(`scenarios/${name}.txt`);
});
