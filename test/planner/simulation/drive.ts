import assert from 'node:assert/strict';

import { deriveTemplate } from '../../../src/domain/deployment/derive-template.ts';
import type { Job } from '../../../src/jobs/catalogue.ts';
import { describeAction } from '../../../src/planner/plan.ts';
import { plan } from '../../../src/planner/planner.ts';
import type { Snapshot } from '../../../src/planner/snapshot.ts';
import { VersionConflict } from '../../../src/store/command.ts';
import type { RecordedEvent } from '../../../src/domain/event.ts';
import { build, defineFromRepository, imageFirst, push, resolve } from './builds.ts';
import { tell, type Command } from './commands.ts';
import { lawBook, replicasOf, type LawBook } from './laws.ts';
import {
  addNode,
  define,
  fail,
  remove,
  judge,
  removeSecret,
  save,
  saveSecret,
  SECRET,
  smoke,
  start,
  stop,
  turn,
  undefine,
  type Fate,
  type Step,
} from './steps.ts';
import { carryOut, decide, DEPLOYMENT, deploymentOf, type Decided } from './planning.ts';
import { newWorld, type World } from './world.ts';

/** A world under law, with at most one plan that is made and not yet carried out. */
export interface Drive {
  readonly world: World;
  readonly laws: LawBook;
  late: { readonly decided: Decided; readonly ready: ReadonlySet<string> } | undefined;
  /** Counts what happened, to show that a run was worth its while. */
  readonly tally: Record<string, number>;
}

export function newDrive(): Drive {
  const world = newWorld();
  const laws = lawBook();
  world.observers.push(laws.observe, imageFirst);
  return { world, laws, late: undefined, tally: {} };
}

export async function take(drive: Drive, step: Step | Command): Promise<void> {
  const { world } = drive;
  switch (step.type) {
    case 'save':
      return save(world, step.spec);
    case 'define':
      return define(world, step.image);
    case 'repository':
      return defineFromRepository(world, step.version);
    case 'push':
      return push(world);
    case 'undefine':
      return undefine(world);
    case 'delete':
      return remove(world);
    case 'secret':
      return saveSecret(world, SECRET);
    case 'no secret':
      return removeSecret(world, SECRET);
    case 'node':
      return addNode(world);
    case 'plan late':
      return planLate(drive);
    case 'work':
      return work(drive, step.which, () => step.fate);
    case 'rush':
      return rush(drive, step.jobs, step.fate);
    case 'die': {
      const ready = replicasOf(world).filter(({ status }) => status === 'Ready');
      const victim = ready[step.which % Math.max(1, ready.length)];
      const failure = { kind: 'exit' as const, message: 'container exited with code 137', terminal: false };
      if (victim !== undefined) fail(world, victim.id, victim.generation, failure);
      return;
    }
    case 'falter': {
      const up = replicasOf(world).filter(({ status }) => status === 'Ready' || status === 'Running');
      const chosen = up[step.which % Math.max(1, up.length)];
      if (chosen !== undefined) turn(world, chosen);
      return;
    }
    case 'wait':
      return wait(world, step.ms);
    case 'judge':
      if (judge(world, step.verdict)) count(drive, `verdicts: ${step.verdict}`);
      return;
    case 'pause':
    case 'resume':
    case 'abort':
    case 'restart':
    case 'restart now':
    case 'promote':
    case 'promote full':
    case 'scale':
    case 'lose':
    case 'return':
    case 'drain':
    case 'uncordon':
      return count(drive, `${step.type}${tell(world, step) === undefined ? '' : ', refused'}`);
    default:
      return step satisfies never;
  }
}

/** Time passes; back-offs that end on the way ask for plans. */
export function wait(world: World, ms: number): void {
  world.now += ms;
  const due = world.wakes.filter(({ at }) => at <= world.now);
  for (const wake of due) {
    world.wakes.splice(world.wakes.indexOf(wake), 1);
    world.jobs.push({ queue: 'plan', data: { deploymentId: wake.deploymentId, cause: { correlationId: 'wake' } } });
  }
}

async function rush(drive: Drive, jobs: number, fate: Fate): Promise<void> {
  for (let done = 0; done < jobs; done += 1) {
    if (drive.world.jobs.length === 0) waitForNext(drive.world);
    await work(drive, 0, () => fate);
  }
}

