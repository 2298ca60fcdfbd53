import type { DrainPlanView } from '../../api/contract/fleet-schemas.ts';
import { plural } from './plural.ts';

type Drain = DrainPlanView['deployments'][number];

/** The plan of a drain as people read it: what moves where, in what steps, and what stays and why. Ends with a line break. */
export function drainText({ node, url, deployments }: DrainPlanView): string {
  const count = deployments.reduce((sum, { replicas }) => sum + replicas.length, 0);
  const name = `${node.id} (${url})`;
  if (count === 0) return `${name} holds no replicas: it is drained as soon as it is asked to be.\n`;
  const head = `Draining ${name} concerns ${plural(count, 'replica')} of ${plural(deployments.length, 'deployment')}:`;
  return `${[head, ...deployments.flatMap(linesOf)].join('\n')}\n`;
}

function linesOf(drain: Drain): readonly string[] {
  const { deploymentId, replicas, to, stuck, homeless, why } = drain;
  const homes = to.map(({ nodeId, replicas: each }) => `${each} to ${nodeId}`).join(', ');
  return [
    `  ${deploymentId}: ${plural(replicas.length, 'replica')} (${replicas.join(', ')})`,
    ...(homes === '' ? [] : [`    there is room: ${homes}`]),
    `    ${strategyText(drain)}`,
    ...(stuck.length === 0 ? [] : [`    STUCK: ${plural(stuck.length, 'replica')} (${stuck.join(', ')}) would stay`]),
    ...(homeless === 0 ? [] : [`    NO HOME: ${plural(homeless, 'replica')} would stop and run nowhere`]),
    ...why.map((line) => `      ${line}`),
  ];
}

function strategyText({ strategy, steps, atATime }: Drain): string {
  const pace = steps === 0 ? '' : `; ${plural(steps, 'step')} of at most ${plural(atATime, 'replica')}`;
  if (strategy.type === 'Recreate') return `Recreate: all stop before the first starts elsewhere${pace}`;
  const { maxUnavailable, maxSurge } = strategy;
  return `RollingUpdate: at most ${maxUnavailable} missing and ${maxSurge} more than wanted at a time${pace}`;
}

/** Whether something would stay or run nowhere. */
export function isIncomplete({ deployments }: DrainPlanView): boolean {
  return deployments.some(({ stuck, homeless }) => stuck.length + homeless > 0);
}
