import { deriveTemplate, fingerprintOf } from '../domain/deployment/derive-template.ts';
import { wantedReplicas } from '../domain/deployment/wanted.ts';
import type { Template } from '../domain/template.ts';
import { candidatesOf } from './placement/candidate.ts';
import { demandOf } from './placement/demand.ts';
import { describeAction, type Action, type Plan } from './plan.ts';
import { fill, type Filled, type Wanted } from './fill.ts';
import { recoveryOf } from './recovery.ts';
import { freeSlots } from './slots.ts';
import type { Snapshot } from './snapshot.ts';
import { censusOf, type Census } from './strategy/census.ts';
import { limitsOf } from './strategy/limits.ts';
import { recreate } from './strategy/recreate.ts';
import { rollingUpdate } from './strategy/rolling-update.ts';
import type { Steps } from './strategy/steps.ts';
import { verdictOf } from './verdict.ts';

/**
 * Looks at the whole of one deployment and says what to do about it: rollout, scaling, healing and deletion act on the
 * same replicas, so one function decides all of them. Pure: the same snapshot gives the same plan.
 */
export function plan(snapshot: Snapshot): Plan {
  if (snapshot.deployment.phase !== 'live') return deletion(snapshot);
  const target = targetOf(snapshot);
  if ('problem' in target) return blocked(snapshot, target.problem);
  return rollout(snapshot, target);
}

interface Target {
  readonly revision: number;
  readonly template: Template;
  readonly revise: readonly Action[];
}

/** The revision to converge on; a new one when what containers are made from has changed, or somebody saved after a failure. */
function targetOf({ deployment, definition }: Snapshot): Target | { readonly problem: string } {
  const { spec, revision, template, fingerprint, saves, savedAtRevision, status } = deployment;
  const derived = deriveTemplate(spec, definition?.deleted === true ? undefined : definition?.spec);
  if ('problem' in derived) {
    // What runs goes on running as it was saved, also when its definition is deleted under it.
    const unchanged = template !== undefined && saves === savedAtRevision;
    return unchanged ? { revision, template, revise: [] } : derived;
  }
  const next = fingerprintOf(derived.template);
  const again = status === 'Pending' && saves > savedAtRevision;
  if (template !== undefined && next === fingerprint && !again) return { revision, template, revise: [] };
  const revise: Action = { type: 'revise', revision: revision + 1, template: derived.template, fingerprint: next };
  return { revision: revision + 1, template: derived.template, revise: [revise] };
}

function rollout(snapshot: Snapshot, { revision, template, revise }: Target): Plan {
  const { deployment, replicas, now } = snapshot;
  const replicasWanted = wantedReplicas(deployment.spec);
  const census = censusOf(replicas, revision);
  const hopeless = census.current.some(({ status, failure }) => status === 'Failed' && failure?.terminal === true);
  if (hopeless) return settled(census, snapshot);
  const steps = stepsOf(snapshot, census);
  const leaving = new Set(steps.stop.map(({ replica }) => replica.id));
  const recovery = recoveryOf(
    census.current.filter(({ id }) => !leaving.has(id)),
    now,
  );
  const wanted: Wanted[] = [
    ...recovery.due,
    ...freeSlots(deployment.id, revision, replicas, steps.start).map((slot) => ({
      slot,
      reason: `${replicasWanted} wanted`,
    })),
  ];
  const filled = place(snapshot, wanted, template, revision);
  const stops = steps.stop.map(({ replica, reason }): Action => {
    return { type: 'stop', replicaId: replica.id, generation: replica.generation, nodeId: replica.nodeId, reason };
  });
  const actions = [...revise, ...stops, ...filled.actions];
  const verdict = verdictOf(census, replicasWanted, filled.unplaced);
  const busy = actions.length > 0 && verdict.status === 'OK';
  return {
    actions,
    report: [...actions.map(describeAction), ...steps.report, ...filled.unplaced],
    ...(busy ? { status: 'Deploying', details: `${actions.length} changes under way` } : verdict),
    wakeAt: recovery.wakeAt,
  };
}

function stepsOf({ deployment: { spec } }: Snapshot, census: Census): Steps {
  const replicas = wantedReplicas(spec);
  if (spec.strategy?.type === 'Recreate') return recreate(census, replicas);
  return rollingUpdate(census, replicas, limitsOf(spec));
}

function place(
  { deployment, replicas, nodes, seed }: Snapshot,
  wanted: readonly Wanted[],
  template: Template,
  revision: number,
): Filled {
  const siblings = new Map<string, number>();
  for (const { status, nodeId } of replicas) {
    if (status !== 'Stopped' && status !== 'Failed') siblings.set(nodeId, (siblings.get(nodeId) ?? 0) + 1);
  }
  return fill(wanted, candidatesOf(nodes, siblings), demandOf(template, deployment.spec), { revision, seed });
}

/** Nothing more can be done until somebody saves: what runs stays as it is. */
function settled(census: Census, { deployment }: Snapshot): Plan {
  const verdict = verdictOf(census, wantedReplicas(deployment.spec), []);
  return {
    actions: [],
    report: [`nothing is changed until somebody saves again: ${verdict.details}`],
    ...verdict,
    wakeAt: undefined,
  };
}

function blocked({ deployment }: Snapshot, problem: string): Plan {
  const status = deployment.status === 'Failed' ? deployment.status : 'Failed';
  return { actions: [], report: [problem], status, details: problem, wakeAt: undefined };
}

function deletion({ deployment, replicas }: Snapshot): Plan {
  const { status, details } = deployment;
  const active = replicas.filter((replica) => replica.status !== 'Stopped');
  const stops = active
    .filter((replica) => replica.status !== 'Stopping')
    .map(({ id, generation, nodeId }): Action => {
      return { type: 'stop', replicaId: id, generation, nodeId, reason: 'the deployment is deleted' };
    });
  const gone = active.length === 0 && deployment.phase === 'deleting';
  const actions: readonly Action[] = gone ? [{ type: 'remove' }] : stops;
  return { actions, report: actions.map(describeAction), status, details, wakeAt: undefined };
}