/** Time passes until a back-off ends; false when none is under way. */
function waitForNext(world: World): boolean {
  const next = Math.min(...world.wakes.map(({ at }) => at));
  if (next === Number.POSITIVE_INFINITY) return false;
  wait(world, Math.max(0, next - world.now));
  return true;
}

/** Carries out one of the jobs that wait. */
export async function work(drive: Drive, which: number, fateOf: (replicaId: string) => Fate): Promise<void> {
  const { world } = drive;
  const job = world.jobs.splice(which % Math.max(1, world.jobs.length), 1)[0];
  if (job !== undefined) await carryOutJob(drive, job, fateOf);
}

async function carryOutJob(drive: Drive, job: Job, fateOf: (replicaId: string) => Fate): Promise<void> {
  const { world } = drive;
  switch (job.queue) {
    case 'plan':
    case 'wake':
      return void (await planNow(drive));
    case 'replan': {
      const deployment = deploymentOf(world);
      const settled = job.data.reason === 'capacity' && deployment?.status === 'OK';
      if (deployment?.phase !== 'removed' && !settled) await planNow(drive);
      return;
    }
    case 'start':
      for (const { replicaId, generation } of job.data.replicas) start(world, replicaId, generation, fateOf(replicaId));
      return;
    case 'stop':
      for (const { replicaId, generation } of job.data.replicas) stop(world, replicaId, generation);
      return;
    case 'smoke':
      for (const { replicaId, generation } of job.data.replicas) smoke(world, replicaId, generation, fateOf('smoke'));
      return;
    case 'resolve':
      return resolve(world, job.data, fateOf(job.queue));
    case 'build':
      return build(world, job.data, fateOf(job.queue));
    case 'register':
      return;
    default:
      return job satisfies never;
  }
}

/** Plans and carries out, and holds the plan to what it says. */
export async function planNow(drive: Drive): Promise<Decided | undefined> {
  const { world } = drive;
  const decided = await decide(world);
  if (decided === undefined) return undefined;
  const again = plan(structuredClone(decided.loaded.snapshot));
  assert.deepEqual(again, decided.plan, 'the same snapshot gives another plan');
  const whole = plan({
    ...decided.loaded.snapshot,
    replicas: replicasOf(world).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  });
  assert.deepEqual(whole, decided.plan, 'replicas that were not read make another plan');
  const events = carryOut(world, decided);
  const printed = decided.plan.actions.map(describeAction);
  assert.deepEqual(doneIn(events).toSorted(), printed.toSorted(), 'what was done is not what was printed');
  failedRolloutsGoBack(drive, decided.loaded.snapshot);
  count(drive, 'plans');
  count(drive, `plans that say ${decided.plan.status}`);
  if (decided.plan.status === 'Failed' && decided.plan.actions.length > 0) count(drive, 'upkeep while Failed');
  if (events.some(({ type }) => type === 'RolloutFailed')) count(drive, 'rollbacks');
  for (const event of events) countRelease(drive, event);
  if (/build/.test(decided.plan.details)) count(drive, `builds waited for, ${decided.plan.status}`);
  if (deploymentOf(world)?.paused !== undefined && decided.plan.actions.length > 0) count(drive, 'upkeep while paused');
  const next = await decide(world);
  assert.equal(next?.command, undefined, 'a second plan right after the first wants something else');
  return decided;
}

function countRelease(drive: Drive, event: RecordedEvent): void {
  if (event.type === 'TrafficShifted') count(drive, 'shifts');
  if (event.type === 'ReplicaSmokeAsked') count(drive, 'smoke tests');
  const through = event.type === 'DeploymentStatusChanged' && event.data.status === 'OK';
  if (through && deploymentOf(drive.world)?.traffic !== undefined) count(drive, 'ends of releases');
}

/** As if it were built. */
const BUILT = { image: 'web:built', buildId: 'build_x', commit: 'x' };

/** What has failed by the definition goes back in the very next plan, where there is something to go back to. */
function failedRolloutsGoBack({ world, laws }: Drive, { definition, secrets }: Snapshot): void {
  const { rollback, paused, stable, spec, phase, revision, anew } = deploymentOf(world) ?? {};
  if (spec === undefined || phase !== 'live' || rollback !== undefined || paused !== undefined || anew === true) return;
  if (stable === undefined || stable === revision || spec.strategy?.autoRollback === false) return;
  // What cannot be made, for want of its definition or of a secret, rolls nothing out.
  if (definition?.deleted === true || 'problem' in deriveTemplate(spec, definition?.spec, secrets, BUILT)) return;
  assert.equal(laws.overdue(world), undefined, `revision ${revision} has failed and does not go back`);
}

