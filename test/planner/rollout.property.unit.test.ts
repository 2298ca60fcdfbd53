import assert from 'node:assert/strict';

import fc from 'fast-check';
import { test } from 'vitest';

import type { DeploymentSpec } from '../../src/domain/deployment/events.ts';
import type { DeploymentState } from '../../src/domain/deployment/evolve.ts';
import { rollbackText, type Rollback } from '../../src/domain/deployment/rollout-state.ts';
import type { ReplicaState } from '../../src/domain/replica/evolve.ts';
import { tell, type Command } from './simulation/commands.ts';
import { hasTwoSets } from './simulation/bounds.ts';
import { newDrive, settle, take, type Drive } from './simulation/drive.ts';
import { active, replicasOf } from './simulation/laws.ts';
import { definitionOf, deploymentOf } from './simulation/planning.ts';
import {
  addNode,
  define,
  judge,
  remove,
  save,
  saveSecret,
  SECRET,
  turnAll,
  type Fate,
  type Step,
} from './simulation/steps.ts';
import type { World } from './simulation/world.ts';

const rules = {
  autoRollback: fc.option(fc.boolean(), { nil: undefined }),
  progressDeadlineSeconds: fc.constantFrom(undefined, 30, 60),
};

const strategy = fc.oneof(
  fc.record({ type: fc.constant('Recreate' as const), ...rules }),
  fc.constant(undefined),
  fc
    .record({
      maxUnavailable: fc.option(fc.nat(8), { nil: undefined }),
      maxSurge: fc.option(fc.nat(3), { nil: undefined }),
      ...rules,
    })
    .filter(({ maxUnavailable, maxSurge }) => maxUnavailable !== 0 || maxSurge !== 0)
    .map((limits) => ({ type: 'RollingUpdate' as const, ...limits })),
);

/** A second set beside the first. */
const release = fc.oneof(
  fc.record({
    type: fc.constant('BlueGreen' as const),
    automatic: fc.constantFrom(undefined, undefined, false),
    smoke: fc.constantFrom(undefined, { path: '/healthz' }),
    keepSeconds: fc.constantFrom(0, 5, 60),
    ...rules,
  }),
  fc.record({
    type: fc.constant('Canary' as const),
    automatic: fc.constantFrom(undefined, undefined, false),
    steps: fc.constantFrom<NonNullable<DeploymentSpec['strategy']>['steps'][]>(
      [{ weight: 25, pauseSeconds: 5 }],
      [{ weight: 10, pauseSeconds: 5 }, { weight: 40 }, { weight: 80, pauseSeconds: 60 }],
      [
        { weight: 5, pauseSeconds: 5 },
        { weight: 50, pauseSeconds: 5 },
      ],
    ),
    ...rules,
  }),
);

const specOf = (of: fc.Arbitrary<DeploymentSpec['strategy']>): fc.Arbitrary<Partial<DeploymentSpec>> =>
  fc.record(
    {
      replicas: fc.nat(7),
      strategy: of,
      envars: fc.constantFrom<Record<string, string>[]>({}, { MODE: 'a' }, { MODE: 'b' }, { KEY: '{{secret:key}}' }),
      resources: fc.constantFrom({}, { cpu: '250m' }, { cpu: '500m' }),
      description: fc.constantFrom('one', 'two'),
      restart: fc.constantFrom(undefined, undefined, { maxFailures: 2 }),
    },
    { requiredKeys: [] },
  );

const verdict = fc.constantFrom('passed' as const, 'passed' as const, 'failed' as const, 'inconclusive' as const);

const fate = fc.oneof(
  { weight: 12, arbitrary: fc.constant('ready' as const) },
  { weight: 6, arbitrary: fc.constant('fails' as const) },
  { weight: 1, arbitrary: fc.constant('fails for good' as const) },
);

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constantFrom('promote', 'promote full') }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constantFrom('pause', 'resume') }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constantFrom('abort', 'restart', 'restart now') }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('scale' as const), replicas: fc.nat(7) }) },
  {
    weight: 5,
    arbitrary: fc.record({ type: fc.constantFrom('lose', 'return', 'drain', 'uncordon'), which: fc.nat(5) }),
  },
);

const stepOf = (spec: fc.Arbitrary<Partial<DeploymentSpec>>): fc.Arbitrary<Step | Command> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ type: fc.constant('judge' as const), verdict }) },
    { weight: 12, arbitrary: command },
    { weight: 5, arbitrary: fc.record({ type: fc.constant('save' as const), spec }) },
    {
      weight: 2,
      arbitrary: fc.record({ type: fc.constant('define' as const), image: fc.constantFrom('web:1', 'web:2') }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constantFrom(
          'undefine' as const,
          'delete' as const,
          'node' as const,
          'secret' as const,
          'no secret' as const,
        ),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ type: fc.constant('repository' as const), version: fc.constantFrom('main', 'v1') }),
    },
    { weight: 2, arbitrary: fc.constant({ type: 'push' as const }) },
    { weight: 4, arbitrary: fc.constant({ type: 'plan late' as const }) },
    { weight: 4, arbitrary: fc.record({ type: fc.constant('die' as const), which: fc.nat(20) }) },
    { weight: 4, arbitrary: fc.record({ type: fc.constant('falter' as const), which: fc.nat(20) }) },
    {
      weight: 3,
      arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.constantFrom(500, 5_000, 90_000) }),
    },
    {
      weight: 6,
      arbitrary: fc.record({ type: fc.constant('rush' as const), jobs: fc.integer({ min: 1, max: 30 }), fate }),
    },
    {
      weight: 30,
      arbitrary: fc.record({
        type: fc.constant('work' as const),
        which: fc.nat(50),
        fate,
      }),
    },
  );

