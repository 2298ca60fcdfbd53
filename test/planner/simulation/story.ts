import { describeAction } from '../../../src/planner/plan.ts';
import { rowsOf } from './world.ts';
import type { Allotment } from '../../../src/domain/node/allotment.ts';
import { newDrive, planNow, work, type Drive } from './drive.ts';
import { active, replicasOf } from './laws.ts';
import { decide, deploymentOf } from './planning.ts';
import type { Fate } from './steps.ts';

/** An operator's story: what was done, and every plan with its report, as a text that is kept. */
export interface Story {
  readonly drive: Drive;
  /** Something that the operator or the world does. */
  act(words: string, deed: (world: Drive['world']) => void): void;
  /** Everything that waits is carried out, or so many jobs of it; each plan is told. */
  until(fateOf: (replicaId: string) => Fate, jobs?: number): Promise<void>;
  text(): string;
}

export function story(title: string): Story {
  const drive = newDrive();
  const lines = [`# ${title}`];
  return {
    drive,
    act(words, deed) {
      lines.push('', `> ${words}`);
      deed(drive.world);
    },
    async until(fateOf, jobs = MOST_JOBS) {
      await tell(drive, lines, fateOf, jobs);
      lines.push(...inventory(drive));
    },
    text: () => `${lines.join('\n')}\n`,
  };
}

const MOST_JOBS = 400;

async function tell(drive: Drive, lines: string[], fateOf: (replicaId: string) => Fate, most: number): Promise<void> {
  const { world } = drive;
  for (let jobs = 0; jobs < most && world.jobs.length > 0; jobs += 1) {
    const plans = world.jobs[0]?.queue === 'plan' || world.jobs[0]?.queue === 'replan';
    if (!plans) {
      await work(drive, 0, fateOf);
      continue;
    }
    world.jobs.shift();
    const decided = await decide(world);
    if (decided?.command !== undefined) lines.push(...planLines(drive, decided.plan));
    await planNow(drive);
  }
}

function planLines({ world }: Drive, plan: NonNullable<Awaited<ReturnType<typeof decide>>>['plan']): readonly string[] {
  const printed = new Set(plan.actions.map(describeAction));
  const details = plan.details === '' ? '' : `: ${plan.details}`;
  const ms = (plan.wakeAt ?? Infinity) - world.now;
  // The deadline that every rollout has by default is no part of a story.
  const wake = ms > 300_000 ? [] : [`    planned again in ${ms} ms`];
  return [
    `  ${plan.status}${details}`,
    ...plan.report.map((line) => `    ${printed.has(line) ? '*' : '-'} ${line}`),
    ...wake,
  ];
}

function inventory({ world }: Drive): readonly string[] {
  const all = active(replicasOf(world)).map(
    ({ id, generation, status, nodeId }) => `${id}#${generation} ${status} ${nodeId}`,
  );
  const nodes = rowsOf<Allotment>(world, 'allotments').map(
    ({ state: { id, reserved, limit } }) => `${id} ${reserved.cpuMillis}m/${limit.cpuMillis}m`,
  );
  const { phase, status } = deploymentOf(world) ?? {};
  return [`  = ${phase} ${status}; ${all.join(', ') || 'nothing runs'}; ${nodes.join(', ')}`];
}
