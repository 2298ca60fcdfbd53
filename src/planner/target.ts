import { deriveTemplate, fingerprintOf, pinnedTemplate, type Built } from '../domain/deployment/derive-template.ts';
import type { DeploymentState } from '../domain/deployment/evolve.ts';
import type { Rollback } from '../domain/deployment/rollout-state.ts';
import type { Template } from '../domain/template.ts';
import type { Action } from './plan.ts';
import type { Snapshot } from './snapshot.ts';
import { sourceOf, type Awaited } from './source.ts';
import { templateOf } from './template-of.ts';

/** The revision to converge on, and the action that creates it when it is new. */
export interface Target {
  readonly revision: number;
  readonly template: Template;
  readonly revise: readonly Action[];
  /** The rollout of the latest revision failed: this is the one before it. */
  readonly rollback?: Rollback;
}

/**
 * A new revision when what containers are made from has changed, or somebody saved after a failure or a deletion, or asked
 * for a restart. Else the present one: after a rollback the earlier one, for as long as nothing has changed. `awaited`: the
 * image of what is wanted has still to be built.
 */
export function targetOf(
  snapshot: Snapshot,
): Target | { readonly problem: string } | { readonly awaited: Awaited; readonly present: Target | undefined } {
  const { deployment, definition, secrets } = snapshot;
  const { spec, template, fingerprint, anew, restart, pinned } = deployment;
  const source = pinned === undefined ? sourceOf(snapshot) : undefined;
  const built = source === undefined || 'awaited' in source ? TO_BE_BUILT : source.built;
  const derived =
    pinned === undefined
      ? deriveTemplate(spec, definition?.deleted === true ? undefined : definition?.spec, secrets, built)
      : pinnedTemplate(pinned.template, secrets);
  if ('problem' in derived) {
    // What was gone back to is looked after, whatever cannot be made now.
    if (deployment.rollback !== undefined) return backTo(snapshot, deployment.rollback);
    if (template === undefined || !isAsRevised(snapshot)) return derived;
    return restart === undefined ? presentOf(snapshot, template) : revised(deployment, template);
  }
  if (source !== undefined && 'awaited' in source) {
    return { ...source, present: template === undefined ? undefined : presentOf(snapshot, template) };
  }
  const changed = fingerprintOf(derived.template) !== fingerprint;
  if (template !== undefined && !changed && !anew && restart === undefined) return presentOf(snapshot, template);
  return revised(deployment, derived.template);
}

/** Stands for an image that there is not yet, to learn what else is missing. */
const TO_BE_BUILT: Built = { image: '', buildId: '', commit: '' };

function revised({ revision, restart }: DeploymentState, template: Template): Target {
  const action: Action = {
    type: 'revise',
    revision: revision + 1,
    template,
    fingerprint: fingerprintOf(template),
    atOnce: restart?.now === true,
  };
  return { revision: revision + 1, template, revise: [action] };
}

function presentOf(snapshot: Snapshot, template: Template): Target {
  const { revision, rollback } = snapshot.deployment;
  return rollback === undefined ? { revision, template, revise: [] } : backTo(snapshot, rollback);
}

/** The revision that a rollout goes back to. */
export function backTo(snapshot: Snapshot, rollback: Rollback): Target {
  return { revision: rollback.backTo, template: templateOf(snapshot, rollback.backTo), revise: [], rollback };
}

/**
 * What runs goes on running as it was saved, also when its definition or a secret is removed under it, and may still be
 * scaled: a deleted definition's last words, and the fingerprints that the revision was made with, tell a change of the
 * containers from one that does not touch them.
 */
function isAsRevised({ deployment, definition, secrets }: Snapshot): boolean {
  const { spec, template, fingerprint, saves, savedAtRevision, anew, pinned } = deployment;
  // Somebody asked for another try, which what is missing forbids.
  if (anew) return false;
  const runnable = definition?.deleted === false;
  if (saves === savedAtRevision && !runnable) return true;
  const known = { ...template?.secrets, ...secrets };
  const last =
    pinned === undefined
      ? deriveTemplate(spec, definition?.spec, known, builtFor(template))
      : pinnedTemplate(pinned.template, known);
  return 'template' in last && fingerprintOf(last.template) === fingerprint;
}

/** What a revision was made from. */
function builtFor(template: Template | undefined): Built | undefined {
  const { image, build } = template ?? {};
  return image === undefined || build === undefined ? undefined : { image, buildId: build.id, commit: build.commit };
}