/** Jobs that any of these histories may take to come to rest. */
const MOST_JOBS = 1_500;

/** What somebody does in the end. */
const ENDINGS = ['save', 'again', 'delete', 'nothing'] as const;
type Ending = (typeof ENDINGS)[number];

function expectRest(world: World, end: Ending): void {
  const deployment = deploymentOf(world);
  const all = active(replicasOf(world));
  if (end === 'save') assert.equal(deployment?.template?.image, 'web:3');
  if (end === 'save' || end === 'again') assert.deepEqual([deployment?.phase, deployment?.status], ['live', 'OK']);
  if (end === 'delete') assert.equal(deployment?.phase, 'removed');
  if (deployment?.phase !== 'live') return assert.deepEqual(all, []);
  if (deployment.details.startsWith('build failed: ')) {
    // Nobody saved: what cannot be built waits, and what runs goes on.
    assert.deepEqual([end, deployment.status], ['nothing', 'Error']);
    return;
  }
  // Nobody promoted it, or went back: what is there runs.
  if (end === 'nothing' && isReleasing(deployment)) return expectStill(deployment, all);
  if (deployment.rollback !== undefined) return expectGoneBack(deployment, deployment.rollback, all);
  if (deployment.status === 'Failed' || deployment.paused !== undefined) {
    // Nobody saved, or resumed: the rollout stands still, and what did not fail for good, or too often, runs.
    const idle = all.filter((each) => each.status !== 'Ready' && !isHopeless(each) && !isSpent(deployment, each));
    const exclusive = deployment.spec.strategy?.type === 'Recreate';
    return assert.deepEqual(exclusive ? [] : idle, []);
  }
  if (end === 'nothing' && deployment.spec.restart !== undefined && deployment.status === 'Error') {
    const waiting = all.filter((each) => each.status !== 'Ready' && !isSpent(deployment, each));
    return assert.deepEqual(waiting, []);
  }
  assert.deepEqual([deployment.status, deployment.details], ['OK', '']);
  assert.deepEqual(
    all.map(({ status, revision }) => [status, revision]),
    Array.from({ length: deployment.spec.replicas }, () => ['Ready', deployment.revision]),
  );
}

function isReleasing(deployment: DeploymentState): boolean {
  const { traffic, stable, revision, rollback, status } = deployment;
  const under = hasTwoSets(deployment) && traffic !== undefined && stable !== revision && rollback === undefined;
  return under && (status === 'Deploying' || status === 'Error');
}

function expectStill(deployment: DeploymentState, all: readonly ReplicaState[]): void {
  const idle = all.filter((each) => each.status !== 'Ready' && !isHopeless(each) && !isSpent(deployment, each));
  assert.deepEqual(idle, []);
}

/** Exactly what was gone back to, and nothing of the failed revision. */
function expectGoneBack(deployment: DeploymentState, rollback: Rollback, all: readonly ReplicaState[]): void {
  assert.equal(rollback.revision, deployment.revision);
  assert.equal(deployment.status, 'Failed');
  // Where that fails for good now, and did not before, what is healthy stays, of whichever revision.
  if (all.some((each) => isHopeless(each) || isSpent(deployment, each))) return;
  for (const each of all) {
    assert.equal(each.revision, rollback.backTo, each.id);
    assert.equal(each.status, 'Ready', each.id);
  }
  assert.equal(all.length, deployment.spec.replicas);
  assert.equal(deployment.details, rollbackText(rollback));
}

/** Has used its restart budget up. */
function isSpent({ spec }: DeploymentState, { status, failures }: ReplicaState): boolean {
  return status === 'Failed' && failures >= (spec.restart?.maxFailures ?? Infinity);
}

function isHopeless({ status, failure }: ReplicaState): boolean {
  return status === 'Failed' && failure?.terminal === true;
}

interface Histories {
  readonly step: fc.Arbitrary<Step | Command>;
  readonly runs: number;
  /** Each of these happened so often at least: far below what is expected, as the histories are random. */
  readonly seen: readonly string[];
  readonly least: number;
  /** The strategy of the deployment that is up when it begins; absent: nothing is up then. */
  readonly begin?: fc.Arbitrary<DeploymentSpec['strategy']>;
}

