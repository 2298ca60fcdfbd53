import type { DeploymentStatus } from '../domain/deployment/events.ts';
import { wantedReplicas } from '../domain/deployment/wanted.ts';
import { converge } from './converge.ts';
import { holdOf } from './hold.ts';
import { replicasAfter } from './outcome.ts';
import { describeAction, type Plan } from './plan.ts';
import type { Snapshot } from './snapshot.ts';
import type { Awaited } from './source.ts';
import { censusOf } from './strategy/census.ts';
import { verdictOf } from './verdict.ts';

/** What goes on while an image is waited for: nothing is started for it, and nothing stopped. `meanwhile`: the plan without it. */
export function awaitingPlan(meanwhile: Plan, { text, failed, ask }: Awaited): Plan {
  const status: DeploymentStatus = failed ? 'Error' : 'Deploying';
  const rest = meanwhile.details === '' || meanwhile.status === 'OK' ? [] : [meanwhile.details];
  const next = failed ? 'nothing new is rolled out' : 'nothing is stopped for it before it is there';
  return {
    ...meanwhile,
    actions: [...ask, ...meanwhile.actions],
    report: [...ask.map(describeAction), `${text}; ${next}`, ...meanwhile.report],
    status,
    details: [text, ...rest].join('; '),
  };
}

/** Before the first image: there is nothing to look after. */
export const NOTHING: Plan = { actions: [], report: [], status: 'OK', details: '', wakeAt: undefined };

/** Somebody saved after a failure: what failed is not begun again, and what serves is looked after. */
export function heldPlan(snapshot: Snapshot): Plan {
  const { actions, report, unplaced, wakeAt } = converge(snapshot, holdOf(snapshot, false));
  const census = censusOf(replicasAfter(snapshot, actions), undefined);
  const verdict = verdictOf(census, wantedReplicas(snapshot.deployment), unplaced);
  return { ...verdict, actions, report: [...actions.map(describeAction), ...report, ...unplaced], wakeAt };
}