/** A plan is made in one step and carried out in another; what came in between may make the store refuse it. */
async function planLate(drive: Drive): Promise<void> {
  const { world, late, laws } = drive;
  if (late === undefined) {
    const decided = await decide(world);
    const ready = new Set(readyIn(world));
    drive.late = decided && { decided, ready };
    return;
  }
  drive.late = undefined;
  const present = new Set(readyIn(world));
  laws.lostSince = [...late.ready].filter((id) => !present.has(id)).length;
  laws.decidedAt = late.decided.loaded.snapshot.position;
  try {
    carryOut(world, late.decided);
    count(drive, 'late plans accepted');
  } catch (error) {
    if (!(error instanceof VersionConflict)) throw error;
    count(drive, 'late plans refused');
    world.jobs.push({ queue: 'plan', data: { deploymentId: DEPLOYMENT, cause: { correlationId: 'late' } } });
  } finally {
    laws.lostSince = 0;
    laws.decidedAt = undefined;
  }
}

function count({ tally }: Drive, what: string): void {
  tally[what] = (tally[what] ?? 0) + 1;
}

function readyIn(world: World): readonly string[] {
  return replicasOf(world).flatMap(({ status, id }) => (status === 'Ready' ? [id] : []));
}

/** What the events of a plan do, in the words in which plans are printed, but read from the events. */
function doneIn(events: readonly RecordedEvent[]): readonly string[] {
  return events.flatMap((event) => {
    switch (event.type) {
      case 'RevisionCreated':
        return [
          `create revision ${event.data.revision} of ${event.data.template.image}${event.data.atOnce === true ? ', all at once' : ''}`,
        ];
      case 'RolloutFailed': {
        const { revision, backTo, reason } = event.data;
        return [`go back from revision ${revision} to revision ${backTo}: ${reason}`];
      }
      case 'ReplicaScheduled': {
        const { replicaId, generation, reservation, reason } = event.data;
        return [`start ${replicaId} (generation ${generation}) on ${reservation.nodeId}: ${reason}`];
      }
      case 'ReplicaStopping': {
        const { replicaId, generation, nodeId, reason } = event.data;
        return [`stop ${replicaId} (generation ${generation}) on ${nodeId}: ${reason}`];
      }
      case 'ReplicaFailed': {
        const { replicaId, generation, failure } = event.data;
        return [`give up ${replicaId} (generation ${generation}): ${failure.message}`];
      }
      case 'TrafficShifted': {
        const { shares, reason } = event.data;
        const each = shares.map(({ revision, weight }) => `revision ${revision} ${weight} %`).join(', ');
        return [`shift traffic: ${each === '' ? 'evenly over all ready replicas' : each}: ${reason}`];
      }
      case 'ReplicaSmokeAsked': {
        const { replicaId, generation, path } = event.data;
        return [`ask ${replicaId} (generation ${generation}) for ${path} before it gets requests`];
      }
      case 'SourceAsked': {
        const { version = 'main', url } = event.data.repository;
        return [`look up ${version} of ${url}`];
      }
      case 'DeploymentRemoved':
        return ['remove the deployment: nothing of it runs any more'];
      default:
        return [];
    }
  });
}

/**
 * Carries out whatever waits, and lets back-offs end, until nothing is left to do. Returns how many jobs it took. `idle`: says or
 * does something when nothing waits, before time passes, and answers whether it did.
 */
export async function settle(
  drive: Drive,
  most: number,
  fateOf: (replicaId: string) => Fate,
  idle: (world: World) => boolean = () => false,
): Promise<number> {
  const { world } = drive;
  drive.late = undefined;
  for (let jobs = 0; jobs <= most; jobs += 1) {
    if (world.jobs.length > 0) await work(drive, 0, fateOf);
    else if (!idle(world) && !waitForNext(world)) return jobs;
  }
  throw new Error(`${DEPLOYMENT} has not come to rest within ${most} jobs: ${deploymentOf(world)?.details}`);
}