/** Throws where a law is broken; answers with what was hardly ever seen. */
async function histories({
  step,
  runs,
  seen,
  least,
  begin = fc.constant(undefined),
}: Histories): Promise<readonly string[]> {
  const total: Record<string, number> = {};
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 10, maxLength: 100, size: 'max' }),
      fc.constantFrom(...ENDINGS),
      begin,
      async (steps, end, first) => {
        const drive = newDrive();
        await live(drive, steps, { end, first });
        for (const [what, times] of Object.entries(drive.tally)) total[what] = (total[what] ?? 0) + times;
      },
    ),
    { numRuns: runs },
  );
  return seen.filter((what) => (total[what] ?? 0) < least);
}

interface Frame {
  readonly end: Ending;
  /** It is up with this strategy before the first step. */
  readonly first: DeploymentSpec['strategy'];
}

async function live(drive: Drive, steps: readonly (Step | Command)[], { end, first }: Frame): Promise<void> {
  const { world } = drive;
  addNode(world);
  define(world, 'web:1');
  save(world, { replicas: 3, ...(first && { strategy: first }) });
  if (first !== undefined) {
    addNode(world);
    await settle(drive, MOST_JOBS, () => 'ready');
    define(world, 'web:2');
  }
  for (const each of steps) await take(drive, each);
  // Failures stop, and there is room.
  turnAll(world);
  addNode(world, 20_000);
  if (end !== 'nothing') saveSecret(world, SECRET);
  if (end !== 'nothing') tell(world, { type: 'resume' });
  if (end === 'save') {
    define(world, 'web:3');
    save(world, { description: 'the last' });
  }
  const ready = (): Fate => 'ready';
  const idle = end === 'nothing' ? () => false : willing;
  if (end === 'again') {
    // A failure that is not noted yet when somebody saves fails the deployment after the save.
    await settle(drive, MOST_JOBS, ready, idle);
    if (definitionOf(world)?.deleted === true) define(world, 'web:1');
    save(world, { description: 'the last' });
  }
  if (end === 'delete') remove(world);
  await settle(drive, MOST_JOBS, ready, idle);
  expectRest(world, end);
}

/** What a release waits for is said: its step is good, or somebody promotes it. */
function willing(world: World): boolean {
  const before = world.events.length;
  if (judge(world, 'passed')) return true;
  const { traffic, status, promoted, spec } = deploymentOf(world) ?? {};
  const waits = traffic !== undefined && promoted?.full !== true && (status === 'Error' || status === 'Deploying');
  // A pause ends by itself; what has none, or stands still, does not.
  const ends = world.wakes.length > 0 && spec?.strategy?.autoRollback !== false;
  if (waits && !ends) tell(world, { type: 'promote full' });
  return world.events.length > before;
}

const EVERYWHERE = [
  ...['Deploying', 'OK', 'Error', 'Failed', 'Pending'].map((status) => `plans that say ${status}`),
  'late plans accepted',
  'late plans refused',
  'upkeep while Failed',
  'upkeep while paused',
  'rollbacks',
  'pause',
  'resume',
  'abort',
  'abort, refused',
  'restart',
  'restart now',
  'scale',
  'lose',
  'drain',
];

test('whatever happens, every event keeps the laws, and in the end exactly what is wanted is ready', async () => {
  const seen = [...EVERYWHERE, 'builds waited for, Deploying', 'builds waited for, Error'];
  // The histories went everywhere.
  assert.deepEqual(await histories({ step: stepOf(specOf(strategy)), runs: 400, seen, least: 5 }), []);
}, 60_000);

/** In the middle of releases: mostly what goes on with them, and everything else now and then. */
const released: fc.Arbitrary<Step | Command> = fc.oneof(
  { weight: 16, arbitrary: fc.record({ type: fc.constant('judge' as const), verdict }) },
  { weight: 14, arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.constantFrom(5_000, 60_000) }) },
  { weight: 8, arbitrary: fc.record({ type: fc.constantFrom('promote', 'promote', 'promote', 'promote full') }) },
  {
    weight: 24,
    arbitrary: fc.record({
      type: fc.constant('rush' as const),
      jobs: fc.integer({ min: 1, max: 12 }),
      fate: fc.oneof({ weight: 9, arbitrary: fc.constant('ready' as const) }, { weight: 1, arbitrary: fate }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constant('define' as const), image: fc.constantFrom('web:1', 'web:2', 'web:4') }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('save' as const), spec: fc.record({ strategy: release }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('save' as const), spec: fc.record({ strategy }) }),
  },
  { weight: 5, arbitrary: fc.constant({ type: 'plan late' as const }) },
  { weight: 12, arbitrary: stepOf(specOf(release)) },
);

test('the same with a second set beside the first', async () => {
  const seen = [
    'promote',
    'promote full',
    'promote, refused',
    'shifts',
    'smoke tests',
    'ends of releases',
    'verdicts: passed',
    'verdicts: failed',
    'verdicts: inconclusive',
    'abort',
    'pause',
    'upkeep while paused',
    'rollbacks',
    'late plans accepted',
    'lose',
    'drain',
    'scale',
    'restart',
  ];
  assert.deepEqual(await histories({ step: released, runs: 150, seen, least: 1, begin: release }), []);
}, 60_000);
