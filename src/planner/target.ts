import { deriveTemplate, fingerprintOf } from '../domain/deployment/derive-template.ts';
import type { Template } from '../domain/template.ts';
import type { Action } from './plan.ts';
import type { Snapshot } from './snapshot.ts';

/** The revision to converge on, and the action that creates it when it is new. */
export interface Target {
  readonly revision: number;
  readonly template: Template;
  readonly revise: readonly Action[];
}

/** A new revision when what containers are made from has changed, or somebody saved after a failure or a deletion. */
export function targetOf(snapshot: Snapshot): Target | { readonly problem: string } {
  const { deployment, definition } = snapshot;
  const { spec, revision, template, fingerprint, anew } = deployment;
  const derived = deriveTemplate(spec, definition?.deleted === true ? undefined : definition?.spec);
  if ('problem' in derived) {
    return template !== undefined && isAsRevised(snapshot) ? { revision, template, revise: [] } : derived;
  }
  const next = fingerprintOf(derived.template);
  if (template !== undefined && next === fingerprint && !anew) return { revision, template, revise: [] };
  const revise: Action = { type: 'revise', revision: revision + 1, template: derived.template, fingerprint: next };
  return { revision: revision + 1, template: derived.template, revise: [revise] };
}

/**
 * What runs goes on running as it was saved, also when its definition is deleted under it, and may still be scaled:
 * a deleted definition's last words tell a save that touches the containers from one that does not.
 */
function isAsRevised({ deployment, definition }: Snapshot): boolean {
  const { spec, fingerprint, saves, savedAtRevision, anew } = deployment;
  // Somebody asked for another try, which the missing definition forbids.
  if (anew) return false;
  if (saves === savedAtRevision) return true;
  const last = deriveTemplate(spec, definition?.spec);
  return 'template' in last && fingerprintOf(last.template) === fingerprint;
}
